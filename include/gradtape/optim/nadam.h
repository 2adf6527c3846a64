#pragma once

#include <tuple>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct NAdamOptions : public OptimizerCloneableOptions<NAdamOptions> {
  using betas_t = std::tuple<double, double>;
  NAdamOptions(double lr = 2e-3) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  GRADTAPE_ARG(betas_t, betas) = {0.9, 0.999};
  GRADTAPE_ARG(double, eps) = 1e-8;
  /// L2: added to the gradient.
  GRADTAPE_ARG(double, weight_decay) = 0;
  /// How fast the momentum grows to its limit, beta1.
  GRADTAPE_ARG(double, momentum_decay) = 4e-3;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, betas_, eps_, weight_decay_, momentum_decay_, maximize_);
};

struct NAdamParamState : public OptimizerCloneableParamState<NAdamParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  /// The product of the momenta so far.
  GRADTAPE_ARG(double, mu_product) = 1;
  GRADTAPE_ARG(Tensor, exp_avg);
  GRADTAPE_ARG(Tensor, exp_avg_sq);

 public:
  GRADTAPE_FIELDS(step_, mu_product_, exp_avg_, exp_avg_sq_);
};

/// Adam with Nesterov's momentum: mu_t = b1 (1 - 0.96^(t momentum_decay) / 2),
/// m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
/// p = p - lr ((1 - mu_t) / (1 - mu_1 ... mu_t) g + mu_(t+1) / (1 - mu_1 ... mu_(t+1)) m)
///         / (sqrt(v / (1 - b2^t)) + eps).
///
/// Source: Dozat, "Incorporating Nesterov momentum into Adam", ICLR 2016 workshop, algorithm 2. As
///         PyTorch: m is averaged with b1, not with mu_t; the product up to mu_(t+1) has mu_t
///         twice; products are rounded to the default dtype.
class NAdam : public FormulaOptimizer<NAdamOptions, NAdamParamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, NAdamParamState& state,
              const NAdamOptions& options) override;
};

}  // namespace gradtape::optim
