#pragma once

#include "kernels/base/array.h"

namespace gradtape::kernels {

// The dimensions from the fastest moving one in memory to the slowest, as PyTorch's TensorIterator
// orders them.
DimVector memory_order(IntArrayRef sizes, IntArrayRef strides);

// Strides without gaps whose dimensions lie in memory in the order of the given ones.
DimVector dense_strides(IntArrayRef sizes, IntArrayRef strides);

// The array with its dimensions in the order of its memory, the slowest one first.
TensorBase in_memory_order(const TensorBase& array, const DimVector& order);

// Whether the elements fill the memory between them, each in a place of its own, in any order of
// the dimensions.
bool is_dense(const TensorImpl& array);

}  // namespace gradtape::kernels
