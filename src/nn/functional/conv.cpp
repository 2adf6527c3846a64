#include "gradtape/nn/functional/conv.h"

#include "gradtape/ops/conv.h"
#include "gradtape/ops/factory.h"
#include "gradtape/ops/join.h"

namespace gradtape::nn::functional {

namespace {

// Half of what kSame needs goes to each side of an axis; where that is odd, the one left over goes
// to the end, as a row of zeros that is appended here.
template <size_t D>
std::array<int64_t, D> same_padding(Tensor& input, const Tensor& weight,
                                    const ConvFuncOptions<D>& options) {
  std::array<int64_t, D> padding;
  for (size_t i = 0; i < D; ++i) {
    GRADTAPE_CHECK((*options.stride())[i] == 1,
                   "padding='same' is not supported for strided convolutions; got stride ",
                   options.stride());
    const int64_t total = (*options.dilation())[i] * (weight.size(static_cast<int64_t>(i) + 2) - 1);
    padding[i] = total / 2;
    if (total % 2 != 0) {
      const int64_t axis = input.dim() - static_cast<int64_t>(D - i);
      DimVector row(input.sizes());
      row[static_cast<size_t>(axis)] = 1;
      input = gradtape::cat({input, gradtape::zeros(row, input.options())}, axis);
    }
  }
  return padding;
}

template <size_t D, class Conv>
Tensor convolve(Tensor input, const Tensor& weight, const ConvFuncOptions<D>& options,
                const Conv& conv) {
  std::array<int64_t, D> padding{};
  if (const auto* numbers = std::get_if<ExpandingArray<D>>(&options.padding()))
    padding = **numbers;
  else if (std::holds_alternative<enumtype::kSame>(options.padding()))
    padding = same_padding<D>(input, weight, options);
  return conv(input, weight, options.bias(), options.stride(), padding, options.dilation(),
              options.groups());
}

}  // namespace

Tensor conv1d(const Tensor& input, const Tensor& weight, const Conv1dFuncOptions& options) {
  return convolve<1>(input, weight, options, gradtape::conv1d);
}

Tensor conv2d(const Tensor& input, const Tensor& weight, const Conv2dFuncOptions& options) {
  return convolve<2>(input, weight, options, gradtape::conv2d);
}

}  // namespace gradtape::nn::functional
