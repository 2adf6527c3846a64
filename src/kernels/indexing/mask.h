#pragma once

#include "kernels/base/array.h"

namespace gradtape::kernels {

// Where array is not 0: one row of its rank for each place, in row-major order; int64.
TensorBase nonzero(const TensorBase& array);

// condition (bool) ? a : b, all of them broadcast to sizes; a and b are of one dtype. Into out,
// which may be a or b, where it is given.
TensorBase where(const TensorBase& condition, const TensorBase& a, const TensorBase& b,
                 const DimVector& sizes, const TensorBase& out = {});

// The elements of array where mask (bool, of its sizes) is true, in row-major order.
TensorBase masked_select(const TensorBase& array, const TensorBase& mask);

// Zeros of sizes, but values, one after the other, where mask (bool, of those sizes) is true.
TensorBase masked_place(const TensorBase& values, const TensorBase& mask);

// array as if it had these sizes: dimensions that broadcast get stride 0.
TensorBase broadcast(const TensorBase& array, const DimVector& sizes);

// Fresh: the elements of matrices (the last two dimensions) with column - row <= diagonal (lower)
// or >= diagonal, and 0 elsewhere.
TensorBase triangle(const TensorBase& array, int64_t diagonal, bool lower);

}  // namespace gradtape::kernels
