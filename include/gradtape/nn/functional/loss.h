#pragma once

#include "gradtape/nn/options/loss.h"

namespace gradtape::nn::functional {

/// (input - target)^2; the two are broadcast.
Tensor mse_loss(const Tensor& input, const Tensor& target, const MSELossFuncOptions& options = {});
/// |input - target|; the two are broadcast.
Tensor l1_loss(const Tensor& input, const Tensor& target, const L1LossFuncOptions& options = {});

/// -weight[target] input[target], of log-probabilities.
///
/// Shapes: input [N, C, *], target [N, *] of integers in [0, C).
/// Throws: Error if input has no class axis or the batch sizes differ.
Tensor nll_loss(const Tensor& input, const Tensor& target, const NLLLossFuncOptions& options = {});

/// nll_loss of log_softmax(input).
///
/// Shapes: input [N, C, *] or [C]; target [N, *] or [] of integers in [0, C), or of probabilities
///         as input.
Tensor cross_entropy(const Tensor& input, const Tensor& target,
                     const CrossEntropyFuncOptions& options = {});

}  // namespace gradtape::nn::functional
