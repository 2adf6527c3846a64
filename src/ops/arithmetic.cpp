#include "gradtape/ops/arithmetic.h"

#include <cmath>

#include "autograd/record.h"
#include "kernels/elementwise.h"
#include "kernels/promotion.h"

#include "gradtape/ops/compare.h"
#include "gradtape/ops/factory.h"
#include "gradtape/ops/math.h"

namespace gradtape {

using namespace autograd;

ScalarType result_type(const Tensor& a, const Tensor& b) {
  kernels::PromotedType type;
  type.include(a);
  type.include(b);
  return type.get();
}
ScalarType result_type(const Tensor& a, const Scalar& b) {
  kernels::PromotedType type;
  type.include(a);
  type.include(b);
  return type.get();
}
ScalarType result_type(const Scalar& a, const Tensor& b) { return result_type(b, a); }
bool can_cast(ScalarType from, ScalarType to) { return kernels::can_cast(from, to); }

namespace {

bool is_one(const Scalar& number) { return number.toDouble() == 1; }

// What PyTorch allows as the factor of the second summand.
template <class Other>
void check_alpha(const Tensor& self, const Other& other, const Scalar& alpha) {
  if (!alpha.isFloatingPoint() && is_one(alpha) && !alpha.isBoolean()) return;
  const ScalarType result = result_type(self, other);
  GRADTAPE_CHECK(!alpha.isBoolean() || result == kBool,
                 "Boolean alpha only supported for Boolean results.");
  GRADTAPE_CHECK(is_floating_point(result) || !alpha.isFloatingPoint(),
                 "For integral input tensors, argument alpha must not be a floating point number.");
}

bool is_bool(const Tensor& tensor) { return tensor.dtype() == kBool; }
bool is_bool(const Scalar& number) { return number.isBoolean(); }

template <class Other>
void check_sub(const Tensor& self, const Other& other) {
  GRADTAPE_CHECK(!is_bool(self) || !is_bool(other),
                 "Subtraction, the `-` operator, with two bool tensors is not supported. Use the "
                 "`^` or `logical_xor()` operator instead.");
  GRADTAPE_CHECK(!is_bool(self) && !is_bool(other),
                 "Subtraction, the `-` operator, with a bool tensor is not supported. If you are "
                 "trying to invert a mask, use the `~` or `logical_not()` operator instead.");
}

Tensor times(const Tensor& grad, const Scalar& factor) {
  return is_one(factor) ? grad : mul(grad, factor);
}

// self + alpha * other
struct Add {
  static constexpr const char* name = "AddBackward0";
  static constexpr Reads reads[] = {kNothing, kNothing};
  Scalar alpha;

  Tensor forward(const Tensor& self, const Tensor& other, const Tensor& out = {}) const {
    check_alpha(self, other, alpha);
    if (is_one(alpha)) return kernels::binary(kernels::kAdd, self, other, out);
    return kernels::binary(kernels::kAddScaled, self, other, out, &alpha);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved&) const {
    return i == 0 ? grad : times(grad, alpha);
  }
};

struct AddScalar {
  static constexpr const char* name = "AddBackward1";
  static constexpr Reads reads[] = {kNothing};
  Scalar other, alpha;

  Tensor forward(const Tensor& self, const Tensor& out = {}) const {
    check_alpha(self, other, alpha);
    if (is_one(alpha)) return kernels::binary(kernels::kAdd, self, other, out);
    return kernels::binary(kernels::kAddScaled, self, other, out, &alpha);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad; }
};

// self - alpha * other
struct Sub {
  static constexpr const char* name = "SubBackward0";
  static constexpr Reads reads[] = {kNothing, kNothing};
  Scalar alpha;

  Tensor forward(const Tensor& self, const Tensor& other, const Tensor& out = {}) const {
    check_sub(self, other);
    check_alpha(self, other, alpha);
    if (is_one(alpha)) return kernels::binary(kernels::kSub, self, other, out);
    const Scalar factor = -alpha;
    return kernels::binary(kernels::kAddScaled, self, other, out, &factor);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved&) const {
    return i == 0 ? grad : times(neg(grad), alpha);
  }
};

struct SubScalar {
  static constexpr const char* name = "SubBackward1";
  static constexpr Reads reads[] = {kNothing};
  Scalar other, alpha;

