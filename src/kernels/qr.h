#pragma once

#include "gradtape/core/tensor.h"

namespace gradtape::kernels {

// The Q of matrix = Q R, [m, n] with m >= n, whose R has a diagonal without negative entries: with
// that Q is the only one.
Tensor orthonormal_columns(const Tensor& matrix);

}  // namespace gradtape::kernels
