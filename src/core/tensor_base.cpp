#include "gradtape/core/tensor_base.h"

#include <iostream>

namespace gradtape {

void TensorBase::fail_undefined() { detail::fail("Expected a Tensor, but got an undefined one"); }

void TensorBase::check_element_type(ScalarType asked) const {
  GRADTAPE_CHECK(dtype() == asked, "expected scalar type ", asked, " but found ", dtype());
}

int64_t TensorBase::size(int64_t dim) const {
  GRADTAPE_CHECK(this->dim() > 0, "size: a 0-d tensor has no dimensions; got dim ", dim);
  return impl().sizes()[wrap_dim(dim, this->dim(), "size")];
}

int64_t TensorBase::stride(int64_t dim) const {
  GRADTAPE_CHECK(this->dim() > 0, "stride: a 0-d tensor has no dimensions; got dim ", dim);
  return impl().strides()[wrap_dim(dim, this->dim(), "stride")];
}

std::string TensorBase::toString() const {
  return defined() ? str("CPU", to_string(dtype()), "Type") : "UndefinedType";
}

void TensorBase::print() const {
  if (defined()) {
    std::cerr << "[" << toString() << " " << sizes() << "]\n";
  } else {
    std::cerr << "[UndefinedTensor]\n";
  }
}

}  // namespace gradtape
