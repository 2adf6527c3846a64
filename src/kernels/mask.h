#pragma once

#include "kernels/array.h"

namespace gradtape::kernels {

// Where array is not 0: one row of its rank for each place, in row-major order; int64.
Tensor nonzero(const Tensor& array);

// condition (bool) ? a : b, all of them broadcast to sizes; a and b are of one dtype. Into out,
// which may be a or b, where it is given.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b, const DimVector& sizes,
             const Tensor& out = {});

// The elements of array where mask (bool, of its sizes) is true, in row-major order.
Tensor masked_select(const Tensor& array, const Tensor& mask);

// Zeros of sizes, but values, one after the other, where mask (bool, of those sizes) is true.
Tensor masked_place(const Tensor& values, const Tensor& mask);

// array as if it had these sizes: dimensions that broadcast get stride 0.
Tensor broadcast(const Tensor& array, const DimVector& sizes);

// Fresh: the elements of matrices (the last two dimensions) with column - row <= diagonal (lower)
// or >= diagonal, and 0 elsewhere.
Tensor triangle(const Tensor& array, int64_t diagonal, bool lower);

}  // namespace gradtape::kernels
