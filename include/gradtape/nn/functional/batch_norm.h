#pragma once

#include "gradtape/nn/options/batch_norm.h"

namespace gradtape::nn::functional {

/// Standardizes each channel, by the batch's statistics when training (which then also move the
/// running ones), else by the running ones.
///
/// Shapes: input [N, C, *]; running_mean, running_var, weight and bias [C] or undefined.
/// Throws: Error if training on one value per channel.
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options = {});

}  // namespace gradtape::nn::functional
