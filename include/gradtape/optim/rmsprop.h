#pragma once

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct RMSpropOptions : public OptimizerCloneableOptions<RMSpropOptions> {
  RMSpropOptions(double lr = 1e-2) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  /// How much of the averages stays at each step.
  GRADTAPE_ARG(double, alpha) = 0.99;
  GRADTAPE_ARG(double, eps) = 1e-8;
  /// L2: added to the gradient.
  GRADTAPE_ARG(double, weight_decay) = 0;
  GRADTAPE_ARG(double, momentum) = 0;
  /// Divides by the deviation from the mean gradient, not by the gradient's size.
  GRADTAPE_ARG(bool, centered) = false;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, alpha_, eps_, weight_decay_, momentum_, centered_, maximize_);
};

struct RMSpropParamState : public OptimizerCloneableParamState<RMSpropParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  GRADTAPE_ARG(Tensor, square_avg);
  /// With momentum only.
  GRADTAPE_ARG(Tensor, momentum_buffer) = {};
  /// With centered only.
  GRADTAPE_ARG(Tensor, grad_avg) = {};

 public:
  GRADTAPE_FIELDS(step_, square_avg_, momentum_buffer_, grad_avg_);
  bool is_optional(const char* name, const Tensor& parameter) const override;
};

/// RMSprop: v = alpha v + (1 - alpha) g^2, p = p - lr g / (sqrt(v) + eps); with momentum
/// b = momentum b + g / (sqrt(v) + eps), p = p - lr b. With centered, v - m^2 stands for v, where
/// m = alpha m + (1 - alpha) g.
///
/// Source: Hinton, "Neural networks for machine learning", lecture 6e, 2012; centered and with
///         momentum: Graves 2013, arXiv:1308.0850, equations 38-41. As PyTorch, eps stands outside
///         of the root, where Graves has it inside, and the rate multiplies the whole velocity.
class RMSprop : public FormulaOptimizer<RMSpropOptions, RMSpropParamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, RMSpropParamState& state,
              const RMSpropOptions& options) override;
};

}  // namespace gradtape::optim
