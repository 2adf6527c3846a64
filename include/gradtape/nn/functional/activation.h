#pragma once

#include "gradtape/nn/options/activation.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::nn::functional {

// Elementwise: the result has the input's shape. With inplace the input itself is changed.
Tensor relu(Tensor input, const ReLUFuncOptions& options = {});
Tensor leaky_relu(Tensor input, const LeakyReLUFuncOptions& options = {});
Tensor elu(Tensor input, const ELUFuncOptions& options = {});
Tensor silu(const Tensor& input);
Tensor gelu(const Tensor& input, const GELUFuncOptions& options = {});
Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options = {});

// Along the axis dim.
Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options);
Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options);

}  // namespace gradtape::nn::functional
