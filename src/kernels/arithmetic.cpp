#include <cmath>

#include "kernels/integer.h"
#include "kernels/runs.h"

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

// Of floating point numbers x and y and what fmod(x, y) leaves.
struct Left {
  template <class T>
  T operator()(T, T, T left) const {
    return left;
  }
};
struct LeftOfFloor {
  template <class T>
  T operator()(T, T y, T left) const {
    const bool opposite = (left < 0) != (y < 0);
    return left != 0 && opposite ? left + y : left;
  }
};
// Python's way, so that floor_divide and remainder agree.
struct FlooredQuotient {
  template <class T>
  T operator()(T x, T y, T left) const {
    const bool opposite = (left < 0) != (y < 0);
    const T down = left != 0 && opposite ? 1 : 0;
    const T quotient = (x - left) / y - down;
    const T floored = std::floor(quotient);
    const T nearest = quotient - floored > T{0.5} ? floored + 1 : floored;
    return y == 0 ? x / y : quotient == 0 ? std::copysign(T{0}, x / y) : nearest;
  }
};

// Rule(x, y, fmod(x, y)) in float, without a division by repeated subtraction, as fmod is made, for
// usual operands: where the quotient's whole part has at most 29 bits, its product with the 24 of y
// and the difference to x are exact in double. A block with others takes the standard library's.
template <class Rule>
void fmod_run(int64_t n, void* out, const void* const* in, unsigned fixed, const Scalar*) {
  constexpr int64_t kBlock = 256;
  const Rule rule;
  float ones[2][kBlock];
  const float* at[2];
  for (int k = 0; k < 2; ++k) {
    at[k] = static_cast<const float*>(in[k]);
    if (fixed & (1u << k)) {
      std::fill_n(ones[k], kBlock, *at[k]);
      at[k] = ones[k];
    }
  }
  auto* to = static_cast<float*>(out);
  for (int64_t begin = 0; begin < n; begin += kBlock, to += kBlock) {
    const int64_t count = std::min(kBlock, n - begin);
    const float *x = at[0], *y = at[1];
    float left[kBlock];
    int unusual = 0;
#pragma omp simd reduction(| : unusual)
    for (int64_t i = 0; i < count; ++i) {
      const double whole = std::trunc(static_cast<double>(x[i]) / y[i]);
      left[i] = std::copysign(static_cast<float>(x[i] - whole * y[i]), x[i]);
      const bool usual = std::abs(whole) < 0x1p29 && std::abs(y[i]) < 0x1p127f;
      unusual |= usual ? 0 : 1;
    }
    for (int64_t i = 0; unusual && i < count; ++i) left[i] = std::fmod(x[i], y[i]);
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) to[i] = rule(x[i], y[i], left[i]);
    for (int k = 0; k < 2; ++k) at[k] += fixed & (1u << k) ? 0 : count;
  }
}

