#include "gradtape/ops/compare.h"

#include "kernels/elementwise.h"

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

}  // namespace gradtape
