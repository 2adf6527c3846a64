#pragma once

#include "gradtape/core/tensor.h"

namespace gradtape::kernels {

// x Phi(x), or its tanh approximation.
Tensor gelu(const Tensor& x, bool approximate);
// grad times gelu's derivative at x, in one pass.
Tensor gelu_grad(const Tensor& grad, const Tensor& x, bool approximate);

}  // namespace gradtape::kernels
