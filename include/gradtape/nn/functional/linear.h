#pragma once

#include "gradtape/ops/tensor.h"

namespace gradtape::nn::functional {

/// Affine map x W^T + bias; see gradtape::linear.
///
/// Shapes: input [*, in], weight [out, in], bias [out]; result [*, out].
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {});

}  // namespace gradtape::nn::functional
