#pragma once

#include "kernels/array.h"

namespace gradtape::kernels {

// The dimensions from the fastest moving one in memory to the slowest, as PyTorch's TensorIterator
// orders them.
DimVector memory_order(IntArrayRef sizes, IntArrayRef strides);

// Strides without gaps whose dimensions lie in memory in the order of the given ones.
DimVector dense_strides(IntArrayRef sizes, IntArrayRef strides);

// The array with its dimensions in the order of its memory, the slowest one first.
Tensor in_memory_order(const Tensor& array, const DimVector& order);

// Whether two elements share a place; may say true where they do not.
//
// Source: TensorIterator's check of what it writes (at::has_internal_overlap).
bool has_internal_overlap(const Tensor& array);

}  // namespace gradtape::kernels
