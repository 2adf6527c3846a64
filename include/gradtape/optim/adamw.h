#pragma once

#include <tuple>

#include "gradtape/optim/adam.h"

namespace gradtape::optim {

struct AdamWOptions : public OptimizerCloneableOptions<AdamWOptions> {
  using betas_t = std::tuple<double, double>;
  AdamWOptions(double lr = 1e-3) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  GRADTAPE_ARG(betas_t, betas) = {0.9, 0.999};
  GRADTAPE_ARG(double, eps) = 1e-8;
  /// Decoupled: the parameter shrinks by the factor 1 - lr weight_decay at each step.
  GRADTAPE_ARG(double, weight_decay) = 1e-2;
  GRADTAPE_ARG(bool, amsgrad) = false;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, betas_, eps_, weight_decay_, amsgrad_, maximize_);
};

/// The same fields as Adam's.
struct AdamWParamState : public OptimizerCloneableParamState<AdamWParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  GRADTAPE_ARG(Tensor, exp_avg);
  GRADTAPE_ARG(Tensor, exp_avg_sq);
  GRADTAPE_ARG(Tensor, max_exp_avg_sq);

 public:
  GRADTAPE_FIELDS(step_, exp_avg_, exp_avg_sq_, max_exp_avg_sq_);
  bool is_optional(const char* name, const Tensor& parameter) const override;
};

/// Adam whose weight decay is not part of the gradient: p = (1 - lr weight_decay) p, then Adam's
/// step.
///
/// Source: Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2. As PyTorch, the decay is
///         multiplied by lr, where the paper has a schedule of its own.
class AdamW : public FormulaOptimizer<AdamWOptions, AdamWParamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, AdamWParamState& state,
              const AdamWOptions& options) override;
};

}  // namespace gradtape::optim
