#pragma once

#include "gradtape/nn/cloneable.h"
#include "gradtape/nn/options/normalization.h"

namespace gradtape::nn {

/// Standardizes the last axes for every place of the others and rescales them element by element:
/// y = (x - mean) / sqrt(var + eps) weight + bias, with the biased variance.
///
/// Shapes: [*, normalized_shape] -> the same; weight and bias normalized_shape.
/// Init:   weight 1, bias 0.
/// Throws: Error if the input does not end in normalized_shape.
/// Source: Ba et al. 2016, arXiv:1607.06450.
class LayerNormImpl : public Cloneable<LayerNormImpl> {
 public:
  LayerNormImpl(std::vector<int64_t> normalized_shape)
      : LayerNormImpl(LayerNormOptions(std::move(normalized_shape))) {}
  explicit LayerNormImpl(const LayerNormOptions& options_);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& input);

  LayerNormOptions options;
  Tensor weight;
  Tensor bias;
};
GRADTAPE_MODULE(LayerNorm);

}  // namespace gradtape::nn
