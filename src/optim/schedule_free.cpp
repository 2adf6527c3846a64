#include "gradtape/optim/schedule_free.h"

#include <algorithm>
#include <cmath>

#include "optim/rule.h"

namespace gradtape::optim {

namespace {

template <class Options>
void check_common(const Options& options) {
  check_lr(options.lr());
  check_at_least_zero("weight_decay value", options.weight_decay());
  GRADTAPE_CHECK(options.warmup_steps() >= 0,
                 "Invalid warmup_steps value: ", options.warmup_steps(), "; it must be at least 0");
  check_at_least_zero("r value", options.r());
  check_at_least_zero("weight_lr_power value", options.weight_lr_power());
}

template <class Options>
double warmed_up(double step, const Options& options) {
  const auto warmup = static_cast<double>(options.warmup_steps());
  return options.lr() * (step < warmup ? step / warmup : 1);
}

// c, what the new z counts for in the average x.
template <class State, class Options>
double share(double lr, State& state, const Options& options) {
  state.lr_max(std::max(state.lr_max(), lr));
  const double weight = std::pow(static_cast<double>(state.step()), options.r()) *
                        std::pow(state.lr_max(), options.weight_lr_power());
  state.weight_sum(state.weight_sum() + weight);
  return state.weight_sum() > 0 ? weight / state.weight_sum() : 0;
}

const Tensor& started_at(Tensor& z, const Tensor& parameter) {
  if (!z.defined()) z = parameter.detach().clone();
  return z;
}

}  // namespace

// -- the two modes

template <class Options, class State>
Tensor ScheduleFree<Options, State>::step(Optimizer::LossClosure closure) {
  for (const OptimizerParamGroup& group : this->param_groups()) {
    GRADTAPE_CHECK(static_cast<const Options&>(group.options()).train_mode(),
                   "step: a schedule-free optimizer must be in train mode; call train() first");
  }
  return FormulaOptimizer<Options, State>::step(std::move(closure));
}

template <class Options, class State>
void ScheduleFree<Options, State>::train() {
  switch_mode(true);
}

template <class Options, class State>
void ScheduleFree<Options, State>::eval() {
  switch_mode(false);
}

template <class Options, class State>
void ScheduleFree<Options, State>::switch_mode(bool train_mode) {
  for (OptimizerParamGroup& group : this->param_groups()) {
    auto& options = static_cast<Options&>(group.options());
    if (options.train_mode() == train_mode) continue;
    // y = x + (1 - b) (z - x), so x = y + (1 - 1 / b) (z - y).
    const double b = options.interpolation(), weight = train_mode ? 1 - b : 1 - 1 / b;
    for (const Tensor& parameter : group.params()) {
      const auto found = this->state().find(ParameterKey(parameter));
      if (found == this->state().end()) continue;
      const Tensor& z = static_cast<State&>(*found->second).z();
      if (!z.defined()) continue;
      fused(
          "ScheduleFree", [=]<class T>(T& p, T to) { p += T(weight) * (to - p); }, parameter, z);
    }
    options.train_mode(train_mode);
  }
}

template class ScheduleFree<SGDScheduleFreeOptions, SGDScheduleFreeParamState>;
template class ScheduleFree<AdamWScheduleFreeOptions, AdamWScheduleFreeParamState>;

// -- SGD

void SGDScheduleFreeOptions::check() const {
  check_common(*this);
  GRADTAPE_CHECK(0 < momentum() && momentum() < 1, "Invalid momentum value: ", momentum(),
                 "; it must be in (0, 1)");
}

void SGDScheduleFree::update(Tensor& parameter, const Tensor& grad,
                             SGDScheduleFreeParamState& state,
                             const SGDScheduleFreeOptions& options) {
  const double lr = warmed_up(static_cast<double>(state.step()), options);
  const double c = share(lr, state, options);
  // With z' = z - lr g and x' = (1 - c) x + c z', y' = y + c (z - y) - lr (1 - b (1 - c)) g.
  const double y_rate = lr * (1 - options.momentum() * (1 - c));
  const double sign = options.maximize() ? -1 : 1, decay = options.weight_decay();
  fused(
      "SGDScheduleFree",
      [=]<class T>(T& y, T g, T& z) {
        const T d = T(sign) * g + T(decay) * y;
        y += T(c) * (z - y) - T(y_rate) * d;
        z -= T(lr) * d;
      },
      parameter, grad, started_at(state.z(), parameter));
}

// -- AdamW

void AdamWScheduleFreeOptions::check() const {
  check_common(*this);
  check_at_least_zero("epsilon value", eps());
  check_betas(betas());
  GRADTAPE_CHECK(interpolation() > 0, "Invalid beta parameter at index 0: ", interpolation(),
                 "; it must be in (0, 1)");
}

void AdamWScheduleFree::update(Tensor& parameter, const Tensor& grad,
                               AdamWScheduleFreeParamState& state,
                               const AdamWScheduleFreeOptions& options) {
  const auto step = static_cast<double>(state.step());
  const double b1 = options.interpolation(), b2 = std::get<1>(options.betas());
  const double lr = warmed_up(step, options) * std::sqrt(1 - std::pow(b2, step));
  const double c = share(lr, state, options), y_rate = lr * (1 - b1 * (1 - c));
  const double sign = options.maximize() ? -1 : 1, decay = options.weight_decay();
  const double eps = options.eps();
  fused(
      "AdamWScheduleFree",
      [=]<class T>(T& y, T g, T& z, T& v) {
        v = T(b2) * v + T(1 - b2) * g * g;
        const T d = T(sign) * g / (std::sqrt(v) + T(eps)) + T(decay) * y;
        y += T(c) * (z - y) - T(y_rate) * d;
        z -= T(lr) * d;
      },
      parameter, grad, started_at(state.z(), parameter), from_zero(state.exp_avg_sq(), parameter));
}

}  // namespace gradtape::optim
