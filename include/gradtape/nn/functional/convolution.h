#pragma once

#include "gradtape/nn/options/convolution.h"

namespace gradtape::nn::functional {

/// Cross-correlation of each of the input's channels with its kernels, summed; see
/// gradtape::conv2d.
///
/// Shapes: input [N, C, L] or [C, L], weight [out, C / groups, k]; result [N, out, L'].
/// Throws: Error if the shapes do not fit, or for padding kSame with a stride above 1.
Tensor conv1d(const Tensor& input, const Tensor& weight, const Conv1dFuncOptions& options = {});

/// Shapes: input [N, C, H, W] or [C, H, W], weight [out, C / groups, kh, kw];
///         result [N, out, H', W'].
/// Throws: as conv1d.
Tensor conv2d(const Tensor& input, const Tensor& weight, const Conv2dFuncOptions& options = {});

}  // namespace gradtape::nn::functional
