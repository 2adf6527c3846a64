#include "gradtape/nn/functional/loss.h"

#include "gradtape/ops/loss.h"

namespace gradtape::nn::functional {

namespace {
int64_t reduction_of(const nn::detail::reduction_t& reduction) {
  if (std::holds_alternative<enumtype::kNone>(reduction)) return Reduction::None;
  return std::holds_alternative<enumtype::kMean>(reduction) ? Reduction::Mean : Reduction::Sum;
}
}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, const MSELossFuncOptions& options) {
  return gradtape::mse_loss(input, target, reduction_of(options.reduction()));
}

Tensor l1_loss(const Tensor& input, const Tensor& target, const L1LossFuncOptions& options) {
  return gradtape::l1_loss(input, target, reduction_of(options.reduction()));
}

Tensor nll_loss(const Tensor& input, const Tensor& target, const NLLLossFuncOptions& options) {
  GRADTAPE_CHECK(input.dim() >= 2, "Expected 2 or more dimensions (got ", input.dim(), ")");
  GRADTAPE_CHECK(target.dim() >= 1 && input.size(0) == target.size(0),
                 "Expected input batch_size (", input.size(0), ") to match target batch_size (",
                 target.dim() >= 1 ? target.size(0) : 1, ").");
  return gradtape::nll_loss_nd(input, target, options.weight(), reduction_of(options.reduction()),
                               options.ignore_index());
}

Tensor cross_entropy(const Tensor& input, const Tensor& target,
                     const CrossEntropyFuncOptions& options) {
  return gradtape::cross_entropy_loss(input, target, options.weight(),
                                      reduction_of(options.reduction()), options.ignore_index(),
                                      options.label_smoothing());
}

}  // namespace gradtape::nn::functional