  Tensor forward(const Tensor& self, const Tensor& out = {}) const {
    check_sub(self, other);
    check_alpha(self, other, alpha);
    if (is_one(alpha)) return kernels::binary(kernels::kSub, self, other, out);
    const Scalar factor = -alpha;
    return kernels::binary(kernels::kAddScaled, self, other, out, &factor);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad; }
};

// other - alpha * self
struct RsubScalar {
  static constexpr const char* name = "RsubBackward1";
  static constexpr Reads reads[] = {kNothing};
  Scalar other, alpha;

  Tensor forward(const Tensor& self) const {
    check_sub(self, other);
    check_alpha(self, other, alpha);
    const Scalar factor = -alpha;
    const kernels::Operand inputs[] = {other, self};
    return kernels::elementwise(is_one(alpha) ? kernels::kSub : kernels::kAddScaled, inputs, {},
                                &factor);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return times(neg(grad), alpha); }
};

struct Mul {
  static constexpr const char* name = "MulBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0};

  Tensor forward(const Tensor& self, const Tensor& other, const Tensor& out = {}) const {
    return kernels::binary(kernels::kMul, self, other, out);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return grad * saved.input(1 - i);
  }
};

struct MulScalar {
  static constexpr const char* name = "MulBackward1";
  static constexpr Reads reads[] = {kNothing};
  Scalar other;

  Tensor forward(const Tensor& self, const Tensor& out = {}) const {
    return kernels::binary(kernels::kMul, self, other, out);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad * other; }
};

struct Div {
  static constexpr const char* name = "DivBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0 | kInput1};

  Tensor forward(const Tensor& self, const Tensor& other, const Tensor& out = {}) const {
    return kernels::binary(kernels::kDiv, self, other, out);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor other = saved.input(1);
    if (i == 0) return grad / other;
    return neg(grad) * ((saved.input(0) / other) / other);
  }
};

struct DivScalar {
  static constexpr const char* name = "DivBackward1";
  static constexpr Reads reads[] = {kNothing};
  Scalar other;

  Tensor forward(const Tensor& self, const Tensor& out = {}) const {
    return kernels::binary(kernels::kDiv, self, other, out);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad / other; }
};

// number / self
struct DivOfScalar {
  static constexpr const char* name = "DivBackward0";
  static constexpr Reads reads[] = {kInput0};
  Scalar number;

  Tensor forward(const Tensor& self) const {
    const kernels::Operand inputs[] = {number, self};
    return kernels::elementwise(kernels::kDiv, inputs);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const Tensor self = saved.input(0);
    return neg(grad) * ((number / self) / self);
  }
};

void check_divisor(const Tensor& self, const Tensor& other, const char* op) {
  const ScalarType type = result_type(self, other);
  if (is_floating_point(type) || type == kBool) return;  // bools have no such kernel at all
  GRADTAPE_CHECK(!kernels::has_zero(other), "ZeroDivisionError: ", op,
                 ": integers cannot be divided by zero; got self ", self.sizes(), ", other ",
                 other.sizes());
}
void check_divisor(const Tensor& self, const Scalar& other, const char* op) {
  const ScalarType type = result_type(self, other);
  if (is_floating_point(type) || type == kBool) return;
  GRADTAPE_CHECK(other.toLong() != 0, "ZeroDivisionError: ", op,
                 ": integers cannot be divided by zero; got self ", self.sizes(), ", other ",
                 other);
}

enum class Rounding { Floor, Trunc };

Rounding parse_rounding(std::string_view mode) {
  GRADTAPE_CHECK(mode == "trunc" || mode == "floor",
                 "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '",
                 mode, "'");
  return mode == "floor" ? Rounding::Floor : Rounding::Trunc;
}

// A step function: its gradient is zero.
struct DivRounded {
  static constexpr const char* name = "DivBackward2";
  static constexpr Reads reads[] = {kNothing, kNothing};
  Rounding rounding;

  Tensor forward(const Tensor& self, const Tensor& other, const Tensor& out = {}) const {
    check_divisor(self, other, "div");
    const bool floor = rounding == Rounding::Floor;
    return kernels::binary(floor ? kernels::kDivFloor : kernels::kDivTrunc, self, other, out);
  }
  Tensor vjp(int, const Tensor& grad, const Saved&) const { return zeros_like(grad); }
};

struct DivRoundedScalar {
  static constexpr const char* name = "DivBackward3";
  static constexpr Reads reads[] = {kNothing};
  Scalar other;
  Rounding rounding;

