#pragma once

#include <tuple>

#include "gradtape/nn/options/pooling.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::nn::functional {

// Shapes: input [N, C, H, W] or [C, H, W], and [.., L] in 1d; result [N, C, H', W'].
Tensor max_pool1d(const Tensor& input, const MaxPool1dFuncOptions& options);
Tensor max_pool2d(const Tensor& input, const MaxPool2dFuncOptions& options);
/// Also where each maximum was, as an index into its plane.
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& input,
                                                   const MaxPool2dFuncOptions& options);
Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& options);
/// Averages over as many and as equal windows as output_size asks for.
Tensor adaptive_avg_pool2d(const Tensor& input, const AdaptiveAvgPool2dFuncOptions& options);

}  // namespace gradtape::nn::functional
