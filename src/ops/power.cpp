#include <cmath>

#include "autograd/op_node.h"
#include "kernels/elementwise/elementwise.h"

#include "gradtape/ops/arithmetic.h"
#include "gradtape/ops/compare.h"
#include "gradtape/ops/factory.h"
#include "gradtape/ops/math.h"

namespace gradtape {

using namespace autograd;

namespace {

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

}  // namespace

Tensor pow(const Tensor& self, const Tensor& exponent) { return apply(Pow{}, self, exponent); }
Tensor pow(const Tensor& self, const Scalar& exponent) { return apply(PowScalar{exponent}, self); }
Tensor pow(const Scalar& self, const Tensor& exponent) {
  return apply(PowOfScalar{self}, exponent);
}
Tensor square(const Tensor& self) { return pow(self, 2); }

Tensor Tensor::pow(const Tensor& exponent) const { return gradtape::pow(*this, exponent); }
Tensor Tensor::pow(const Scalar& exponent) const { return gradtape::pow(*this, exponent); }
Tensor& Tensor::pow_(const Tensor& exponent) const { return apply_inplace(Pow{}, *this, exponent); }
Tensor& Tensor::pow_(const Scalar& exponent) const {
  return apply_inplace(PowScalar{exponent}, *this);
}
Tensor Tensor::square() const { return gradtape::square(*this); }
Tensor& Tensor::square_() const { return pow_(2); }

}  // namespace gradtape
