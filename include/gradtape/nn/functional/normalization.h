#pragma once

#include "gradtape/nn/options/normalization.h"

namespace gradtape::nn::functional {

/// The last axes standardized for every place of the others; see gradtape::layer_norm.
///
/// Shapes: input [*, normalized_shape]; weight and bias normalized_shape or undefined.
/// Throws: Error if sizes do not fit.
Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options);

}  // namespace gradtape::nn::functional
