#include "gradtape/nn/functional/activation.h"

#include "gradtape/ops/activation.h"
#include "gradtape/ops/math.h"
#include "gradtape/ops/softmax.h"

namespace gradtape::nn::functional {

Tensor relu(Tensor input, const ReLUFuncOptions& options) {
  return options.inplace() ? input.relu_() : gradtape::relu(input);
}

Tensor leaky_relu(Tensor input, const LeakyReLUFuncOptions& options) {
  return options.inplace() ? gradtape::leaky_relu_(input, options.negative_slope())
                           : gradtape::leaky_relu(input, options.negative_slope());
}

Tensor elu(Tensor input, const ELUFuncOptions& options) {
  return options.inplace() ? gradtape::elu_(input, options.alpha())
                           : gradtape::elu(input, options.alpha());
}

Tensor silu(const Tensor& input) { return gradtape::silu(input); }

Tensor gelu(const Tensor& input, const GELUFuncOptions& options) {
  return gradtape::gelu(input, options.approximate());
}

Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options) {
  return gradtape::softplus(input, options.beta(), options.threshold());
}

Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options) {
  return gradtape::softmax(input, options.dim(), options.dtype());
}

Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options) {
  return gradtape::log_softmax(input, options.dim(), options.dtype());
}

}  // namespace gradtape::nn::functional
