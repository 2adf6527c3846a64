#pragma once

#include "gradtape/nn/options/embedding.h"

namespace gradtape::nn::functional {

/// The rows of weight that input names.
///
/// Shapes: input [*] of integers, weight [rows, columns]; result [*, columns].
/// Throws: Error if an index or padding_idx is out of range.
Tensor embedding(const Tensor& input, const Tensor& weight,
                 const EmbeddingFuncOptions& options = {});

}  // namespace gradtape::nn::functional
