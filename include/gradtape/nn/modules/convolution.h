#pragma once

#include "gradtape/nn/cloneable.h"
#include "gradtape/nn/options/convolution.h"

namespace gradtape::nn {

/// What Conv1d and Conv2d share: each output channel is the cross-correlation of the input's
/// channels with kernels of its own, plus a bias.
///
/// Shapes: weight [out, in / groups, k...]; bias [out].
/// Init:   both uniform in (-b, b), b = 1/sqrt(in / groups * k...), as PyTorch.
/// Throws: Error if groups does not divide the channels, padding is kSame and a stride above 1, or
///         padding_mode is not kZeros.
template <size_t D, class Derived>
class ConvNdImpl : public Cloneable<Derived> {
 public:
  explicit ConvNdImpl(ConvOptions<D> options_);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;

  ConvOptions<D> options;
  Tensor weight;
  Tensor bias;  // undefined if options say so
};

/// Shapes: [N, in, L] -> [N, out, L'], or without N.
class Conv1dImpl : public ConvNdImpl<1, Conv1dImpl> {
 public:
  Conv1dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<1> kernel_size);
  explicit Conv1dImpl(Conv1dOptions options_);
  Tensor forward(const Tensor& input);
};
GRADTAPE_MODULE(Conv1d);

/// Shapes: [N, in, H, W] -> [N, out, H', W'], or without N;
///         H' = (H + 2 padding - dilation (k - 1) - 1) / stride + 1.
class Conv2dImpl : public ConvNdImpl<2, Conv2dImpl> {
 public:
  Conv2dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<2> kernel_size);
  explicit Conv2dImpl(Conv2dOptions options_);
  Tensor forward(const Tensor& input);
};
GRADTAPE_MODULE(Conv2d);

extern template class ConvNdImpl<1, Conv1dImpl>;
extern template class ConvNdImpl<2, Conv2dImpl>;

}  // namespace gradtape::nn
