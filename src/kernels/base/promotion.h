#pragma once

#include "gradtape/core/scalar.h"
#include "gradtape/core/tensor_base.h"

// The dtype of a result, by PyTorch's three categories: a tensor with axes decides; a 0-d tensor
// only where its kind (bool < integer < floating) is the higher one; a wrapped number likewise
// below that.
namespace gradtape::kernels {

class PromotedType {
 public:
  void include(const TensorBase& tensor) { include(tensor.impl()); }
  void include(const TensorImpl& impl);
  void include(const Scalar& number);
  ScalarType get() const;

 private:
  static constexpr ScalarType kNone = static_cast<ScalarType>(-1);
  static void join(ScalarType& into, ScalarType dtype);
  static ScalarType combine(ScalarType higher, ScalarType lower);

  ScalarType with_axes_ = kNone, zero_dim_ = kNone, number_ = kNone;
};

// Whether a result of dtype from may be written into a tensor of dtype to: kinds only go up.
bool can_cast(ScalarType from, ScalarType to);

}  // namespace gradtape::kernels
