#pragma once

#include <tuple>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct AdamOptions : public OptimizerCloneableOptions<AdamOptions> {
  using betas_t = std::tuple<double, double>;
  AdamOptions(double lr = 1e-3) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  GRADTAPE_ARG(betas_t, betas) = {0.9, 0.999};
  GRADTAPE_ARG(double, eps) = 1e-8;
  /// L2: added to the gradient. AdamW has the decoupled one.
  GRADTAPE_ARG(double, weight_decay) = 0;
  GRADTAPE_ARG(bool, amsgrad) = false;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, betas_, eps_, weight_decay_, amsgrad_, maximize_);
};

struct AdamParamState : public OptimizerCloneableParamState<AdamParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  GRADTAPE_ARG(Tensor, exp_avg);
  GRADTAPE_ARG(Tensor, exp_avg_sq);
  /// With amsgrad only.
  GRADTAPE_ARG(Tensor, max_exp_avg_sq);

 public:
  GRADTAPE_FIELDS(step_, exp_avg_, exp_avg_sq_, max_exp_avg_sq_);
  bool is_optional(const char* name, const Tensor& parameter) const override;
};

/// Adam: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
/// p = p - lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps).
///
/// With amsgrad, v's largest value so far stands for v.
/// Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1; Reddi et al. 2018, arXiv:1904.09237. As
///         PyTorch, amsgrad corrects the bias of v, which its paper does not.
class Adam : public FormulaOptimizer<AdamOptions, AdamParamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, AdamParamState& state,
              const AdamOptions& options) override;
};

}  // namespace gradtape::optim
