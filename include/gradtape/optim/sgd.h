#pragma once

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct SGDOptions : public OptimizerCloneableOptions<SGDOptions> {
  SGDOptions(double lr) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  GRADTAPE_ARG(double, momentum) = 0;
  GRADTAPE_ARG(double, dampening) = 0;
  /// L2: added to the gradient.
  GRADTAPE_ARG(double, weight_decay) = 0;
  GRADTAPE_ARG(bool, nesterov) = false;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  bool uses_state() const { return momentum() != 0; }
  GRADTAPE_FIELDS(lr_, momentum_, dampening_, weight_decay_, nesterov_, maximize_);
};

struct SGDParamState : public OptimizerCloneableParamState<SGDParamState> {
  /// Undefined before the first step, and without momentum.
  GRADTAPE_ARG(Tensor, momentum_buffer);

 public:
  GRADTAPE_FIELDS(momentum_buffer_);
};

/// Stochastic gradient descent: b = momentum b + (1 - dampening) g, p = p - lr b; with nesterov
/// p = p - lr (g + momentum b). The first b is g itself.
///
/// Source: Sutskever et al., "On the importance of initialization and momentum in deep learning",
///         ICML 2013. As PyTorch, the learning rate multiplies the whole velocity; in the paper it
///         multiplies the gradient before it enters the velocity.
class SGD : public FormulaOptimizer<SGDOptions, SGDParamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, SGDParamState& state,
              const SGDOptions& options) override;
};

}  // namespace gradtape::optim
