#pragma once

#include "gradtape/core/tensor_base.h"

namespace gradtape::kernels {

// The Q of matrix = Q R, [m, n] with m >= n, whose R has a diagonal without negative entries: with
// that Q is the only one.
TensorBase orthonormal_columns(const TensorBase& matrix);

}  // namespace gradtape::kernels
