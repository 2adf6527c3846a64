#include "gradtape/nn/functional/pooling.h"

#include "gradtape/ops/pooling.h"

namespace gradtape::nn::functional {

Tensor max_pool1d(const Tensor& input, const MaxPool1dFuncOptions& options) {
  return gradtape::max_pool1d(input, options.kernel_size(), options.stride(), options.padding(),
                              options.dilation(), options.ceil_mode());
}

Tensor max_pool2d(const Tensor& input, const MaxPool2dFuncOptions& options) {
  return gradtape::max_pool2d(input, options.kernel_size(), options.stride(), options.padding(),
                              options.dilation(), options.ceil_mode());
}

std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& input,
                                                   const MaxPool2dFuncOptions& options) {
  return gradtape::max_pool2d_with_indices(input, options.kernel_size(), options.stride(),
                                           options.padding(), options.dilation(),
                                           options.ceil_mode());
}

Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& options) {
  return gradtape::avg_pool2d(input, options.kernel_size(), options.stride(), options.padding(),
                              options.ceil_mode(), options.count_include_pad(),
                              options.divisor_override());
}

Tensor adaptive_avg_pool2d(const Tensor& input, const AdaptiveAvgPool2dFuncOptions& options) {
  const auto& asked = *options.output_size();
  int64_t sizes[2];
  for (int i = 0; i < 2; ++i) sizes[i] = asked[i] ? *asked[i] : input.size(i - 2);
  return gradtape::adaptive_avg_pool2d(input, {sizes, 2});
}

}  // namespace gradtape::nn::functional
