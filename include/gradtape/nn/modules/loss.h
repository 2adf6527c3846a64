#pragma once

#include "gradtape/nn/cloneable.h"
#include "gradtape/nn/options/loss.h"

// Each loss is reduced to one number, the mean unless options say kSum or kNone.
namespace gradtape::nn {

/// |input - target|. Shapes: two that broadcast.
class L1LossImpl : public Cloneable<L1LossImpl> {
 public:
  explicit L1LossImpl(const L1LossOptions& options_ = {});
  void reset() override;
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& input, const Tensor& target);

  L1LossOptions options;
};
GRADTAPE_MODULE(L1Loss);

/// (input - target)^2. Shapes: two that broadcast.
class MSELossImpl : public Cloneable<MSELossImpl> {
 public:
  explicit MSELossImpl(const MSELossOptions& options_ = {});
  void reset() override;
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& input, const Tensor& target);

  MSELossOptions options;
};
GRADTAPE_MODULE(MSELoss);

/// Minus the log-probability of the target class, weighted by weight[target]; the mean is over the
/// weights.
///
/// Shapes: input [N, C, *], target [N, *] of integers in [0, C); weight [C].
class NLLLossImpl : public Cloneable<NLLLossImpl> {
 public:
  explicit NLLLossImpl(const NLLLossOptions& options_ = {});
  void reset() override;
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& input, const Tensor& target);

  NLLLossOptions options;
  Tensor weight;
};
GRADTAPE_MODULE(NLLLoss);

/// NLLLoss of the input's log_softmax over its class axis.
///
/// Shapes: input [N, C, *] or [C]; target [N, *] or [] of integers in [0, C), or of probabilities
///         as input; weight [C].
class CrossEntropyLossImpl : public Cloneable<CrossEntropyLossImpl> {
 public:
  explicit CrossEntropyLossImpl(const CrossEntropyLossOptions& options_ = {});
  void reset() override;
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& input, const Tensor& target);

  CrossEntropyLossOptions options;
  Tensor weight;
};
GRADTAPE_MODULE(CrossEntropyLoss);

}  // namespace gradtape::nn
