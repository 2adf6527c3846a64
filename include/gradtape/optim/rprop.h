#pragma once

#include <tuple>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct RpropOptions : public OptimizerCloneableOptions<RpropOptions> {
  using range_t = std::tuple<double, double>;
  RpropOptions(double lr = 1e-2) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  /// The factors by which a step size shrinks and grows.
  GRADTAPE_ARG(range_t, etas) = {0.5, 1.2};
  /// The smallest and the largest step size. The first one is lr.
  GRADTAPE_ARG(range_t, step_sizes) = {1e-6, 50};
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, etas_, step_sizes_, maximize_);
};

struct RpropParamState : public OptimizerCloneableParamState<RpropParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  /// The gradient of the step before; 0 where that was taken back.
  GRADTAPE_ARG(Tensor, prev);
  GRADTAPE_ARG(Tensor, step_size);

 public:
  GRADTAPE_FIELDS(step_, prev_, step_size_);
};

/// Resilient backpropagation: only the gradient's sign counts. A step size grows where the sign is
/// the one of the step before, and shrinks where it has changed; p = p - sign(g) step_size. After a
/// change g counts as 0, once. For full batches.
///
/// Source: Riedmiller & Braun, "A direct adaptive method for faster backpropagation learning: the
///         RPROP algorithm", ICNN 1993. As PyTorch, a change of sign skips the step and does not
///         take the one before back, which is iRprop- of Igel & Huesken, NC 2000.
class Rprop : public FormulaOptimizer<RpropOptions, RpropParamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, RpropParamState& state,
              const RpropOptions& options) override;
};

}  // namespace gradtape::optim
