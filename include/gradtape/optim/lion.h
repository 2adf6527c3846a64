#pragma once

#include <tuple>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct LionOptions : public OptimizerCloneableOptions<LionOptions> {
  using betas_t = std::tuple<double, double>;
  LionOptions(double lr = 1e-4) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  GRADTAPE_ARG(betas_t, betas) = {0.9, 0.99};
  /// Decoupled: the parameter shrinks by the factor 1 - lr weight_decay at each step.
  GRADTAPE_ARG(double, weight_decay) = 0;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, betas_, weight_decay_, maximize_);
};

struct LionParamState : public OptimizerCloneableParamState<LionParamState> {
  GRADTAPE_ARG(Tensor, exp_avg);

 public:
  GRADTAPE_FIELDS(exp_avg_);
};

/// Lion: c = b1 m + (1 - b1) g, p = p - lr (sign(c) + weight_decay p), then m = b2 m + (1 - b2) g.
///
/// Every element moves by lr, whatever its gradient's size, so lr is 3 to 10 times smaller than
/// Adam's. As torch.sign, the sign of 0 and of NaN is 0.
/// Source: Chen et al. 2023, arXiv:2302.06675, algorithm 2.
class Lion : public FormulaOptimizer<LionOptions, LionParamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, LionParamState& state,
              const LionOptions& options) override;
};

}  // namespace gradtape::optim