  Tensor forward(const Tensor& self, const Tensor& out = {}) const {
    check_divisor(self, other, "div");
    const bool floor = rounding == Rounding::Floor;
    return kernels::binary(floor ? kernels::kDivFloor : kernels::kDivTrunc, self, other, out);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return zeros_like(grad); }
};

// As in PyTorch, it is part of the graph but has no gradient.
struct FloorDivide {
  static constexpr const char* name = "NotImplemented";
  static constexpr Reads reads[] = {kNothing, kNothing};

  Tensor forward(const Tensor& self, const Tensor& other) const {
    check_divisor(self, other, "floor_divide");
    return kernels::binary(kernels::kDivFloor, self, other);
  }
  Tensor vjp(int, const Tensor&, const Saved&) const {
    detail::fail("derivative for aten::floor_divide is not implemented");
  }
};

struct FloorDivideScalar {
  static constexpr const char* name = "NotImplemented";
  static constexpr Reads reads[] = {kNothing};
  Scalar other;

  Tensor forward(const Tensor& self) const {
    check_divisor(self, other, "floor_divide");
    return kernels::binary(kernels::kDivFloor, self, other);
  }
  Tensor vjp(const Tensor&, const Saved&) const {
    detail::fail("derivative for aten::floor_divide is not implemented");
  }
};

// self - other * floor(self / other)
struct Remainder {
  static constexpr const char* name = "RemainderBackward1";
  static constexpr Reads reads[] = {kNothing, kInput0 | kInput1};

  Tensor forward(const Tensor& self, const Tensor& other) const {
    check_divisor(self, other, "remainder");
    return kernels::binary(kernels::kRemainder, self, other);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return i == 0 ? grad : neg(grad) * div(saved.input(0), saved.input(1), "floor");
  }
};

struct RemainderScalar {
  static constexpr const char* name = "RemainderBackward0";
  static constexpr Reads reads[] = {kNothing};
  Scalar other;

  Tensor forward(const Tensor& self) const {
    check_divisor(self, other, "remainder");
    return kernels::binary(kernels::kRemainder, self, other);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad; }
};

// self - other * trunc(self / other)
struct Fmod {
  static constexpr const char* name = "FmodBackward1";
  static constexpr Reads reads[] = {kNothing, kInput0 | kInput1};

  Tensor forward(const Tensor& self, const Tensor& other) const {
    check_divisor(self, other, "fmod");
    return kernels::binary(kernels::kFmod, self, other);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return i == 0 ? grad : neg(grad) * div(saved.input(0), saved.input(1), "trunc");
  }
};

struct FmodScalar {
  static constexpr const char* name = "FmodBackward0";
  static constexpr Reads reads[] = {kNothing};
  Scalar other;

  Tensor forward(const Tensor& self) const {
    check_divisor(self, other, "fmod");
    return kernels::binary(kernels::kFmod, self, other);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad; }
};

// self^exponent; the usual exponents have kernels of their own.
struct PowScalar {
  static constexpr const char* name = "PowBackward0";
  static constexpr Reads reads[] = {kInput0};
  Scalar exponent;

  Tensor forward(const Tensor& self, const Tensor& out = {}) const {
    const ScalarType type = result_type(self, exponent);
    GRADTAPE_CHECK(is_floating_point(type) || exponent.toLong() >= 0,
                   "Integers to negative integer powers are not allowed.");
    kernels::check_fits(exponent, type);
    const double power = exponent.toDouble();
    if (type == self.dtype() && type != kBool) {
      if (power == 2) return kernels::unary(kernels::kSquare, self, out);
      if (power == 3) return kernels::unary(kernels::kCube, self, out);
      if (power == 0.5) return kernels::unary(kernels::kSqrt, self, out);
      if (power == -0.5) return kernels::unary(kernels::kRsqrt, self, out);
      if (power == -1) return kernels::unary(kernels::kReciprocal, self, out);
    }
    return kernels::binary(kernels::kPow, self, exponent, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const double power = exponent.toDouble();
    if (power == 0) return zeros_like(grad);
    const Tensor self = saved.input(0);
    if (power == 1) return grad;
    if (power == 2) return grad * (self * 2);
    return grad * (pow(self, power - 1) * power);
  }
};

// d/d exponent of a power of base, where base = 0 has no logarithm.
Tensor pow_grad_of_exponent(const Tensor& grad, const Tensor& base, const Tensor& exponent,
                            const Tensor& result) {
  const Tensor flat = logical_and(eq(base, 0), ge(exponent, 0));
  return grad * (result * log(base)).masked_fill(flat, 0);
}

struct Pow {
  static constexpr const char* name = "PowBackward1";
  static constexpr Reads reads[] = {kInput0 | kInput1, kInput0 | kInput1 | kOutput};

