#pragma once

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct AdagradOptions : public OptimizerCloneableOptions<AdagradOptions> {
  AdagradOptions(double lr = 1e-2) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  /// The rate of step t is lr / (1 + (t - 1) lr_decay).
  GRADTAPE_ARG(double, lr_decay) = 0;
  /// L2: added to the gradient.
  GRADTAPE_ARG(double, weight_decay) = 0;
  /// Where the sum of squares begins. That of the optimizer's defaults counts, for all groups.
  GRADTAPE_ARG(double, initial_accumulator_value) = 0;
  GRADTAPE_ARG(double, eps) = 1e-10;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, lr_decay_, weight_decay_, initial_accumulator_value_, eps_, maximize_);
};

struct AdagradParamState : public OptimizerCloneableParamState<AdagradParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  GRADTAPE_ARG(Tensor, sum);

 public:
  GRADTAPE_FIELDS(step_, sum_);
};

/// Adagrad: r = r + g^2, p = p - lr / (1 + (t - 1) lr_decay) g / (sqrt(r) + eps).
///
/// As in PyTorch, the states are there from the beginning.
/// Source: Duchi, Hazan & Singer, "Adaptive subgradient methods for online learning and stochastic
///         optimization", JMLR 12, 2011, figure 1 with the diagonal matrix. As PyTorch, the rate
///         may decay. The paper's delta is eps.
class Adagrad : public FormulaOptimizer<AdagradOptions, AdagradParamState> {
 public:
  Adagrad(std::vector<OptimizerParamGroup> param_groups, AdagradOptions defaults = {});
  Adagrad(std::vector<Tensor> params, AdagradOptions defaults = {});

 protected:
  void update(Tensor& parameter, const Tensor& grad, AdagradParamState& state,
              const AdagradOptions& options) override;
};

}  // namespace gradtape::optim
