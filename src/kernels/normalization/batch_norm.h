#pragma once

#include "gradtape/core/tensor_base.h"

// Batch normalization of arrays [n, c, *] of f32 or f64; statistics are arrays [c] of the same
// dtype.
namespace gradtape::kernels {

// Mean and biased variance of every channel. Deviations are taken from the channel's own mean
// and joined in double, so that a large mean costs no digits.
void batch_statistics(const TensorBase& input, const TensorBase& mean, const TensorBase& variance);

// (x - mean) * inverse_deviation * weight + bias; weight and bias may be undefined.
TensorBase normalize(const TensorBase& input, const TensorBase& mean,
                     const TensorBase& inverse_deviation, const TensorBase& weight,
                     const TensorBase& bias);

// What the gradient of normalize gives; those not asked for stay undefined.
struct BatchNormGradients {
  TensorBase input, weight, bias;
};
// from_batch: mean and deviation are the batch's own and so depend on the input.
BatchNormGradients batch_norm_gradients(const TensorBase& grad, const TensorBase& input,
                                        const TensorBase& mean, const TensorBase& inverse_deviation,
                                        const TensorBase& weight, bool from_batch, bool want_input,
                                        bool want_affine);

}  // namespace gradtape::kernels
