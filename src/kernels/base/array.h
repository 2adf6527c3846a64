#pragma once

#include <cstring>

#include "gradtape/core/tensor_base.h"

// Kernels compute on plain arrays: of a TensorBase they use dtype, sizes, strides and memory, never
// its place in a graph. What they return is fresh and contiguous unless they say otherwise.
namespace gradtape::kernels {

// Fresh memory, contiguous, unset.
inline TensorBase make_array(IntArrayRef sizes, ScalarType dtype) {
  return TensorBase(
      IntrusivePtr(new TensorImpl(Storage::allocate(bytes_of(sizes, dtype)), dtype, sizes)));
}

// All bits of a contiguous array to 0.
inline void fill_zero(const TensorBase& array) {
  if (array.numel() != 0) std::memset(array.impl().data(), 0, array.nbytes());
}

// Fresh memory, contiguous, all bits 0.
inline TensorBase make_zeros(IntArrayRef sizes, ScalarType dtype) {
  TensorBase result = make_array(sizes, dtype);
  fill_zero(result);
  return result;
}

// The first element of an array whose elements are Ts, or as wide; null if it is undefined.
template <class T>
T* data_of(const TensorBase& array) {
  return array.defined() ? reinterpret_cast<T*>(array.impl().data()) : nullptr;
}

// A contiguous array as [outer, n, inner] around an axis; a 0-d one has n = 1.
struct AroundAxis {
  int64_t outer = 1, n = 1, inner = 1;

  AroundAxis(const TensorBase& array, int64_t axis) {
    for (int64_t i = 0; i < array.dim(); ++i) {
      (i < axis ? outer : i == axis ? n : inner) *= array.impl().sizes()[i];
    }
  }
};

// Another window over the same memory.
inline TensorBase window(const TensorBase& array, DimVector sizes, DimVector strides,
                         int64_t offset) {
  return TensorBase(IntrusivePtr(new TensorImpl(array.storage(), array.dtype(), std::move(sizes),
                                                std::move(strides), offset)));
}

// Writes source, converted and broadcast, into target. The two must not overlap partly.
void copy(const TensorBase& target, const TensorBase& source);

// The same elements in row-major order; the array itself if they are so already.
inline TensorBase dense(const TensorBase& array) {
  if (array.is_contiguous()) return array;
  TensorBase result = make_array(array.impl().sizes(), array.dtype());
  copy(result, array);
  return result;
}

// As dense, and of the given dtype.
inline TensorBase dense(const TensorBase& array, ScalarType dtype) {
  if (array.dtype() == dtype) return dense(array);
  TensorBase result = make_array(array.impl().sizes(), dtype);
  copy(result, array);
  return result;
}

}  // namespace gradtape::kernels
