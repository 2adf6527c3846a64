#include "gradtape/ops/arithmetic.h"

#include "autograd/op_node.h"
#include "kernels/base/promotion.h"
#include "kernels/elementwise/elementwise.h"

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
// The default of alpha, which fits every dtype.
bool is_integer_one(const Scalar& number) {
  return number.isIntegral(false) && number.toLong() == 1;
}

// What PyTorch allows as the factor of the second summand.
template <class Other>
void check_alpha(const Tensor& self, const Other& other, const Scalar& alpha) {
  if (is_integer_one(alpha)) return;
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

struct Add {
  static constexpr const char* name = "AddBackward0";
  static constexpr Reads reads[] = {kNothing, kNothing};

  Tensor forward(const Tensor& self, const Tensor& other, const Tensor& out = {}) const {
    return kernels::binary(kernels::kAdd, self, other, out);
  }
  Tensor vjp(int, const Tensor& grad, const Saved&) const { return grad; }
};

// self + alpha * other
struct AddScaled {
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
  return is_integer_one(alpha) ? apply(Add{}, self, other) : apply(AddScaled{alpha}, self, other);
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

Tensor Tensor::add(const Tensor& other, const Scalar& alpha) const {
  return gradtape::add(*this, other, alpha);
}
Tensor Tensor::add(const Scalar& other, const Scalar& alpha) const {
  return gradtape::add(*this, other, alpha);
}
Tensor& Tensor::add_(const Tensor& other, const Scalar& alpha) const {
  return is_integer_one(alpha) ? apply_inplace(Add{}, *this, other)
                               : apply_inplace(AddScaled{alpha}, *this, other);
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

}  // namespace gradtape
