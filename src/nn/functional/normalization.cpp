#include "gradtape/nn/functional/normalization.h"

#include "gradtape/ops/normalization.h"

namespace gradtape::nn::functional {

Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options) {
  return gradtape::layer_norm(input, options.normalized_shape(), options.weight(), options.bias(),
                              options.eps());
}

}  // namespace gradtape::nn::functional
