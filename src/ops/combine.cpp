
#include "autograd/op_node.h"
#include "kernels/base/promotion.h"
#include "kernels/elementwise/elementwise.h"

#include "gradtape/ops/arithmetic.h"
#include "gradtape/ops/compare.h"
#include "gradtape/ops/math.h"

namespace gradtape {

using namespace autograd;

namespace {

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
    return i == 0 ? grad : grad * mul(saved.input(3 - i), value);
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
    return neg(grad) * mul(saved.input(1), value) / (tensor2 * tensor2);
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

}  // namespace

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
