#pragma once

#include <tuple>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct AdafactorOptions : public OptimizerCloneableOptions<AdafactorOptions> {
  using eps_t = std::tuple<double, double>;
  AdafactorOptions(double lr = 1e-2) : lr_(lr) {}
  /// With relative_step, the largest rate; else the rate itself.
  GRADTAPE_ARG(double, lr);
  /// What is added to the squared gradient, and the least scale of a parameter.
  GRADTAPE_ARG(eps_t, eps) = {1e-30, 1e-3};
  /// The largest root mean square of an update before it is multiplied by the rate.
  GRADTAPE_ARG(double, clip_threshold) = 1;
  /// The second moment's beta at step t is 1 - t^decay_rate.
  GRADTAPE_ARG(double, decay_rate) = -0.8;
  /// The first moment's; 0 keeps none.
  GRADTAPE_ARG(double, beta1) = 0;
  /// Decoupled: the parameter shrinks by the factor 1 - rate weight_decay at each step.
  GRADTAPE_ARG(double, weight_decay) = 0;
  /// The rate is multiplied by the parameter's root mean square, at least eps's second.
  GRADTAPE_ARG(bool, scale_parameter) = true;
  /// The rate is at most 1 / sqrt(t).
  GRADTAPE_ARG(bool, relative_step) = true;
  /// The rate is at most 1e-6 t as well.
  GRADTAPE_ARG(bool, warmup_init) = false;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, eps_, clip_threshold_, decay_rate_, beta1_, weight_decay_, scale_parameter_,
                  relative_step_, warmup_init_, maximize_);
};

struct AdafactorParamState : public OptimizerCloneableParamState<AdafactorParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  /// With beta1 only.
  GRADTAPE_ARG(Tensor, exp_avg);
  /// Of a parameter [*, n, m]: means over the columns [*, n] and over the rows [*, m].
  GRADTAPE_ARG(Tensor, exp_avg_sq_row);
  GRADTAPE_ARG(Tensor, exp_avg_sq_col);
  /// Of a parameter with fewer than two axes.
  GRADTAPE_ARG(Tensor, exp_avg_sq);

 public:
  GRADTAPE_FIELDS(step_, exp_avg_, exp_avg_sq_row_, exp_avg_sq_col_, exp_avg_sq_);
  bool is_optional(const char* name, const Tensor& parameter) const override;
  DimVector field_sizes(const char* name, const Tensor& parameter) const override;
};

/// Adafactor: Adam whose second moment of a matrix is a row and a column, v = r c^T / mean(r), and
/// whose rate follows the parameter's size: u = g / sqrt(v), a = max(eps2, rms(p)) rate(t),
/// p = p - a u / max(1, rms(u) / clip_threshold), rate(t) = min(lr, 1 / sqrt(t)).
///
/// Of more than two axes the last two are the matrix.
/// Source: Shazeer & Stern 2018, arXiv:1804.04235, algorithms 4 to 6. As fairseq and Transformers
///         do, r and c are means, not sums (v is the same), the first moment averages the clipped
///         updates times their rate, and weight_decay exists. There lr must be absent with
///         relative_step; here it takes the place of the paper's 1e-2, so that schedulers work.
class Adafactor : public FormulaOptimizer<AdafactorOptions, AdafactorParamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, AdafactorParamState& state,
              const AdafactorOptions& options) override;
};

}  // namespace gradtape::optim
