#pragma once

#include <tuple>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct RAdamOptions : public OptimizerCloneableOptions<RAdamOptions> {
  using betas_t = std::tuple<double, double>;
  RAdamOptions(double lr = 1e-3) : lr_(lr) {}
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

struct RAdamParamState : public OptimizerCloneableParamState<RAdamParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  GRADTAPE_ARG(Tensor, exp_avg);
  GRADTAPE_ARG(Tensor, exp_avg_sq);

 public:
  GRADTAPE_FIELDS(step_, exp_avg_, exp_avg_sq_);
};

/// Rectified Adam: Adam whose adaptive rate is scaled by how well its variance is known. With m, v
/// as Adam's, m' = m / (1 - b1^t), n = 2 / (1 - b2) - 1, n_t = n - 2 t b2^t / (1 - b2^t):
/// p = p - lr r m' sqrt(1 - b2^t) / (sqrt(v) + eps), with
/// r^2 = (n_t - 4) (n_t - 2) n / ((n - 4) (n - 2) n_t), where n_t > 5; p = p - lr m' before.
///
/// Source: Liu et al. 2020, arXiv:1908.03265, algorithm 2. As PyTorch: the threshold is 5 (the
///         paper's is 4), and eps is added before the bias correction, where Adam's is added after.
class RAdam : public FormulaOptimizer<RAdamOptions, RAdamParamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, RAdamParamState& state,
              const RAdamOptions& options) override;
};

}  // namespace gradtape::optim
