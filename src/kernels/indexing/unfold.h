#pragma once

#include "kernels/base/array.h"

namespace gradtape::kernels {

// The sum, at each element of an array of sizes, of what grad holds for it in the windows that
// unfold(dim, size, step) shows; size is the last of grad's. Floating point.
TensorBase unfold_backward(const TensorBase& grad, const DimVector& sizes, int64_t dim,
                           int64_t step);

}  // namespace gradtape::kernels
