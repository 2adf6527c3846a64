#pragma once

#include <span>

#include "kernels/base/array.h"

namespace gradtape::kernels {

// Arrays one behind the other along dim, converted to dtype; sizes are those of the result.
TensorBase cat(std::span<const TensorBase> arrays, int64_t dim, DimVector sizes, ScalarType dtype);

// flipped[i] != 0: dimension i runs backwards.
TensorBase flip(const TensorBase& array, const DimVector& flipped);

// Moved by shift, 0 <= shift < size, along dim.
TensorBase roll(const TensorBase& array, int64_t shift, int64_t dim);

}  // namespace gradtape::kernels
