#pragma once

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct ASGDOptions : public OptimizerCloneableOptions<ASGDOptions> {
  ASGDOptions(double lr = 1e-2) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  /// How fast the parameter and the rate decay.
  GRADTAPE_ARG(double, lambd) = 1e-4;
  /// The power with which the rate decays.
  GRADTAPE_ARG(double, alpha) = 0.75;
  /// The step after which the average begins; before, it is the parameter itself.
  GRADTAPE_ARG(double, t0) = 1e6;
  /// L2: added to the gradient.
  GRADTAPE_ARG(double, weight_decay) = 0;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, lambd_, alpha_, t0_, weight_decay_, maximize_);
};

struct ASGDParamState : public OptimizerCloneableParamState<ASGDParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  /// The rate of the next step.
  GRADTAPE_ARG(double, eta) = 0;
  /// The weight that the next parameter gets in the average.
  GRADTAPE_ARG(double, mu) = 1;
  /// The average of the parameter, which is the method's result.
  GRADTAPE_ARG(Tensor, ax);

 public:
  GRADTAPE_FIELDS(step_, eta_, mu_, ax_);
};

/// Averaged stochastic gradient descent: p = (1 - lambd eta) p - eta g, ax = ax + mu (p - ax); then
/// eta = lr / (1 + lambd lr t)^alpha, mu = 1 / max(1, t - t0).
///
/// Source: Polyak & Juditsky, "Acceleration of stochastic approximation by averaging", SIAM J.
///         Control and Optimization 30, 1992; the rate's schedule is Bottou's sgd program. As
///         PyTorch: the average stays in the state (swap it in by hand), a new lr acts one
///         step late, and eta and mu are rounded to the default dtype.
class ASGD : public FormulaOptimizer<ASGDOptions, ASGDParamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, ASGDParamState& state,
              const ASGDOptions& options) override;
};

}  // namespace gradtape::optim
