#include "gradtape/nn/functional/convolution.h"

#include "gradtape/ops/convolution.h"

namespace gradtape::nn::functional {

namespace {

// Calls f with the padding as the op takes it: numbers, or "same".
template <size_t D, class F>
Tensor with_padding(const nn::detail::conv_padding_t<D>& padding, const F& f) {
  if (const auto* numbers = std::get_if<ExpandingArray<D>>(&padding))
    return f(IntArrayRef(*numbers));
  if (std::holds_alternative<enumtype::kSame>(padding)) return f(std::string_view("same"));
  return f(IntArrayRef(*ExpandingArray<D>(0)));
}

}  // namespace

Tensor conv1d(const Tensor& input, const Tensor& weight, const Conv1dFuncOptions& options) {
  return with_padding<1>(options.padding(), [&](const auto& padding) {
    return gradtape::conv1d(input, weight, options.bias(), options.stride(), padding,
                            options.dilation(), options.groups());
  });
}

Tensor conv2d(const Tensor& input, const Tensor& weight, const Conv2dFuncOptions& options) {
  return with_padding<2>(options.padding(), [&](const auto& padding) {
    return gradtape::conv2d(input, weight, options.bias(), options.stride(), padding,
                            options.dilation(), options.groups());
  });
}

}  // namespace gradtape::nn::functional
