#pragma once

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// Each channel brought to mean 0 and variance 1 over batch and space, then scaled and shifted.
///
/// Training: with the batch's own mean and biased variance; running statistics, where given, move
/// towards the batch's mean and unbiased variance by momentum. Otherwise: with the running ones.
///
/// Shapes: input [n, c], [n, c, l] or [n, c, h, w]; weight, bias, running_mean and running_var [c],
/// each possibly undefined; result as input.
/// Throws: Error if training on one value per channel, if evaluating without running statistics, or
/// if sizes or dtypes do not fit.
/// Source: Ioffe & Szegedy, "Batch Normalization", 2015, arXiv:1502.03167; eps is inside the root.
Tensor batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                  const Tensor& running_mean, const Tensor& running_var, bool training,
                  double momentum = 0.1, double eps = 1e-5, bool cudnn_enabled = false);

/// The last axes, of sizes normalized_shape, brought to mean 0 and variance 1 (the biased one) for
/// every place of the others, then scaled and shifted element by element.
///
/// Shapes: input [*, normalized_shape]; weight and bias normalized_shape, each possibly undefined;
/// result as input.
/// Throws: Error if sizes or dtypes do not fit, or if input is not floating point.
/// Source: Ba et al., "Layer Normalization", 2016, arXiv:1607.06450; eps is inside the root.
Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5, bool cudnn_enable = true);

}  // namespace gradtape
