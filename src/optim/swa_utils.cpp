#include "gradtape/optim/swa_utils.h"

#include "gradtape/autograd/grad_mode.h"
#include "gradtape/nn/modules/batch_norm.h"
#include "gradtape/ops/arithmetic.h"

namespace gradtape::optim::swa_utils {

AvgFn ema_avg(double decay) {
  GRADTAPE_CHECK(0 <= decay && decay <= 1, "Invalid decay value: ", decay,
                 "; it must be in [0, 1]");
  return [decay](const Tensor& averaged, const Tensor& model, int64_t) {
    return averaged * decay + model * (1 - decay);
  };
}

namespace detail {

namespace {

std::vector<Tensor> tensors_of(const nn::Module& module, bool use_buffers) {
  std::vector<Tensor> result = module.parameters();
  if (use_buffers) {
    const std::vector<Tensor> buffers = module.buffers();
    result.insert(result.end(), buffers.begin(), buffers.end());
  }
  return result;
}

Tensor mean(const Tensor& averaged, const Tensor& model, int64_t count) {
  return averaged + (model - averaged) / static_cast<double>(count + 1);
}

}  // namespace

void average(const nn::Module& averaged, const nn::Module& model, const AvgFn& avg_fn,
             bool use_buffers, int64_t count) {
  const NoGradGuard no_grad;
  std::vector<Tensor> to = tensors_of(averaged, use_buffers);
  const std::vector<Tensor> from = tensors_of(model, use_buffers);
  GRADTAPE_CHECK(to.size() == from.size(), "update_parameters: the average has ", to.size(),
                 " tensors, the model ", from.size());
  for (size_t i = 0; i < to.size(); ++i) {
    GRADTAPE_CHECK(to[i].sizes() == from[i].sizes(), "update_parameters: tensor ", i,
                   " of the average is ", to[i].sizes(), ", that of the model ", from[i].sizes());
  }
  for (size_t i = 0; i < to.size(); ++i) {
    const Tensor value = from[i].detach().to(to[i].dtype());
    to[i].copy_(count == 0 ? value
                : avg_fn   ? avg_fn(to[i].detach(), value, count)
                           : mean(to[i].detach(), value, count));
  }
}

BatchNormUpdate::BatchNormUpdate(nn::Module& model)
    : model_(model), was_training_(model.is_training()), gradients_(GradMode::is_enabled()) {
  const auto gather = [&](auto* norm) {
    if (!norm || !norm->options.track_running_stats()) return;
    norm->reset_running_stats();
    std::optional<double>& momentum = norm->options.momentum();
    momenta_.emplace_back(&momentum, momentum);
    momentum.reset();
  };
  model.apply([&](nn::Module& module) {
    gather(module.as<nn::BatchNorm1dImpl>());
    gather(module.as<nn::BatchNorm2dImpl>());
  });
  if (!needed()) return;
  GradMode::set_enabled(false);
  model.train();
}

BatchNormUpdate::~BatchNormUpdate() {
  if (!needed()) return;
  GradMode::set_enabled(gradients_);
  for (auto& [momentum, value] : momenta_) *momentum = value;
  model_.train(was_training_);
}

}  // namespace detail
}  // namespace gradtape::optim::swa_utils
