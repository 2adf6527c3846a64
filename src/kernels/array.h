#pragma once

#include "gradtape/core/tensor.h"

// Kernels compute on plain arrays: of a Tensor they use dtype, sizes, strides and memory, never its
// place in a graph. What they return is fresh and contiguous unless they say otherwise.
namespace gradtape::kernels {

// Fresh memory, contiguous, unset.
inline Tensor make_array(IntArrayRef sizes, ScalarType dtype) {
  return Tensor(
      IntrusivePtr(new TensorImpl(Storage::allocate(bytes_of(sizes, dtype)), dtype, sizes)));
}

// Another window over the same memory.
inline Tensor window(const Tensor& array, DimVector sizes, DimVector strides, int64_t offset) {
  return Tensor(IntrusivePtr(new TensorImpl(array.storage(), array.dtype(), std::move(sizes),
                                            std::move(strides), offset)));
}

// Writes source, converted and broadcast, into target. The two must not overlap partly.
void copy(const Tensor& target, const Tensor& source);

// The same elements in row-major order; the array itself if they are so already.
inline Tensor dense(const Tensor& array) {
  if (array.is_contiguous()) return array;
  Tensor result = make_array(array.impl().sizes(), array.dtype());
  copy(result, array);
  return result;
}

// As dense, and of the given dtype.
inline Tensor dense(const Tensor& array, ScalarType dtype) {
  if (array.dtype() == dtype) return dense(array);
  Tensor result = make_array(array.impl().sizes(), dtype);
  copy(result, array);
  return result;
}

}  // namespace gradtape::kernels
