#include <cmath>
#include <limits>

#include "kernels/base/wrapping.h"
#include "kernels/elementwise/runs.h"
#include "kernels/elementwise/vector_runs.h"

namespace gradtape::kernels {
namespace {

template <class T>
struct Add {
  auto operator()(const auto& x, const auto& y) const { return wrapping(x) + wrapping(y); }
};
template <class T>
struct AddScaled {
  explicit AddScaled(const Scalar* parameters) : alpha(parameters[0].to<T>()) {}
  T operator()(T x, T y) const {
    return static_cast<T>(wrapping(x) + wrapping(alpha) * wrapping(y));
  }
  T alpha;
};
template <class T>
struct Sub {
  auto operator()(const auto& x, const auto& y) const { return wrapping(x) - wrapping(y); }
};
template <class T>
struct Mul {
  auto operator()(const auto& x, const auto& y) const { return wrapping(x) * wrapping(y); }
};
template <class T>
struct Div {
  auto operator()(const auto& x, const auto& y) const { return x / y; }
};
template <class T>
struct Neg {
  auto operator()(const auto& x) const { return -wrapping(x); }
};
template <class T>
struct Reciprocal {
  auto operator()(const auto& x) const { return T{1} / x; }
};
template <class T>
struct Square {
  auto operator()(const auto& x) const { return wrapping(x) * wrapping(x); }
};
template <class T>
struct Cube {
  auto operator()(const auto& x) const { return wrapping(x) * wrapping(x) * wrapping(x); }
};

template <class T>
struct Abs {
  auto operator()(const auto& x) const {
    if constexpr (std::is_unsigned_v<T>) {
      return x;
    } else if constexpr (std::is_integral_v<T>) {
      return x < 0 ? -wrapping(x) : wrapping(x);
    } else {
      using std::abs;
      return abs(x);
    }
  }
};
// The sign of NaN is 0, as in PyTorch.
template <class T>
struct Sign {
  T operator()(T x) const { return static_cast<T>((T{0} < x) - (x < T{0})); }
};

// Of floating point numbers x and y, or vectors of them, and what fmod(x, y) leaves.
struct Left {
  template <class V>
  V operator()(const V&, const V&, const V& left) const {
    return left;
  }
};
struct LeftOfFloor {
  template <class V>
  V operator()(const V&, const V& y, const V& left) const {
    return xsimd::select(rounds_down(y, left), left + y, left);
  }
  // Whether the quotient's whole part lies above its floor.
  template <class V>
  static auto rounds_down(const V& y, const V& left) {
    return (left != V(0)) & ((left < V(0)) != (y < V(0)));
  }
};
// Python's way, so that floor_divide and remainder agree.
struct FlooredQuotient {
  template <class V>
  V operator()(const V& x, const V& y, const V& left) const {
    const V down = xsimd::select(LeftOfFloor::rounds_down(y, left), V(1), V(0));
    const V quotient = (x - left) / y - down, floored = xsimd::floor(quotient), ratio = x / y;
    const V nearest = xsimd::select(quotient - floored > V(0.5), floored + V(1), floored);
    const V zero = xsimd::bitofsign(ratio);
    return xsimd::select(y == V(0), ratio, xsimd::select(quotient == V(0), zero, nearest));
  }
};

// In float, without fused multiplication or for larger quotients: in double the product of 29 bits
// with the 24 of y and the difference to x are exact.
inline float fmod_of(float x, float y) {
  const double whole = std::trunc(static_cast<double>(x) / y);
  if (!(std::abs(whole) < 0x1p29 && std::abs(y) < 0x1p127f)) return std::fmod(x, y);
  return std::copysign(static_cast<float>(x - whole * y), x);
}
inline double fmod_of(double x, double y) { return std::fmod(x, y); }

// fmod, for usual operands without a division by repeated subtraction, as it is made. The
// quotient's whole part is exact, or one too large where rounding took the quotient over a whole
// number, while it has no more bits than T; with fused multiplication its product with y and the
// difference to x are exact then.
template <class T>
xsimd::batch<T> fmod_of(const xsimd::batch<T>& x, const xsimd::batch<T>& y) {
  using V = xsimd::batch<T>;
  alignas(64) T tops[V::size], divisors[V::size], lefts[V::size];
#ifdef __FMA__
  const V kWhole(std::is_same_v<T, float> ? T(0x1p23) : T(0x1p52));
  const V whole = xsimd::trunc(x / y), sign = xsimd::bitofsign(x);
  const V rest = xsimd::fnma(whole, y, x) ^ sign;
  const V left = xsimd::abs(xsimd::select(rest < V(0), rest + xsimd::abs(y), rest)) ^ sign;
  const auto usual =
      (xsimd::abs(whole) < kWhole) & (xsimd::abs(y) <= V(std::numeric_limits<T>::max()));
  if (xsimd::all(usual)) return left;
  alignas(64) bool known[V::size];
  left.store_aligned(lefts);
  usual.store_unaligned(known);
#else
  constexpr bool known[V::size] = {};
#endif
  x.store_aligned(tops);
  y.store_aligned(divisors);
  for (size_t i = 0; i < V::size; ++i) {
    if (!known[i]) lefts[i] = fmod_of(tops[i], divisors[i]);
  }
  return V::load_aligned(lefts);
}

// Rule(x, y, fmod(x, y)).
template <class T, class Rule>
void fmod_run(int64_t n, void* out, const void* const* in, unsigned fixed, const Scalar*) {
  run_vectors<T>(
      n, out, [](const auto& x, const auto& y) { return Rule{}(x, y, fmod_of(x, y)); },
      Lanes<T>(in[0], fixed & 1), Lanes<T>(in[1], fixed & 2));
}

// Division that rounds down. The driver has seen to it that no integer divisor is 0.
template <class T>
struct DivFloor {
  T operator()(T x, T y) const {
    if constexpr (std::is_unsigned_v<T>) {
      return static_cast<T>(x / y);
    } else {
      if (y == -1) return static_cast<T>(-wrapping(x));  // the smallest number has no opposite
      const bool down = (x % y != 0) && ((x < 0) != (y < 0));
      return static_cast<T>(x / y - down);
    }
  }
};
template <class T>
struct DivTrunc {
  T operator()(T x, T y) const {
    if constexpr (std::is_unsigned_v<T>) {
      return static_cast<T>(x / y);
    } else if constexpr (std::is_integral_v<T>) {
      return y == -1 ? static_cast<T>(-wrapping(x)) : static_cast<T>(x / y);
    } else {
      return std::trunc(x / y);
    }
  }
};
template <class T>
struct Remainder {
  T operator()(T x, T y) const {
    if constexpr (std::is_unsigned_v<T>) {
      return static_cast<T>(x % y);
    } else {
      if (y == -1) return 0;
      const T left = static_cast<T>(x % y);
      return static_cast<T>(left != 0 && (left < 0) != (y < 0) ? left + y : left);
    }
  }
};
template <class T>
struct Fmod {
  T operator()(T x, T y) const {
    if constexpr (std::is_unsigned_v<T>) {
      return static_cast<T>(x % y);
    } else {
      return y == -1 ? T{0} : static_cast<T>(x % y);
    }
  }
};

// NaN wins.
template <class T>
struct Maximum {
  T operator()(T x, T y) const { return x > y || x != x ? x : y; }
};
template <class T>
struct Minimum {
  T operator()(T x, T y) const { return x < y || x != x ? x : y; }
};
template <class T>
struct Clamp {
  explicit Clamp(const Scalar* parameters)
      : min(parameters[0].to<T>()), max(parameters[1].to<T>()) {}
  T operator()(T x) const {
    const T raised = x < min || min != min ? min : x;
    return max < raised || max != max ? max : raised;
  }
  T min, max;
};
template <class T>
struct ClampMin {
  explicit ClampMin(const Scalar* parameters) : min(parameters[0].to<T>()) {}
  T operator()(T x) const { return x < min || min != min ? min : x; }
  T min;
};
template <class T>
struct ClampMax {
  explicit ClampMax(const Scalar* parameters) : max(parameters[0].to<T>()) {}
  T operator()(T x) const { return max < x || max != max ? max : x; }
  T max;
};

template <class T>
struct Pow {
  T operator()(T x, T y) const {
    if constexpr (std::is_integral_v<T>) {
      if constexpr (std::is_signed_v<T>) {
        if (y < 0) return x == 1 ? T{1} : x == -1 ? (y % 2 ? T{-1} : T{1}) : T{0};
      }
      uint64_t power = static_cast<uint64_t>(x), result = 1;
      for (auto rest = static_cast<uint64_t>(y); rest; rest >>= 1) {
        if (rest & 1) result *= power;
        power *= power;
      }
      return static_cast<T>(result);
    } else {
      return std::pow(x, y);
    }
  }
};
// xsimd's, within 2.6 ulp. It knows no quotients of two zeros or two infinities and loses the sign
// of zeros and what is subnormal: an angle of no usual size is looked up in the standard library.
// What is left over goes through the same vectors, so that an element's angle does not depend on
// its place, and with that on the number of threads.
template <class T>
xsimd::batch<T> atan2_of(const xsimd::batch<T>& y, const xsimd::batch<T>& x) {
  using V = xsimd::batch<T>;
  const V smallest(std::numeric_limits<T>::min()), largest(std::numeric_limits<T>::max());
  const V top = xsimd::abs(y), side = xsimd::abs(x), slope = top / side;
  const auto usual =
      (top >= smallest) & (side >= smallest) & (slope >= smallest) & (slope <= largest);
  const V angle = xsimd::atan2(y, x);
  if (xsimd::all(usual)) return angle;
  alignas(64) T tops[V::size], sides[V::size], angles[V::size];
  alignas(64) bool known[V::size];
  y.store_aligned(tops);
  x.store_aligned(sides);
  angle.store_aligned(angles);
  usual.store_unaligned(known);
  for (size_t i = 0; i < V::size; ++i) {
    if (!known[i]) angles[i] = std::atan2(tops[i], sides[i]);
  }
  return V::load_aligned(angles);
}
template <class T>
void atan2_run(int64_t n, void* out, const void* const* in, unsigned fixed, const Scalar*) {
  run_vectors<T>(
      n, out, [](const auto& y, const auto& x) { return atan2_of(y, x); },
      Lanes<T>(in[0], fixed & 1), Lanes<T>(in[1], fixed & 2));
}

template <class T>
struct Hypot {
  T operator()(T x, T y) const { return std::hypot(x, y); }
};

// From the end that is nearer, so that weight 1 gives it exactly.
template <class T>
T lerp(T from, T to, T weight) {
  return weight < T{0.5} ? from + weight * (to - from) : to - (to - from) * (1 - weight);
}
template <class T>
struct Lerp {
  T operator()(T from, T to, T weight) const { return lerp(from, to, weight); }
};
template <class T>
struct LerpScalar {
  explicit LerpScalar(const Scalar* parameters) : weight(parameters[0].to<T>()) {}
  T operator()(T from, T to) const { return lerp(from, to, weight); }
  T weight;
};
template <class T>
struct Addcmul {
  explicit Addcmul(const Scalar* parameters) : value(parameters[0].to<T>()) {}
  T operator()(T x, T y, T z) const {
    return static_cast<T>(wrapping(x) + wrapping(value) * wrapping(y) * wrapping(z));
  }
  T value;
};
template <class T>
struct Addcdiv {
  explicit Addcdiv(const Scalar* parameters) : value(parameters[0].to<T>()) {}
  T operator()(T x, T y, T z) const { return x + value * y / z; }
  T value;
};

template <template <class> class F>
constexpr Runs loops2() {
  return float_loops2<F>(integer_loops2<F>());
}

template <template <class> class F, class Rule>
constexpr Runs fmod_loops2() {
  return with_floats(integer_loops2<F>(), fmod_run<float, Rule>, fmod_run<double, Rule>);
}

}  // namespace

const Kernel kAdd{"add", false, false, kLightGrain,
                  with_bool(expressions2<Add>(integer_loops2<Add>()), loop2<Add, bool, bool>)};
const Kernel kAddScaled{
    "add", false, false, kLightGrain, with_bool(loops2<AddScaled>(), loop2<AddScaled, bool, bool>),
    1};
const Kernel kSub{"sub", false, false, kLightGrain, expressions2<Sub>(integer_loops2<Sub>())};
const Kernel kMul{"mul", false, false, kLightGrain,
                  with_bool(expressions2<Mul>(integer_loops2<Mul>()), loop2<Mul, bool, bool>)};
const Kernel kDiv{"div", true, false, kLightGrain, expressions2<Div>()};
const Kernel kDivFloor{
    "div_floor_cpu", false, false, kHeavyGrain, fmod_loops2<DivFloor, FlooredQuotient>(), 0, true};
const Kernel kDivTrunc{"div_trunc_cpu", false, false, kHeavyGrain, loops2<DivTrunc>(), 0, true};
const Kernel kRemainder{
    "remainder_cpu", false, false, kHeavyGrain, fmod_loops2<Remainder, LeftOfFloor>(), 0, true};
const Kernel kFmod{"fmod_cpu", false, false, kHeavyGrain, fmod_loops2<Fmod, Left>(), 0, true};
const Kernel kNeg{"neg", false, false, kLightGrain, expressions1<Neg>(integer_loops1<Neg>())};
const Kernel kAbs{"abs_cpu", false, false, kLightGrain, expressions1<Abs>(integer_loops1<Abs>())};
const Kernel kSign{"sign_cpu", false, false, kLightGrain,
                   with_bool(float_loops1<Sign>(integer_loops1<Sign>()), loop1<Sign, bool, bool>)};
const Kernel kMaximum{"maximum_cpu", false, false, kLightGrain,
                      with_bool(loops2<Maximum>(), loop2<Maximum, bool, bool>)};
const Kernel kMinimum{"minimum_cpu", false, false, kLightGrain,
                      with_bool(loops2<Minimum>(), loop2<Minimum, bool, bool>)};
const Kernel kClamp{
    "clamp_scalar_cpu", false, false, kLightGrain, float_loops1<Clamp>(integer_loops1<Clamp>()), 2};
const Kernel kClampMin{"clamp_min_scalar_cpu",
                       false,
                       false,
                       kLightGrain,
                       float_loops1<ClampMin>(integer_loops1<ClampMin>()),
                       1};
const Kernel kClampMax{"clamp_max_scalar_cpu",
                       false,
                       false,
                       kLightGrain,
                       float_loops1<ClampMax>(integer_loops1<ClampMax>()),
                       1};
const Kernel kReciprocal{"reciprocal", true, false, kLightGrain, expressions1<Reciprocal>()};
const Kernel kPow{"pow", false, false, kHeavyGrain, loops2<Pow>()};
const Kernel kSquare{"pow", false, false, kLightGrain,
                     expressions1<Square>(integer_loops1<Square>())};
const Kernel kCube{"pow", false, false, kLightGrain, expressions1<Cube>(integer_loops1<Cube>())};
const Kernel kAtan2{"atan2_cpu", true, false, kHeavyGrain,
                    with_floats({}, atan2_run<float>, atan2_run<double>)};
const Kernel kHypot{"hypot_cpu", false, false, kHeavyGrain, float_loops2<Hypot>()};
const Kernel kLerp{"lerp_kernel_tensor", false, false, kLightGrain, float_loops3<Lerp>()};
const Kernel kLerpScalar{"lerp_kernel_scalar",       false, false, kLightGrain,
                         float_loops2<LerpScalar>(), 1};
const Kernel kAddcmul{"addcmul_cpu_out",
                      false,
                      false,
                      kLightGrain,
                      float_loops3<Addcmul>(integer_loops3<Addcmul>()),
                      1};
const Kernel kAddcdiv{"addcdiv_cpu_out", false, false, kLightGrain, float_loops3<Addcdiv>(), 1};

}  // namespace gradtape::kernels
