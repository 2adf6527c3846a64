#include "gradtape/nn/modules/batch_norm.h"

#include "gradtape/autograd/grad_mode.h"
#include "gradtape/nn/functional/batch_norm.h"
#include "gradtape/nn/init.h"
#include "gradtape/ops/factory.h"

namespace gradtape::nn {

template <size_t D, class Derived>
BatchNormImplBase<D, Derived>::BatchNormImplBase(const BatchNormOptions& options_)
    : options(options_) {
  reset();
}

template <size_t D, class Derived>
void BatchNormImplBase<D, Derived>::reset() {
  const int64_t features = options.num_features();
  const bool affine = options.affine(), tracks = options.track_running_stats();
  const auto parameter = [&](const char* name) {
    return this->register_parameter(name, affine ? empty(features) : Tensor(), affine);
  };
  weight = parameter("weight");
  bias = parameter("bias");
  running_mean = this->register_buffer("running_mean", tracks ? zeros(features) : Tensor());
  running_var = this->register_buffer("running_var", tracks ? ones(features) : Tensor());
  num_batches_tracked =
      this->register_buffer("num_batches_tracked", tracks ? zeros({}, kInt64) : Tensor());
  reset_parameters();
}

template <size_t D, class Derived>
void BatchNormImplBase<D, Derived>::reset_running_stats() {
  if (!options.track_running_stats()) return;
  running_mean.zero_();
  running_var.fill_(1);
  num_batches_tracked.zero_();
}

template <size_t D, class Derived>
void BatchNormImplBase<D, Derived>::reset_parameters() {
  reset_running_stats();
  if (!options.affine()) return;
  init::ones_(weight);
  init::zeros_(bias);
}

template <size_t D, class Derived>
void BatchNormImplBase<D, Derived>::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::BatchNorm" << D << "d(" << options.num_features()
         << ", eps=" << options.eps() << ", momentum=";
  if (options.momentum())
    stream << *options.momentum();
  else
    stream << "None";
  stream << ", affine=" << (options.affine() ? "true" : "false")
         << ", track_running_stats=" << (options.track_running_stats() ? "true" : "false") << ")";
}

template <size_t D, class Derived>
Tensor BatchNormImplBase<D, Derived>::forward(const Tensor& input) {
  if constexpr (D == 1) {
    GRADTAPE_CHECK(input.dim() == 2 || input.dim() == 3, "expected 2D or 3D input (got ",
                   input.dim(), "D input)");
  } else {
    GRADTAPE_CHECK(input.dim() == D + 2, "expected ", D + 2, "D input (got ", input.dim(),
                   "D input)");
  }
  const bool by_batch = this->is_training() || !options.track_running_stats();
  GRADTAPE_CHECK(!by_batch || input.size(1) == 0 || input.numel() / input.size(1) != 1,
                 "Expected more than 1 value per channel when training, got input size ",
                 input.sizes());
  const bool counts = this->is_training() && num_batches_tracked.defined();
  double momentum = options.momentum().value_or(0.);
  if (counts && !options.momentum()) {
    momentum = 1. / (num_batches_tracked.template item<double>() + 1);
  }
  Tensor result = functional::batch_norm(input, running_mean, running_var,
                                         functional::BatchNormFuncOptions()
                                             .weight(weight)
                                             .bias(bias)
                                             .training(by_batch)
                                             .momentum(momentum)
                                             .eps(options.eps()));
  // Last, so that a batch that is refused is not counted.
  if (counts) num_batches_tracked.add_(1);
  return result;
}

template class BatchNormImplBase<1, BatchNorm1dImpl>;
template class BatchNormImplBase<2, BatchNorm2dImpl>;

}  // namespace gradtape::nn
