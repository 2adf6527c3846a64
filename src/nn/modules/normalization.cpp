#include "gradtape/nn/modules/normalization.h"

#include "gradtape/nn/init.h"
#include "gradtape/ops/factory.h"
#include "gradtape/ops/normalization.h"

namespace gradtape::nn {

LayerNormImpl::LayerNormImpl(const LayerNormOptions& options_) : options(options_) { reset(); }

void LayerNormImpl::reset() {
  const bool affine = options.elementwise_affine();
  const std::vector<int64_t>& sizes = options.normalized_shape();
  const auto parameter = [&](const char* name) {
    return register_parameter(name, affine ? empty(IntArrayRef(sizes)) : Tensor(), affine);
  };
  weight = parameter("weight");
  bias = parameter("bias");
  reset_parameters();
}

void LayerNormImpl::reset_parameters() {
  if (!options.elementwise_affine()) return;
  init::ones_(weight);
  init::zeros_(bias);
}

void LayerNormImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::LayerNorm(" << IntArrayRef(options.normalized_shape())
         << ", eps=" << options.eps()
         << ", elementwise_affine=" << (options.elementwise_affine() ? "true" : "false") << ")";
}

Tensor LayerNormImpl::forward(const Tensor& input) {
  return layer_norm(input, options.normalized_shape(), weight, bias, options.eps());
}

}  // namespace gradtape::nn