  Tensor forward(const Tensor& self, const Tensor& exponent, const Tensor& out = {}) const {
    return kernels::binary(kernels::kPow, self, exponent, out);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor self = saved.input(0), exponent = saved.input(1);
    if (i == 1) return pow_grad_of_exponent(grad, self, exponent, saved.output());
    return (grad * (exponent * pow(self, exponent - 1))).masked_fill(eq(exponent, 0), 0);
  }
};

struct PowOfScalar {
  static constexpr const char* name = "PowBackward2";
  static constexpr Reads reads[] = {kInput0 | kOutput};
  Scalar base;

  Tensor forward(const Tensor& exponent) const {
    const kernels::Operand inputs[] = {base, exponent};
    return kernels::elementwise(kernels::kPow, inputs);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const Tensor growth = saved.output() * std::log(base.toDouble());
    if (base.toDouble() != 0) return grad * growth;
    return grad * growth.masked_fill(ge(saved.input(0), 0), 0);
  }
};

// Where both are equal each gets half.
struct Maximum {
  static constexpr const char* name = "MaximumBackward0";
  static constexpr Reads reads[] = {kInput0 | kInput1, kInput0 | kInput1};

  Tensor forward(const Tensor& self, const Tensor& other) const {
    return kernels::binary(kernels::kMaximum, self, other);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor self = saved.input(0), other = saved.input(1);
    const Tensor shared = (grad / 2).where(eq(self, other), grad);
    return shared.masked_fill(i == 0 ? lt(self, other) : gt(self, other), 0);
  }
};

struct Minimum {
  static constexpr const char* name = "MinimumBackward0";
  static constexpr Reads reads[] = {kInput0 | kInput1, kInput0 | kInput1};

  Tensor forward(const Tensor& self, const Tensor& other) const {
    return kernels::binary(kernels::kMinimum, self, other);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor self = saved.input(0), other = saved.input(1);
    const Tensor shared = (grad / 2).where(eq(self, other), grad);
    return shared.masked_fill(i == 0 ? gt(self, other) : lt(self, other), 0);
  }
};

struct Atan2 {
  static constexpr const char* name = "Atan2Backward0";
  static constexpr Reads reads[] = {kInput0 | kInput1, kInput0 | kInput1};

  Tensor forward(const Tensor& self, const Tensor& other) const {
    return kernels::binary(kernels::kAtan2, self, other);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor self = saved.input(0), other = saved.input(1);
    return grad * (i == 0 ? other : neg(self)) * reciprocal(self * self + other * other);
  }
};

struct Hypot {
  static constexpr const char* name = "HypotBackward0";
  static constexpr Reads reads[] = {kInput0 | kOutput, kInput1 | kOutput};

  Tensor forward(const Tensor& self, const Tensor& other) const {
    return kernels::binary(kernels::kHypot, self, other);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return grad * (saved.input(i) / saved.output());
  }
};

void check_lerp_dtype(const Tensor& self, const Tensor& other, const char* argument) {
  GRADTAPE_CHECK(self.dtype() == other.dtype(), "expected dtype ", self.dtype(), " for `", argument,
                 "` but got dtype ", other.dtype());
}

// self + weight (end - self)
struct LerpScalar {
  static constexpr const char* name = "LerpBackward0";
  static constexpr Reads reads[] = {kNothing, kNothing};
  Scalar weight;

  Tensor forward(const Tensor& self, const Tensor& end, const Tensor& out = {}) const {
    check_lerp_dtype(self, end, "end");
    return kernels::binary(kernels::kLerpScalar, self, end, out, &weight);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved&) const {
    return grad * (i == 0 ? 1 - weight.toDouble() : weight.toDouble());
  }
};

struct Lerp {
  static constexpr const char* name = "LerpBackward1";
  static constexpr Reads reads[] = {kInput2, kInput2, kInput0 | kInput1};

