#pragma once

#include "gradtape/core/tensor_base.h"

// Layer normalization of the rows of a dense array, of f32 or f64: n elements each, those of the
// weight. Statistics are arrays of one number for each row.
namespace gradtape::kernels {

struct LayerNormResult {
  TensorBase output, mean, inverse_deviation;
};
// (x - mean) / sqrt(variance + eps) * weight + bias; weight and bias may be undefined.
LayerNormResult layer_norm(const TensorBase& input, int64_t n, const TensorBase& weight,
                           const TensorBase& bias, double eps);

// What the gradient gives; those not asked for stay undefined. The affine ones are added up over
// blocks of rows that do not depend on the number of threads.
struct LayerNormGradients {
  TensorBase input, weight, bias;
};
LayerNormGradients layer_norm_gradients(const TensorBase& grad, const TensorBase& input, int64_t n,
                                        const TensorBase& mean, const TensorBase& inverse_deviation,
                                        const TensorBase& weight, IntArrayRef affine_sizes,
                                        bool want_input, bool want_affine);

}  // namespace gradtape::kernels
