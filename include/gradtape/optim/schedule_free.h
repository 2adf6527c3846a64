#pragma once

#include <tuple>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct SGDScheduleFreeOptions : public OptimizerCloneableOptions<SGDScheduleFreeOptions> {
  SGDScheduleFreeOptions(double lr = 1) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  /// Where between z (0) and x (1) the gradient is taken.
  GRADTAPE_ARG(double, momentum) = 0.9;
  /// L2: added to the gradient, at y.
  GRADTAPE_ARG(double, weight_decay) = 0;
  /// The rate grows linearly over so many steps.
  GRADTAPE_ARG(int64_t, warmup_steps) = 0;
  /// Step t's weight in the average is t^r (largest rate so far)^weight_lr_power.
  GRADTAPE_ARG(double, r) = 0;
  GRADTAPE_ARG(double, weight_lr_power) = 2;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;
  /// Whether the parameters are y; train() and eval() set it.
  GRADTAPE_ARG(bool, train_mode) = true;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, momentum_, weight_decay_, warmup_steps_, r_, weight_lr_power_, maximize_,
                  train_mode_);
  double interpolation() const { return momentum(); }
};

struct SGDScheduleFreeParamState : public OptimizerCloneableParamState<SGDScheduleFreeParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  GRADTAPE_ARG(double, weight_sum) = 0;
  GRADTAPE_ARG(double, lr_max) = 0;
  GRADTAPE_ARG(Tensor, z);

 public:
  GRADTAPE_FIELDS(step_, weight_sum_, lr_max_, z_);
};

struct AdamWScheduleFreeOptions : public OptimizerCloneableOptions<AdamWScheduleFreeOptions> {
  using betas_t = std::tuple<double, double>;
  AdamWScheduleFreeOptions(double lr = 0.0025) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  /// The first says where between z (0) and x (1) the gradient is taken.
  GRADTAPE_ARG(betas_t, betas) = {0.9, 0.999};
  GRADTAPE_ARG(double, eps) = 1e-8;
  /// Decoupled, at y.
  GRADTAPE_ARG(double, weight_decay) = 0;
  /// The rate grows linearly over so many steps.
  GRADTAPE_ARG(int64_t, warmup_steps) = 0;
  /// Step t's weight in the average is t^r (largest rate so far)^weight_lr_power.
  GRADTAPE_ARG(double, r) = 0;
  GRADTAPE_ARG(double, weight_lr_power) = 2;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;
  /// Whether the parameters are y; train() and eval() set it.
  GRADTAPE_ARG(bool, train_mode) = true;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, betas_, eps_, weight_decay_, warmup_steps_, r_, weight_lr_power_, maximize_,
                  train_mode_);
  double interpolation() const { return std::get<0>(betas()); }
};

struct AdamWScheduleFreeParamState
    : public OptimizerCloneableParamState<AdamWScheduleFreeParamState> {
  GRADTAPE_ARG(int64_t, step) = 0;
  GRADTAPE_ARG(double, weight_sum) = 0;
  GRADTAPE_ARG(double, lr_max) = 0;
  GRADTAPE_ARG(Tensor, z);
  GRADTAPE_ARG(Tensor, exp_avg_sq);

 public:
  GRADTAPE_FIELDS(step_, weight_sum_, lr_max_, z_, exp_avg_sq_);
};

/// What both schedule-free rules share. In train mode the parameters are y, where gradients are
/// taken, in eval mode the average x, which is what one evaluates and keeps. Both modes save and
/// load; a model saved beside them holds the y or the x of that moment.
template <class Options, class State>
class ScheduleFree : public FormulaOptimizer<Options, State> {
 public:
  using FormulaOptimizer<Options, State>::FormulaOptimizer;

  /// Throws: Error in eval mode, before the closure is called.
  Tensor step(Optimizer::LossClosure closure = nullptr) override;
  /// Moves the parameters from x to y; nothing in train mode, which is where one starts.
  void train();
  /// Moves the parameters from y to x; nothing in eval mode.
  void eval();

 private:
  void switch_mode(bool train_mode);
};

extern template class ScheduleFree<SGDScheduleFreeOptions, SGDScheduleFreeParamState>;
extern template class ScheduleFree<AdamWScheduleFreeOptions, AdamWScheduleFreeParamState>;

/// Schedule-free SGD: g is taken at y = (1 - momentum) z + momentum x, z = z - lr g,
/// x = (1 - c) x + c z, where c is this step's share of all weights so far.
///
/// Source: Defazio et al. 2024, arXiv:2405.15682, equations 3 to 5 and section 4. As its reference
///         implementation, x is not stored but found from y and z; unlike there, steps are counted
///         per parameter, not per group.
class SGDScheduleFree : public ScheduleFree<SGDScheduleFreeOptions, SGDScheduleFreeParamState> {
 public:
  using ScheduleFree::ScheduleFree;

 protected:
  void update(Tensor& parameter, const Tensor& grad, SGDScheduleFreeParamState& state,
              const SGDScheduleFreeOptions& options) override;
};

/// Schedule-free AdamW: as SGDScheduleFree with v = b2 v + (1 - b2) g^2, the rate
/// a = lr sqrt(1 - b2^t) and z = z - a (g / (sqrt(v) + eps) + weight_decay y).
///
/// Source: Defazio et al. 2024, arXiv:2405.15682, algorithm 1.
class AdamWScheduleFree
    : public ScheduleFree<AdamWScheduleFreeOptions, AdamWScheduleFreeParamState> {
 public:
  using ScheduleFree::ScheduleFree;

 protected:
  void update(Tensor& parameter, const Tensor& grad, AdamWScheduleFreeParamState& state,
              const AdamWScheduleFreeOptions& options) override;
};

}  // namespace gradtape::optim
