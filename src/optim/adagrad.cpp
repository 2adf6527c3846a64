#include "gradtape/optim/adagrad.h"

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "optim/rule.h"

namespace gradtape::optim {

void AdagradOptions::check() const {
  check_lr(lr());
  check_at_least_zero("lr_decay value", lr_decay());
  check_at_least_zero("weight_decay value", weight_decay());
  check_at_least_zero("initial_accumulator_value value", initial_accumulator_value());
  check_at_least_zero("epsilon value", eps());
}

namespace {

Tensor first_sum(const Tensor& parameter, const OptimizerOptions& defaults) {
  const double value = static_cast<const AdagradOptions&>(defaults).initial_accumulator_value();
  return full(parameter.sizes(), value, parameter.dtype());
}

}  // namespace

Adagrad::Adagrad(std::vector<OptimizerParamGroup> param_groups, AdagradOptions defaults)
    : FormulaOptimizer(std::move(param_groups), std::move(defaults)) {
  for (const OptimizerParamGroup& group : this->param_groups()) {
    for (const Tensor& parameter : group.params()) {
      auto state = std::make_unique<AdagradParamState>();
      state->sum(first_sum(parameter, this->defaults()));
      state_[ParameterKey(parameter)] = std::move(state);
    }
  }
}

Adagrad::Adagrad(std::vector<Tensor> params, AdagradOptions defaults)
    : Adagrad(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))},
              std::move(defaults)) {}

void Adagrad::update(Tensor& parameter, const Tensor& grad, AdagradParamState& state,
                     const AdagradOptions& options) {
  const double eps = options.eps();
  const Descent descent(options);
  const double rate =
      options.lr() / (1 + static_cast<double>(state.step() - 1) * options.lr_decay());
  if (!state.sum().defined()) state.sum(first_sum(parameter, defaults()));
  fused(
      "Adagrad",
      [=]<class T>(T& p, T g, T& r) {
        const T d = descent(g, p);
        r += d * d;
        p -= T(rate) * d / (std::sqrt(r) + T(eps));
      },
      parameter, grad, state.sum());
}

}  // namespace gradtape::optim