// Division that rounds down. The caller has seen to it that no integer divisor is 0.
template <class T>
struct DivFloor {
  T operator()(T x, T y) const {
    if constexpr (std::is_unsigned_v<T>) {
      return static_cast<T>(x / y);
    } else if constexpr (std::is_integral_v<T>) {
      if (y == -1) return static_cast<T>(-wrapping(x));  // the smallest number has no opposite
      const bool down = (x % y != 0) && ((x < 0) != (y < 0));
      return static_cast<T>(x / y - down);
    } else {
      return FlooredQuotient{}(x, y, std::fmod(x, y));
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
    } else if constexpr (std::is_integral_v<T>) {
      if (y == -1) return 0;
      const T left = static_cast<T>(x % y);
      return static_cast<T>(left != 0 && (left < 0) != (y < 0) ? left + y : left);
    } else {
      return LeftOfFloor{}(x, y, std::fmod(x, y));
    }
  }
};
template <class T>
struct Fmod {
  T operator()(T x, T y) const {
    if constexpr (std::is_unsigned_v<T>) {
      return static_cast<T>(x % y);
    } else if constexpr (std::is_integral_v<T>) {
      return y == -1 ? T{0} : static_cast<T>(x % y);
    } else {
      return std::fmod(x, y);
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
    const T raised = x < min ? min : x;
    return max < raised ? max : raised;
  }
  T min, max;
};
template <class T>
struct ClampMin {
  explicit ClampMin(const Scalar* parameters) : min(parameters[0].to<T>()) {}
  T operator()(T x) const { return x < min ? min : x; }
  T min;
};
template <class T>
struct ClampMax {
  explicit ClampMax(const Scalar* parameters) : max(parameters[0].to<T>()) {}
  T operator()(T x) const { return max < x ? max : x; }
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
template <class T>
struct Atan2 {
  T operator()(T x, T y) const { return std::atan2(x, y); }
};

// xsimd's, within 2.6 ulp in float. It knows no quotients of two zeros or two infinities: a NaN is
// looked up in the standard library. What is left over goes through the same vectors, so that an
// element's angle does not depend on its place, and with that on the number of threads.
void atan2_run(int64_t n, void* out, const void* const* in, unsigned fixed, const Scalar*) {
  using Batch = xsimd::batch<float>;
  constexpr int64_t kLanes = Batch::size;
  const auto lanes = [&](int k, int64_t begin, int64_t count) {
    const auto* from = static_cast<const float*>(in[k]);
    if (fixed & (1u << k)) return Batch(*from);
    if (count == kLanes) return Batch::load_unaligned(from + begin);
    alignas(64) float last[kLanes] = {};
    std::copy_n(from + begin, count, last);
    return Batch::load_aligned(last);
  };
  auto* to = static_cast<float*>(out);
  for (int64_t begin = 0; begin < n; begin += kLanes) {
    const int64_t count = std::min(kLanes, n - begin);
    const Batch x = lanes(0, begin, count), y = lanes(1, begin, count);
    const Batch angle = xsimd::atan2(x, y);
    const bool unknown = xsimd::any(angle != angle);
    if (count == kLanes && !unknown) {
      angle.store_unaligned(to + begin);
      continue;
    }
    alignas(64) float tops[kLanes], sides[kLanes], angles[kLanes];
    x.store_aligned(tops);
    y.store_aligned(sides);
    angle.store_aligned(angles);
    for (int64_t i = 0; i < count; ++i) {
      to[begin + i] = std::isnan(angles[i]) ? std::atan2(tops[i], sides[i]) : angles[i];
    }
  }
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
  return with_floats(integer_loops2<F>(), fmod_run<Rule>, loop2<F, double, double>);
}

}  // namespace

const Kernel kAdd{"add", false, false, kLightGrain,
                  with_bool(expressions2<Add>(integer_loops2<Add>()), loop2<Add, bool, bool>)};
const Kernel kAddScaled{"add", false, false, kLightGrain,
                        with_bool(loops2<AddScaled>(), loop2<AddScaled, bool, bool>)};
const Kernel kSub{"sub", false, false, kLightGrain, expressions2<Sub>(integer_loops2<Sub>())};
const Kernel kMul{"mul", false, false, kLightGrain,
                  with_bool(expressions2<Mul>(integer_loops2<Mul>()), loop2<Mul, bool, bool>)};
const Kernel kDiv{"div", true, false, kLightGrain, expressions2<Div>()};
const Kernel kDivFloor{"div_floor_cpu", false, false, kHeavyGrain,
                       fmod_loops2<DivFloor, FlooredQuotient>()};
const Kernel kDivTrunc{"div_trunc_cpu", false, false, kHeavyGrain, loops2<DivTrunc>()};
const Kernel kRemainder{"remainder_cpu", false, false, kHeavyGrain,
                        fmod_loops2<Remainder, LeftOfFloor>()};
const Kernel kFmod{"fmod_cpu", false, false, kHeavyGrain, fmod_loops2<Fmod, Left>()};
const Kernel kNeg{"neg", false, false, kLightGrain, expressions1<Neg>(integer_loops1<Neg>())};
const Kernel kAbs{"abs_cpu", false, false, kLightGrain, expressions1<Abs>(integer_loops1<Abs>())};
const Kernel kSign{"sign_cpu", false, false, kLightGrain,
                   with_bool(float_loops1<Sign>(integer_loops1<Sign>()), loop1<Sign, bool, bool>)};
const Kernel kMaximum{"maximum_cpu", false, false, kLightGrain,
                      with_bool(loops2<Maximum>(), loop2<Maximum, bool, bool>)};
const Kernel kMinimum{"minimum_cpu", false, false, kLightGrain,
                      with_bool(loops2<Minimum>(), loop2<Minimum, bool, bool>)};
const Kernel kClamp{"clamp_scalar_cpu", false, false, kLightGrain,
                    float_loops1<Clamp>(integer_loops1<Clamp>())};
const Kernel kClampMin{"clamp_min_scalar_cpu", false, false, kLightGrain,
                       float_loops1<ClampMin>(integer_loops1<ClampMin>())};
const Kernel kClampMax{"clamp_max_scalar_cpu", false, false, kLightGrain,
                       float_loops1<ClampMax>(integer_loops1<ClampMax>())};
const Kernel kReciprocal{"reciprocal", true, false, kLightGrain, expressions1<Reciprocal>()};
const Kernel kPow{"pow", false, false, kHeavyGrain, loops2<Pow>()};
const Kernel kSquare{"pow", false, false, kLightGrain,
                     expressions1<Square>(integer_loops1<Square>())};
const Kernel kCube{"pow", false, false, kLightGrain, expressions1<Cube>(integer_loops1<Cube>())};
const Kernel kAtan2{"atan2_cpu", true, false, kHeavyGrain,
                    with_floats({}, atan2_run, loop2<Atan2, double, double>)};
const Kernel kHypot{"hypot_cpu", false, false, kHeavyGrain, float_loops2<Hypot>()};
const Kernel kLerp{"lerp_kernel_tensor", false, false, kLightGrain, float_loops3<Lerp>()};
const Kernel kLerpScalar{"lerp_kernel_scalar", false, false, kLightGrain,
                         float_loops2<LerpScalar>()};
const Kernel kAddcmul{"addcmul_cpu_out", false, false, kLightGrain,
                      float_loops3<Addcmul>(integer_loops3<Addcmul>())};
const Kernel kAddcdiv{"addcdiv_cpu_out", false, false, kLightGrain, float_loops3<Addcdiv>()};

}  // namespace gradtape::kernels
