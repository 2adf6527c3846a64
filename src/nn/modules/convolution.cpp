#include "gradtape/nn/modules/convolution.h"

#include <cmath>

#include "gradtape/nn/functional/convolution.h"
#include "gradtape/nn/init.h"
#include "gradtape/ops/factory.h"

namespace gradtape::nn {

template <size_t D, class Derived>
ConvNdImpl<D, Derived>::ConvNdImpl(ConvOptions<D> options_) : options(std::move(options_)) {
  reset();
}

template <size_t D, class Derived>
void ConvNdImpl<D, Derived>::reset() {
  const int64_t in = options.in_channels(), out = options.out_channels();
  const int64_t groups = options.groups();
  GRADTAPE_CHECK(groups > 0 && in % groups == 0, "in_channels must be divisible by groups; got ",
                 in, " and ", groups);
  GRADTAPE_CHECK(out % groups == 0, "out_channels must be divisible by groups; got ", out, " and ",
                 groups);
  if (std::holds_alternative<enumtype::kSame>(options.padding())) {
    for (const int64_t stride : *options.stride()) {
      GRADTAPE_CHECK(stride == 1,
                     "padding='same' is not supported for strided convolutions; got stride ",
                     options.stride());
    }
  }
  GRADTAPE_CHECK(std::holds_alternative<enumtype::kZeros>(options.padding_mode()), "Conv", D,
                 "d: padding_mode must be kZeros; got ",
                 enumtype::get_enum_name(options.padding_mode()));

  DimVector sizes{out, in / groups};
  for (const int64_t size : *options.kernel_size()) sizes.push_back(size);
  weight = this->register_parameter("weight", empty(sizes));
  if (options.bias())
    bias = this->register_parameter("bias", empty(out));
  else
    bias = this->register_parameter("bias", Tensor(), /*requires_grad=*/false);
  reset_parameters();
}

template <size_t D, class Derived>
void ConvNdImpl<D, Derived>::reset_parameters() {
  init::kaiming_uniform_(weight, std::sqrt(5));
  if (!bias.defined()) return;
  const int64_t fan_in = std::get<0>(init::_calculate_fan_in_and_fan_out(weight));
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  init::uniform_(bias, -bound, bound);
}

template <size_t D, class Derived>
void ConvNdImpl<D, Derived>::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::Conv" << D << "d(" << options.in_channels() << ", "
         << options.out_channels() << ", kernel_size=" << options.kernel_size()
         << ", stride=" << options.stride();
  if (const auto* padding = std::get_if<ExpandingArray<D>>(&options.padding())) {
    if (**padding != *ExpandingArray<D>(0)) stream << ", padding=" << *padding;
  } else {
    const bool same = std::holds_alternative<enumtype::kSame>(options.padding());
    stream << ", padding=" << (same ? "'same'" : "'valid'");
  }
  if (*options.dilation() != *ExpandingArray<D>(1)) stream << ", dilation=" << options.dilation();
  if (options.groups() != 1) stream << ", groups=" << options.groups();
  if (!options.bias()) stream << ", bias=false";
  stream << ")";
}

namespace {
// What a module's options are to the function.
template <size_t D>
functional::ConvFuncOptions<D> function_options(const ConvOptions<D>& options, const Tensor& bias) {
  functional::ConvFuncOptions<D> result;
  result.bias(bias).stride(options.stride()).dilation(options.dilation()).groups(options.groups());
  result.padding() = options.padding();
  return result;
}
}  // namespace

Conv1dImpl::Conv1dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<1> kernel_size)
    : Conv1dImpl(Conv1dOptions(in_channels, out_channels, kernel_size)) {}

Conv1dImpl::Conv1dImpl(Conv1dOptions options_) : ConvNdImpl(std::move(options_)) {}

Tensor Conv1dImpl::forward(const Tensor& input) {
  return functional::conv1d(input, weight, function_options<1>(options, bias));
}

Conv2dImpl::Conv2dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<2> kernel_size)
    : Conv2dImpl(Conv2dOptions(in_channels, out_channels, kernel_size)) {}

Conv2dImpl::Conv2dImpl(Conv2dOptions options_) : ConvNdImpl(std::move(options_)) {}

Tensor Conv2dImpl::forward(const Tensor& input) {
  return functional::conv2d(input, weight, function_options<2>(options, bias));
}

template class ConvNdImpl<1, Conv1dImpl>;
template class ConvNdImpl<2, Conv2dImpl>;

}  // namespace gradtape::nn
