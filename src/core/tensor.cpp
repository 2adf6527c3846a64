#include "gradtape/core/tensor.h"

#include <iostream>

#include "kernels/array.h"

namespace gradtape {

void detail::fail_overflow(const char* type, const Scalar& value) {
  fail("value cannot be converted to type ", type, " without overflow; got ", value);
}

void Tensor::fail_undefined() { detail::fail("Expected a Tensor, but got an undefined one"); }

void Tensor::check_element_type(ScalarType asked) const {
  GRADTAPE_CHECK(dtype() == asked, "expected scalar type ", asked, " but found ", dtype());
}

int64_t Tensor::size(int64_t dim) const {
  GRADTAPE_CHECK(this->dim() > 0, "size: a 0-d tensor has no dimensions; got dim ", dim);
  return impl().sizes()[wrap_dim(dim, this->dim(), "size")];
}

int64_t Tensor::stride(int64_t dim) const {
  GRADTAPE_CHECK(this->dim() > 0, "stride: a 0-d tensor has no dimensions; got dim ", dim);
  return impl().strides()[wrap_dim(dim, this->dim(), "stride")];
}

bool Tensor::is_alias_of(const Tensor& other) const { return storage() == other.storage(); }

std::string Tensor::toString() const {
  return defined() ? str("CPU", to_string(dtype()), "Type") : "UndefinedType";
}

Scalar Tensor::item() const {
  GRADTAPE_CHECK(numel() == 1, "a Tensor with ", numel(),
                 " elements cannot be converted to Scalar; got self ", sizes());
  return visit_dtype(dtype(), [&]<class T>(TypeTag<T>) -> Scalar {
    return *reinterpret_cast<const T*>(impl().data());
  });
}

void Tensor::print() const {
  if (defined()) {
    std::cerr << "[" << toString() << " " << sizes() << "]\n";
  } else {
    std::cerr << "[UndefinedTensor]\n";
  }
}

}  // namespace gradtape
