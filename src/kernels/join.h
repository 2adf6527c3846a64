#pragma once

#include "kernels/array.h"

namespace gradtape::kernels {

// Arrays one behind the other along dim, converted to dtype; sizes are those of the result.
Tensor cat(TensorList arrays, int64_t dim, DimVector sizes, ScalarType dtype);

// flipped[i] != 0: dimension i runs backwards.
Tensor flip(const Tensor& array, const DimVector& flipped);

// Moved by shift, 0 <= shift < size, along dim.
Tensor roll(const Tensor& array, int64_t shift, int64_t dim);

}  // namespace gradtape::kernels
