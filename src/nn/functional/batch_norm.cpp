#include "gradtape/nn/functional/batch_norm.h"

#include "gradtape/ops/normalization.h"

namespace gradtape::nn::functional {

Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options) {
  if (options.training()) {
    GRADTAPE_CHECK(input.dim() >= 2, "batch_norm: input must have at least 2 axes; got input ",
                   input.sizes());
    const int64_t channels = input.size(1);
    GRADTAPE_CHECK(channels == 0 || input.numel() / channels != 1,
                   "Expected more than 1 value per channel when training, got input size ",
                   input.sizes());
  }
  GRADTAPE_CHECK(options.momentum().has_value(), "batch_norm: momentum must be a number; got none");
  return gradtape::batch_norm(input, options.weight(), options.bias(), running_mean, running_var,
                              options.training(), *options.momentum(), options.eps());
}

}  // namespace gradtape::nn::functional
