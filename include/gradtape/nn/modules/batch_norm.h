#pragma once

#include "gradtape/nn/cloneable.h"
#include "gradtape/nn/options/batch_norm.h"

namespace gradtape::nn {

/// Standardizes each channel and rescales it: y = (x - mean) / sqrt(var + eps) weight + bias. While
/// training, mean and variance are the batch's (the biased one) and move the running ones (the
/// unbiased one) by momentum; in evaluation they are the running ones.
///
/// Shapes: weight, bias, running_mean, running_var [features]; num_batches_tracked [] int64.
/// Init:   weight and running_var 1, the others 0.
/// Throws: Error if the input's rank is wrong, or if training on one value per channel.
/// Source: Ioffe & Szegedy 2015, arXiv:1502.03167.
template <size_t D, class Derived>
class BatchNormImplBase : public Cloneable<Derived> {
 public:
  explicit BatchNormImplBase(const BatchNormOptions& options_);
  void reset() override;
  void reset_running_stats();
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& input);

  BatchNormOptions options;
  Tensor weight;
  Tensor bias;
  Tensor running_mean;
  Tensor running_var;
  Tensor num_batches_tracked;
};

/// Shapes: [N, C] or [N, C, L] -> the same.
class BatchNorm1dImpl : public BatchNormImplBase<1, BatchNorm1dImpl> {
 public:
  using BatchNormImplBase<1, BatchNorm1dImpl>::BatchNormImplBase;
};
GRADTAPE_MODULE(BatchNorm1d);

/// Shapes: [N, C, H, W] -> the same.
class BatchNorm2dImpl : public BatchNormImplBase<2, BatchNorm2dImpl> {
 public:
  using BatchNormImplBase<2, BatchNorm2dImpl>::BatchNormImplBase;
};
GRADTAPE_MODULE(BatchNorm2d);

extern template class BatchNormImplBase<1, BatchNorm1dImpl>;
extern template class BatchNormImplBase<2, BatchNorm2dImpl>;

}  // namespace gradtape::nn
