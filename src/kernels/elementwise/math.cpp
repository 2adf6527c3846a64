#include <cmath>

#include "kernels/base/vector_math.h"
#include "kernels/elementwise/runs.h"
#include "kernels/elementwise/vector_runs.h"
#include "kernels/random/gamma.h"

// xsimd's functions, through xtensor expressions, where they are within 2.5 ulp of exact; the
// standard library's for erfc (xsimd: 67 ulp), erf in double (68) and lgamma (wrong near its
// zeros).
namespace gradtape::kernels {
namespace {

template <class T>
struct Sqrt {
  auto operator()(const auto& x) const {
    using std::sqrt;
    return sqrt(x);
  }
};
template <class T>
struct Exp {
  T operator()(T x) const { return std::exp(x); }
  auto operator()(const xsimd::batch<T>& x) const { return exp_of(x); }
};
template <class T>
struct Expm1 {
  T operator()(T x) const { return std::expm1(x); }
  auto operator()(const xsimd::batch<T>& x) const { return expm1_of(x); }
};
template <class T>
struct Log {
  T operator()(T x) const { return std::log(x); }
  auto operator()(const xsimd::batch<T>& x) const { return log_of(x); }
};
template <class T>
struct Log1p {
  T operator()(T x) const { return std::log1p(x); }
  auto operator()(const xsimd::batch<T>& x) const { return log1p_of(x); }
};
template <class T>
struct Log2 {
  T operator()(T x) const { return std::log2(x); }
  auto operator()(const xsimd::batch<T>& x) const { return log2_of(x); }
};
template <class T>
struct Log10 {
  T operator()(T x) const { return std::log10(x); }
  auto operator()(const xsimd::batch<T>& x) const { return log10_of(x); }
};
template <class T>
struct Sin {
  auto operator()(const auto& x) const {
    using std::sin;
    return sin(x);
  }
};
template <class T>
struct Cos {
  auto operator()(const auto& x) const {
    using std::cos;
    return cos(x);
  }
};
template <class T>
struct Tan {
  auto operator()(const auto& x) const {
    using std::tan;
    return tan(x);
  }
};
template <class T>
struct Asin {
  auto operator()(const auto& x) const {
    using std::asin;
    return asin(x);
  }
};
template <class T>
struct Acos {
  auto operator()(const auto& x) const {
    using std::acos;
    return acos(x);
  }
};
template <class T>
struct Atan {
  auto operator()(const auto& x) const {
    using std::atan;
    return atan(x);
  }
};
template <class T>
struct Sinh {
  auto operator()(const auto& x) const {
    using std::sinh;
    return sinh(x);
  }
};
template <class T>
struct Cosh {
  auto operator()(const auto& x) const {
    using std::cosh;
    return cosh(x);
  }
};
template <class T>
struct Tanh {
  auto operator()(const auto& x) const {
    using std::tanh;
    return tanh(x);
  }
};
template <class T>
struct Floor {
  auto operator()(const auto& x) const {
    using std::floor;
    return floor(x);
  }
};
template <class T>
struct Ceil {
  auto operator()(const auto& x) const {
    using std::ceil;
    return ceil(x);
  }
};
template <class T>
struct Trunc {
  auto operator()(const auto& x) const {
    using std::trunc;
    return trunc(x);
  }
};
template <class T>
struct Rsqrt {
  auto operator()(const auto& x) const {
    using std::sqrt;
    return T{1} / sqrt(x);
  }
};
template <class T>
struct Sigmoid {
  T operator()(T x) const { return T{1} / (T{1} + std::exp(-x)); }
  auto operator()(const xsimd::batch<T>& x) const {
    const xsimd::batch<T> one(T{1});
    return one / (one + exp_of(-x));
  }
};
template <class T>
struct Erf {
  auto operator()(const auto& x) const {
    using std::erf;
    return erf(x);
  }
};
template <class T>
struct Erfc {
  T operator()(T x) const { return std::erfc(x); }
};
template <class T>
struct Lgamma {
  T operator()(T x) const { return log_gamma(x); }
};
template <class T>
struct Digamma {
  T operator()(T x) const { return digamma(x); }
};
template <class T>
struct Polygamma {
  explicit Polygamma(const Scalar* parameters) : n(parameters[0].toLong()) {}
  T operator()(T x) const { return static_cast<T>(polygamma(n, static_cast<double>(x))); }
  int64_t n;
};
// NaN stays NaN.
template <class T>
struct Relu {
  T operator()(T x) const { return x < 0 ? T{0} : x; }
};
// Half to even.
template <class T>
struct Round {
  T operator()(T x) const { return std::nearbyint(x); }
};
template <class T>
struct Frac {
  T operator()(T x) const { return x - std::trunc(x); }
};
template <class T>
struct Same {
  T operator()(T x) const { return x; }
};

template <class T>
struct TanhBackward {
  T operator()(T grad, T output) const { return grad * (1 - output * output); }
};
template <class T>
struct SigmoidBackward {
  T operator()(T grad, T output) const { return grad * (1 - output) * output; }
};
template <class T>
struct ThresholdBackward {
  explicit ThresholdBackward(const Scalar* parameters) : threshold(parameters[0].to<T>()) {}
  T operator()(T grad, T x) const { return x <= threshold ? T{0} : grad; }
  T threshold;
};

// Of a functor that takes elements and vectors.
template <template <class> class F, class T>
void careful_run(int64_t n, void* out, const void* const* in, unsigned fixed,
                 const Scalar* parameters) {
  if (n < kTinyFunction || fixed) return loop1<F, T, T>(n, out, in, fixed, parameters);
  run_vectors<T>(n, out, F<T>{}, Lanes<T>(in[0], false));
}
template <template <class> class F>
constexpr Runs careful_runs() {
  return with_floats({}, careful_run<F, float>, careful_run<F, double>);
}

}  // namespace

const Kernel kSqrt{"sqrt", true, false, kLightGrain, expressions1<Sqrt>()};
const Kernel kExp{"exp", true, false, kHeavyGrain, careful_runs<Exp>()};
const Kernel kExpm1{"expm1", true, false, kHeavyGrain, careful_runs<Expm1>()};
const Kernel kLog{"log", true, false, kHeavyGrain, careful_runs<Log>()};
const Kernel kLog1p{"log1p", true, false, kHeavyGrain, careful_runs<Log1p>()};
const Kernel kLog2{"log2", true, false, kHeavyGrain, careful_runs<Log2>()};
const Kernel kLog10{"log10", true, false, kHeavyGrain, careful_runs<Log10>()};
const Kernel kSin{"sin", true, false, kHeavyGrain, expressions1<Sin>()};
const Kernel kCos{"cos", true, false, kHeavyGrain, expressions1<Cos>()};
const Kernel kTan{"tan", true, false, kHeavyGrain, expressions1<Tan>()};
const Kernel kAsin{"asin", true, false, kHeavyGrain, expressions1<Asin>()};
const Kernel kAcos{"acos", true, false, kHeavyGrain, expressions1<Acos>()};
const Kernel kAtan{"atan", true, false, kHeavyGrain, expressions1<Atan>()};
const Kernel kSinh{"sinh", true, false, kHeavyGrain, expressions1<Sinh>()};
const Kernel kCosh{"cosh", true, false, kHeavyGrain, expressions1<Cosh>()};
const Kernel kTanh{"tanh", true, false, kHeavyGrain, expressions1<Tanh>()};
const Kernel kRsqrt{"rsqrt", true, false, kLightGrain, expressions1<Rsqrt>()};
const Kernel kSigmoid{"sigmoid", true, false, kHeavyGrain, careful_runs<Sigmoid>()};
const Kernel kErf{"erf", true, false, kHeavyGrain,
                  with_floats({}, expression1<Erf, float>, loop1<Erf, double, double>)};
const Kernel kErfc{"erfc", true, false, kHeavyGrain, float_loops1<Erfc>()};
const Kernel kLgamma{"lgamma", true, false, kHeavyGrain, float_loops1<Lgamma>()};
const Kernel kDigamma{"digamma", true, false, kHeavyGrain, float_loops1<Digamma>()};
const Kernel kPolygamma{"polygamma", true, false, kHeavyGrain, float_loops1<Polygamma>()};
const Kernel kRelu{"relu", false, false, kLightGrain, float_loops1<Relu>(integer_loops1<Relu>())};
const Kernel kFloor{"floor_vml_cpu", false, false, kLightGrain,
                    expressions1<Floor>(integer_loops1<Same>())};
const Kernel kCeil{"ceil_vml_cpu", false, false, kLightGrain,
                   expressions1<Ceil>(integer_loops1<Same>())};
const Kernel kTrunc{"trunc_vml_cpu", false, false, kLightGrain,
                    expressions1<Trunc>(integer_loops1<Same>())};
const Kernel kRound{"round_vml_cpu", false, false, kLightGrain,
                    float_loops1<Round>(integer_loops1<Same>())};
const Kernel kFrac{"frac_cpu", false, false, kLightGrain, float_loops1<Frac>()};
const Kernel kTanhBackward{"tanh_backward_cpu", false, false, kLightGrain,
                           float_loops2<TanhBackward>()};
const Kernel kSigmoidBackward{"sigmoid_backward_cpu", false, false, kLightGrain,
                              float_loops2<SigmoidBackward>()};
const Kernel kThresholdBackward{
    "threshold_backward_cpu",
    false,
    false,
    kLightGrain,
    float_loops2<ThresholdBackward>(integer_loops2<ThresholdBackward>()),
    1};

}  // namespace gradtape::kernels