  Tensor forward(const Tensor& self, const Tensor& end, const Tensor& weight) const {
    check_lerp_dtype(self, end, "end");
    check_lerp_dtype(self, weight, "weight");
    const kernels::Operand inputs[] = {self, end, weight};
    return kernels::elementwise(kernels::kLerp, inputs);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    if (i == 0) return grad * (1 - saved.input(2));
    if (i == 1) return grad * saved.input(2);
    return grad * (saved.input(1) - saved.input(0));
  }
};

// self + value tensor1 tensor2
struct Addcmul {
  static constexpr const char* name = "AddcmulBackward0";
  static constexpr Reads reads[] = {kNothing, kInput2, kInput1};
  Scalar value;

  Tensor forward(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
                 const Tensor& out = {}) const {
    const kernels::Operand inputs[] = {self, tensor1, tensor2};
    return kernels::elementwise(kernels::kAddcmul, inputs, out, &value);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return i == 0 ? grad : grad * times(saved.input(3 - i), value);
  }
};

// self + value tensor1 / tensor2
struct Addcdiv {
  static constexpr const char* name = "AddcdivBackward0";
  static constexpr Reads reads[] = {kNothing, kInput2, kInput1 | kInput2};
  Scalar value;

  Tensor forward(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
                 const Tensor& out = {}) const {
    GRADTAPE_CHECK(is_floating_point(self.dtype()) || is_floating_point(tensor1.dtype()) ||
                       is_floating_point(tensor2.dtype()),
                   "Integer division with addcdiv is no longer supported; one of the three must be "
                   "floating point; got self ",
                   self.dtype(), ", tensor1 ", tensor1.dtype(), ", tensor2 ", tensor2.dtype());
    const kernels::Operand inputs[] = {self, tensor1, tensor2};
    return kernels::elementwise(kernels::kAddcdiv, inputs, out, &value);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    if (i == 0) return grad;
    const Tensor tensor2 = saved.input(2);
    if (i == 1) return grad * (value / tensor2);
    return neg(grad) * times(saved.input(1), value) / (tensor2 * tensor2);
  }
};

using Bound = std::optional<Scalar>;

// 1 where self is within the bounds, which count as within.
Tensor within(const Tensor& self, const Bound& min, const Bound& max) {
  if (!max) return ge(self, *min);
  if (!min) return le(self, *max);
  return logical_and(ge(self, *min), le(self, *max));
}

struct Clamp {
  static constexpr const char* name = "ClampBackward1";
  static constexpr Reads reads[] = {kInput0};
  Bound min, max;

  Tensor forward(const Tensor& self, const Tensor& out = {}) const {
    GRADTAPE_CHECK(min || max, "torch.clamp: At least one of 'min' or 'max' must not be None");
    kernels::PromotedType type;
    type.include(self);
    if (min) type.include(*min);
    if (max) type.include(*max);
    if (min) kernels::check_fits(*min, type.get());
    if (max) kernels::check_fits(*max, type.get());
    const Scalar bounds[] = {min ? *min : *max, max.value_or(0)};
    const kernels::Kernel& kernel = !max   ? kernels::kClampMin
                                    : !min ? kernels::kClampMax
                                           : kernels::kClamp;
    if (type.get() == self.dtype()) return kernels::unary(kernel, self, out, bounds);
    if (out.defined()) {
      GRADTAPE_CHECK(can_cast(type.get(), out.dtype()), "result type ", type.get(),
                     " can't be cast to the desired output type ", out.dtype());
    }
    const Tensor values = kernels::unary(kernel, kernels::copied(self, type.get()), {}, bounds);
    if (!out.defined()) return values;
    kernels::copy(out, values);
    return out;
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return grad.masked_fill(logical_not(within(saved.input(0), min, max)), 0);
  }
};

struct Neg {
  static constexpr const char* name = "NegBackward0";
  static constexpr Reads reads[] = {kNothing};

