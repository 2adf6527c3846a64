#include "gradtape/ops/compare.h"

#include "kernels/elementwise/elementwise.h"

namespace gradtape {

Tensor eq(const Tensor& self, const Tensor& other) {
  return kernels::binary(kernels::kEq, self, other);
}
Tensor eq(const Tensor& self, const Scalar& other) {
  return kernels::binary(kernels::kEq, self, other);
}
Tensor ne(const Tensor& self, const Tensor& other) {
  return kernels::binary(kernels::kNe, self, other);
}
Tensor ne(const Tensor& self, const Scalar& other) {
  return kernels::binary(kernels::kNe, self, other);
}
Tensor lt(const Tensor& self, const Tensor& other) {
  return kernels::binary(kernels::kLt, self, other);
}
Tensor lt(const Tensor& self, const Scalar& other) {
  return kernels::binary(kernels::kLt, self, other);
}
Tensor le(const Tensor& self, const Tensor& other) {
  return kernels::binary(kernels::kLe, self, other);
}
Tensor le(const Tensor& self, const Scalar& other) {
  return kernels::binary(kernels::kLe, self, other);
}
Tensor gt(const Tensor& self, const Tensor& other) {
  return kernels::binary(kernels::kGt, self, other);
}
Tensor gt(const Tensor& self, const Scalar& other) {
  return kernels::binary(kernels::kGt, self, other);
}
Tensor ge(const Tensor& self, const Tensor& other) {
  return kernels::binary(kernels::kGe, self, other);
}
Tensor ge(const Tensor& self, const Scalar& other) {
  return kernels::binary(kernels::kGe, self, other);
}
Tensor logical_and(const Tensor& self, const Tensor& other) {
  return kernels::binary(kernels::kLogicalAnd, self, other);
}
Tensor bitwise_and(const Tensor& self, const Tensor& other) {
  return kernels::binary(kernels::kBitwiseAnd, self, other);
}
Tensor bitwise_and(const Tensor& self, const Scalar& other) {
  return kernels::binary(kernels::kBitwiseAnd, self, other);
}
Tensor logical_or(const Tensor& self, const Tensor& other) {
  return kernels::binary(kernels::kLogicalOr, self, other);
}
Tensor bitwise_or(const Tensor& self, const Tensor& other) {
  return kernels::binary(kernels::kBitwiseOr, self, other);
}
Tensor bitwise_or(const Tensor& self, const Scalar& other) {
  return kernels::binary(kernels::kBitwiseOr, self, other);
}
Tensor logical_xor(const Tensor& self, const Tensor& other) {
  return kernels::binary(kernels::kLogicalXor, self, other);
}
Tensor bitwise_xor(const Tensor& self, const Tensor& other) {
  return kernels::binary(kernels::kBitwiseXor, self, other);
}
Tensor bitwise_xor(const Tensor& self, const Scalar& other) {
  return kernels::binary(kernels::kBitwiseXor, self, other);
}
Tensor logical_not(const Tensor& self) { return kernels::unary(kernels::kLogicalNot, self); }
Tensor bitwise_not(const Tensor& self) { return kernels::unary(kernels::kBitwiseNot, self); }
Tensor isnan(const Tensor& self) { return kernels::unary(kernels::kIsnan, self); }
Tensor isinf(const Tensor& self) { return kernels::unary(kernels::kIsinf, self); }
Tensor isfinite(const Tensor& self) { return kernels::unary(kernels::kIsfinite, self); }

Tensor isclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  GRADTAPE_CHECK(self.dtype() == other.dtype(), self.dtype(), " did not match ", other.dtype());
  GRADTAPE_CHECK(rtol >= 0, "rtol must be greater than or equal to zero, but got ", rtol);
  GRADTAPE_CHECK(atol >= 0, "atol must be greater than or equal to zero, but got ", atol);
  const Scalar parameters[] = {rtol, atol, equal_nan};
  return kernels::binary(kernels::kIsclose, self, other, {}, parameters);
}

Tensor Tensor::eq(const Tensor& other) const { return gradtape::eq(*this, other); }
Tensor Tensor::eq(const Scalar& other) const { return gradtape::eq(*this, other); }
Tensor Tensor::ne(const Tensor& other) const { return gradtape::ne(*this, other); }
Tensor Tensor::ne(const Scalar& other) const { return gradtape::ne(*this, other); }
Tensor Tensor::lt(const Tensor& other) const { return gradtape::lt(*this, other); }
Tensor Tensor::lt(const Scalar& other) const { return gradtape::lt(*this, other); }
Tensor Tensor::le(const Tensor& other) const { return gradtape::le(*this, other); }
Tensor Tensor::le(const Scalar& other) const { return gradtape::le(*this, other); }
Tensor Tensor::gt(const Tensor& other) const { return gradtape::gt(*this, other); }
Tensor Tensor::gt(const Scalar& other) const { return gradtape::gt(*this, other); }
Tensor Tensor::ge(const Tensor& other) const { return gradtape::ge(*this, other); }
Tensor Tensor::ge(const Scalar& other) const { return gradtape::ge(*this, other); }
Tensor Tensor::logical_and(const Tensor& other) const {
  return gradtape::logical_and(*this, other);
}
Tensor Tensor::logical_or(const Tensor& other) const { return gradtape::logical_or(*this, other); }
Tensor Tensor::logical_xor(const Tensor& other) const {
  return gradtape::logical_xor(*this, other);
}
Tensor Tensor::operator~() const { return bitwise_not(*this); }
Tensor Tensor::logical_not() const { return gradtape::logical_not(*this); }
Tensor Tensor::isnan() const { return gradtape::isnan(*this); }
Tensor Tensor::isinf() const { return gradtape::isinf(*this); }
Tensor Tensor::isfinite() const { return gradtape::isfinite(*this); }
Tensor Tensor::isclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return gradtape::isclose(*this, other, rtol, atol, equal_nan);
}

}  // namespace gradtape
