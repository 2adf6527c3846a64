#pragma once

#include "gradtape/nn/options/dropout.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::nn::functional {

/// When training, zeroes each element with probability p and divides the others by 1 - p.
///
/// Throws: Error unless 0 <= p <= 1.
Tensor dropout(Tensor input, const DropoutFuncOptions& options = {});
/// Zeroes whole channels. Shapes: input [N, C, H, W] or [C, H, W].
Tensor dropout2d(Tensor input, const Dropout2dFuncOptions& options = {});

}  // namespace gradtape::nn::functional