  Tensor forward(const Tensor& self, const Tensor& out = {}) const {
    GRADTAPE_CHECK(self.dtype() != kBool,
                   "Negation, the `-` operator, on a bool tensor is not supported. If you are "
                   "trying to invert a mask, use the `~` or `logical_not()` operator instead.");
    return kernels::unary(kernels::kNeg, self, out);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return neg(grad); }
};

}  // namespace

Tensor add(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return apply(Add{alpha}, self, other);
}
Tensor add(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  return apply(AddScalar{other, alpha}, self);
}
Tensor sub(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return apply(Sub{alpha}, self, other);
}
Tensor sub(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  return apply(SubScalar{other, alpha}, self);
}
Tensor rsub(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return sub(other, self, alpha);
}
Tensor rsub(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  return apply(RsubScalar{other, alpha}, self);
}
Tensor mul(const Tensor& self, const Tensor& other) { return apply(Mul{}, self, other); }
Tensor mul(const Tensor& self, const Scalar& other) { return apply(MulScalar{other}, self); }
Tensor div(const Tensor& self, const Tensor& other) { return apply(Div{}, self, other); }
Tensor div(const Tensor& self, const Scalar& other) { return apply(DivScalar{other}, self); }
Tensor neg(const Tensor& self) { return apply(Neg{}, self); }

Tensor operator/(const Scalar& x, const Tensor& y) { return apply(DivOfScalar{x}, y); }
Tensor div(const Tensor& self, const Tensor& other, std::optional<std::string_view> rounding_mode) {
  if (!rounding_mode) return div(self, other);
  return apply(DivRounded{parse_rounding(*rounding_mode)}, self, other);
}
Tensor div(const Tensor& self, const Scalar& other, std::optional<std::string_view> rounding_mode) {
  if (!rounding_mode) return div(self, other);
  return apply(DivRoundedScalar{other, parse_rounding(*rounding_mode)}, self);
}
Tensor floor_divide(const Tensor& self, const Tensor& other) {
  return apply(FloorDivide{}, self, other);
}
Tensor floor_divide(const Tensor& self, const Scalar& other) {
  return apply(FloorDivideScalar{other}, self);
}
Tensor remainder(const Tensor& self, const Tensor& other) {
  return apply(Remainder{}, self, other);
}
Tensor remainder(const Tensor& self, const Scalar& other) {
  return apply(RemainderScalar{other}, self);
}
Tensor remainder(const Scalar& self, const Tensor& other) {
  return remainder(scalar_tensor(self, self.type()), other);
}
Tensor fmod(const Tensor& self, const Tensor& other) { return apply(Fmod{}, self, other); }
Tensor fmod(const Tensor& self, const Scalar& other) { return apply(FmodScalar{other}, self); }
Tensor pow(const Tensor& self, const Tensor& exponent) { return apply(Pow{}, self, exponent); }
Tensor pow(const Tensor& self, const Scalar& exponent) { return apply(PowScalar{exponent}, self); }
Tensor pow(const Scalar& self, const Tensor& exponent) {
  return apply(PowOfScalar{self}, exponent);
}
Tensor square(const Tensor& self) { return pow(self, 2); }
Tensor maximum(const Tensor& self, const Tensor& other) { return apply(Maximum{}, self, other); }
Tensor minimum(const Tensor& self, const Tensor& other) { return apply(Minimum{}, self, other); }
Tensor atan2(const Tensor& self, const Tensor& other) { return apply(Atan2{}, self, other); }
Tensor hypot(const Tensor& self, const Tensor& other) { return apply(Hypot{}, self, other); }
Tensor lerp(const Tensor& self, const Tensor& end, const Scalar& weight) {
  return apply(LerpScalar{weight}, self, end);
}
Tensor lerp(const Tensor& self, const Tensor& end, const Tensor& weight) {
  return apply(Lerp{}, self, end, weight);
}
Tensor addcmul(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
               const Scalar& value) {
  return apply(Addcmul{value}, self, tensor1, tensor2);
}
Tensor addcdiv(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
               const Scalar& value) {
  return apply(Addcdiv{value}, self, tensor1, tensor2);
}
Tensor clamp(const Tensor& self, const std::optional<Scalar>& min,
             const std::optional<Scalar>& max) {
  return apply(Clamp{min, max}, self);
}
Tensor clamp_min(const Tensor& self, const Scalar& min) { return clamp(self, min, {}); }
Tensor clamp_max(const Tensor& self, const Scalar& max) { return clamp(self, {}, max); }

Tensor Tensor::add(const Tensor& other, const Scalar& alpha) const {
  return gradtape::add(*this, other, alpha);
}
Tensor Tensor::add(const Scalar& other, const Scalar& alpha) const {
  return gradtape::add(*this, other, alpha);
}
Tensor& Tensor::add_(const Tensor& other, const Scalar& alpha) const {
  return apply_inplace(Add{alpha}, *this, other);
}
Tensor& Tensor::add_(const Scalar& other, const Scalar& alpha) const {
  return apply_inplace(AddScalar{other, alpha}, *this);
}
Tensor Tensor::sub(const Tensor& other, const Scalar& alpha) const {
  return gradtape::sub(*this, other, alpha);
}
Tensor Tensor::sub(const Scalar& other, const Scalar& alpha) const {
  return gradtape::sub(*this, other, alpha);
}
Tensor& Tensor::sub_(const Tensor& other, const Scalar& alpha) const {
  return apply_inplace(Sub{alpha}, *this, other);
}
Tensor& Tensor::sub_(const Scalar& other, const Scalar& alpha) const {
  return apply_inplace(SubScalar{other, alpha}, *this);
}
Tensor Tensor::mul(const Tensor& other) const { return gradtape::mul(*this, other); }
Tensor Tensor::mul(const Scalar& other) const { return gradtape::mul(*this, other); }
Tensor& Tensor::mul_(const Tensor& other) const { return apply_inplace(Mul{}, *this, other); }
Tensor& Tensor::mul_(const Scalar& other) const { return apply_inplace(MulScalar{other}, *this); }
Tensor Tensor::div(const Tensor& other) const { return gradtape::div(*this, other); }
Tensor Tensor::div(const Scalar& other) const { return gradtape::div(*this, other); }
Tensor& Tensor::div_(const Tensor& other) const { return apply_inplace(Div{}, *this, other); }
Tensor& Tensor::div_(const Scalar& other) const { return apply_inplace(DivScalar{other}, *this); }
Tensor Tensor::neg() const { return gradtape::neg(*this); }
Tensor& Tensor::neg_() const { return apply_inplace(Neg{}, *this); }
Tensor Tensor::floor_divide(const Tensor& other) const {
  return gradtape::floor_divide(*this, other);
}
Tensor Tensor::floor_divide(const Scalar& other) const {
  return gradtape::floor_divide(*this, other);
}
Tensor Tensor::remainder(const Tensor& other) const { return gradtape::remainder(*this, other); }
Tensor Tensor::remainder(const Scalar& other) const { return gradtape::remainder(*this, other); }
Tensor Tensor::pow(const Tensor& exponent) const { return gradtape::pow(*this, exponent); }
Tensor Tensor::pow(const Scalar& exponent) const { return gradtape::pow(*this, exponent); }
Tensor& Tensor::pow_(const Tensor& exponent) const { return apply_inplace(Pow{}, *this, exponent); }
Tensor& Tensor::pow_(const Scalar& exponent) const {
  return apply_inplace(PowScalar{exponent}, *this);
}
Tensor Tensor::square() const { return gradtape::square(*this); }
Tensor& Tensor::square_() const { return pow_(2); }
Tensor Tensor::maximum(const Tensor& other) const { return gradtape::maximum(*this, other); }
Tensor Tensor::minimum(const Tensor& other) const { return gradtape::minimum(*this, other); }
Tensor Tensor::atan2(const Tensor& other) const { return gradtape::atan2(*this, other); }
Tensor Tensor::lerp(const Tensor& end, const Scalar& weight) const {
  return gradtape::lerp(*this, end, weight);
}
Tensor Tensor::lerp(const Tensor& end, const Tensor& weight) const {
  return gradtape::lerp(*this, end, weight);
}
Tensor& Tensor::lerp_(const Tensor& end, const Scalar& weight) const {
  return apply_inplace(LerpScalar{weight}, *this, end);
}
Tensor Tensor::addcmul(const Tensor& a, const Tensor& b, const Scalar& value) const {
  return gradtape::addcmul(*this, a, b, value);
}
Tensor& Tensor::addcmul_(const Tensor& a, const Tensor& b, const Scalar& value) const {
  return apply_inplace(Addcmul{value}, *this, a, b);
}
Tensor Tensor::addcdiv(const Tensor& a, const Tensor& b, const Scalar& value) const {
  return gradtape::addcdiv(*this, a, b, value);
}
Tensor& Tensor::addcdiv_(const Tensor& a, const Tensor& b, const Scalar& value) const {
  return apply_inplace(Addcdiv{value}, *this, a, b);
}
Tensor Tensor::clamp(std::optional<Scalar> min, std::optional<Scalar> max) const {
  return gradtape::clamp(*this, min, max);
}
Tensor& Tensor::clamp_(std::optional<Scalar> min, std::optional<Scalar> max) const {
  return apply_inplace(Clamp{min, max}, *this);
}

}  // namespace gradtape
