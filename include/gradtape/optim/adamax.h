#pragma once

#include <tuple>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct AdamaxOptions : public OptimizerCloneableOptions<AdamaxOptions> {
  using betas_t = std::tuple<double, double>;
  AdamaxOptions(double lr = 2e-3) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  GRADTAPE_ARG(betas_t, betas) = {0.9, 0.999};
  GRADTAPE_ARG(double, eps) = 1e-8;
  /// L2: added to the gradient.
  GRADTAPE_ARG(double, weight_decay) = 0;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, betas_, eps_, weight_decay_, maximize_);
};

struct AdamaxParamState : public OptimizerCloneableParamState<AdamaxParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  GRADTAPE_ARG(Tensor, exp_avg);
  GRADTAPE_ARG(Tensor, exp_inf);

 public:
  GRADTAPE_FIELDS(step_, exp_avg_, exp_inf_);
};

/// Adamax, Adam with the largest gradient in place of the mean square: m = b1 m + (1 - b1) g,
/// u = max(b2 u, |g| + eps), p = p - lr / (1 - b1^t) m / u.
///
/// Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 2. As PyTorch, eps is added to |g|; the
///         paper has none.
class Adamax : public FormulaOptimizer<AdamaxOptions, AdamaxParamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, AdamaxParamState& state,
              const AdamaxOptions& options) override;
};

}  // namespace gradtape::optim
