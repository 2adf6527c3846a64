#pragma once

#include <tuple>

#include "gradtape/nn/cloneable.h"
#include "gradtape/nn/options/pooling.h"

namespace gradtape::nn {

/// What the max poolings share. The stride is the kernel's size unless set; padding never wins.
template <size_t D, class Derived>
class MaxPoolImpl : public Cloneable<Derived> {
 public:
  MaxPoolImpl(ExpandingArray<D> kernel_size);
  explicit MaxPoolImpl(const MaxPoolOptions<D>& options_);
  void reset() override;
  void pretty_print(std::ostream& stream) const override;

  MaxPoolOptions<D> options;
};

/// Shapes: [N, C, L] -> [N, C, L'], or without N.
class MaxPool1dImpl : public MaxPoolImpl<1, MaxPool1dImpl> {
 public:
  using MaxPoolImpl<1, MaxPool1dImpl>::MaxPoolImpl;
  Tensor forward(const Tensor& input);
};
GRADTAPE_MODULE(MaxPool1d);

/// Shapes: [N, C, H, W] -> [N, C, H', W'], or without N;
///         H' = (H + 2 padding - dilation (k - 1) - 1) / stride + 1, rounded up with ceil_mode.
class MaxPool2dImpl : public MaxPoolImpl<2, MaxPool2dImpl> {
 public:
  using MaxPoolImpl<2, MaxPool2dImpl>::MaxPoolImpl;
  Tensor forward(const Tensor& input);
  /// Also where each maximum was, as an index into its plane.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
};
GRADTAPE_MODULE(MaxPool2d);

/// Averages over windows; with count_include_pad padding counts as zeros.
///
/// Shapes: as MaxPool2d, without dilation.
class AvgPool2dImpl : public Cloneable<AvgPool2dImpl> {
 public:
  AvgPool2dImpl(ExpandingArray<2> kernel_size);
  explicit AvgPool2dImpl(const AvgPool2dOptions& options_);
  void reset() override;
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& input);

  AvgPool2dOptions options;
};
GRADTAPE_MODULE(AvgPool2d);

/// Averages over windows as equal as possible, however large the input.
///
/// Shapes: [N, C, H, W] -> [N, C, output_size...], or without N.
class AdaptiveAvgPool2dImpl : public Cloneable<AdaptiveAvgPool2dImpl> {
 public:
  AdaptiveAvgPool2dImpl(ExpandingArrayWithOptionalElem<2> output_size);
  explicit AdaptiveAvgPool2dImpl(const AdaptiveAvgPool2dOptions& options_);
  void reset() override;
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& input);

  AdaptiveAvgPool2dOptions options;
};
GRADTAPE_MODULE(AdaptiveAvgPool2d);

extern template class MaxPoolImpl<1, MaxPool1dImpl>;
extern template class MaxPoolImpl<2, MaxPool2dImpl>;

}  // namespace gradtape::nn
