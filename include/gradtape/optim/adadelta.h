#pragma once

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct AdadeltaOptions : public OptimizerCloneableOptions<AdadeltaOptions> {
  AdadeltaOptions(double lr = 1.0) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  /// How much of the averages stays at each step.
  GRADTAPE_ARG(double, rho) = 0.9;
  GRADTAPE_ARG(double, eps) = 1e-6;
  /// L2: added to the gradient.
  GRADTAPE_ARG(double, weight_decay) = 0;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, rho_, eps_, weight_decay_, maximize_);
};

struct AdadeltaParamState : public OptimizerCloneableParamState<AdadeltaParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  GRADTAPE_ARG(Tensor, square_avg);
  GRADTAPE_ARG(Tensor, acc_delta);

 public:
  GRADTAPE_FIELDS(step_, square_avg_, acc_delta_);
};

/// Adadelta: v = rho v + (1 - rho) g^2, d = sqrt(u + eps) / sqrt(v + eps) g,
/// u = rho u + (1 - rho) d^2, p = p - lr d.
///
/// Source: Zeiler 2012, arXiv:1212.5701, algorithm 1. As PyTorch, there is a rate; the paper has
///         none, which is lr = 1, the default.
class Adadelta : public FormulaOptimizer<AdadeltaOptions, AdadeltaParamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, AdadeltaParamState& state,
              const AdadeltaOptions& options) override;
};

}  // namespace gradtape::optim
