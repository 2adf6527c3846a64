#pragma once

#include <tuple>
#include <utility>
#include <vector>

#include "gradtape/optim/optimizer.h"

/// The update rules as they stand on a blackboard: w a parameter, g its gradient, averaged over the
/// batch by the loss, v a velocity, r a sum or mean of squared gradients; a, e, p, d as below. They
/// differ from PyTorch's where a small constant stands, in whether the learning rate is inside the
/// velocity, and in where the gradient is taken; each says how, docs/optimizers.md with proofs.
///
/// Source of the formulas: Goodfellow, Bengio & Courville, "Deep Learning", MIT Press 2016, chapter
/// 8, called "the book" below. With maximize, a departure of ours, g is the negative gradient.
namespace gradtape::optim::textbook {

struct GradientDescentOptions : public OptimizerCloneableOptions<GradientDescentOptions> {
  GradientDescentOptions(double lr) : lr_(lr) {}
  /// a
  GRADTAPE_ARG(double, lr);
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  bool uses_state() const { return false; }
  GRADTAPE_FIELDS(lr_, maximize_);
};

struct MomentumOptions : public OptimizerCloneableOptions<MomentumOptions> {
  MomentumOptions(double lr) : lr_(lr) {}
  /// a
  GRADTAPE_ARG(double, lr);
  /// e, what is left of the velocity after a step.
  GRADTAPE_ARG(double, momentum) = 0.9;
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, momentum_, maximize_);
};
using NesterovOptions = MomentumOptions;

struct AdaGradOptions : public OptimizerCloneableOptions<AdaGradOptions> {
  AdaGradOptions(double lr = 1e-2) : lr_(lr) {}
  /// a
  GRADTAPE_ARG(double, lr);
  /// d
  GRADTAPE_ARG(double, delta) = 1e-6;
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, delta_, maximize_);
};

struct RMSPropOptions : public OptimizerCloneableOptions<RMSPropOptions> {
  RMSPropOptions(double lr = 1e-3) : lr_(lr) {}
  /// a
  GRADTAPE_ARG(double, lr);
  /// p, what is left of the mean square after a step.
  GRADTAPE_ARG(double, decay) = 0.9;
  /// d
  GRADTAPE_ARG(double, delta) = 1e-6;
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, decay_, delta_, maximize_);
};

struct RMSPropNesterovOptions : public OptimizerCloneableOptions<RMSPropNesterovOptions> {
  RMSPropNesterovOptions(double lr = 1e-3) : lr_(lr) {}
  /// a
  GRADTAPE_ARG(double, lr);
  /// e, what is left of the velocity after a step.
  GRADTAPE_ARG(double, momentum) = 0.9;
  /// p, what is left of the mean square after a step.
  GRADTAPE_ARG(double, decay) = 0.9;
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, momentum_, decay_, maximize_);
};

struct AdamOptions : public OptimizerCloneableOptions<AdamOptions> {
  using betas_t = std::tuple<double, double>;
  AdamOptions(double lr = 1e-3) : lr_(lr) {}
  /// a
  GRADTAPE_ARG(double, lr);
  /// p1, p2: what is left of the mean and of the mean square after a step.
  GRADTAPE_ARG(betas_t, betas) = {0.9, 0.999};
  /// d
  GRADTAPE_ARG(double, delta) = 1e-6;
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, betas_, delta_, maximize_);
};

struct NoState : public OptimizerCloneableParamState<NoState> {};

struct MomentumState : public OptimizerCloneableParamState<MomentumState> {
  /// v
  GRADTAPE_ARG(Tensor, velocity);

 public:
  GRADTAPE_FIELDS(velocity_);
};

struct AdaGradState : public OptimizerCloneableParamState<AdaGradState> {
  /// r
  GRADTAPE_ARG(Tensor, square_sum);

 public:
  GRADTAPE_FIELDS(square_sum_);
};

struct RMSPropState : public OptimizerCloneableParamState<RMSPropState> {
  /// r
  GRADTAPE_ARG(Tensor, square_mean);

 public:
  GRADTAPE_FIELDS(square_mean_);
};

struct RMSPropNesterovState : public OptimizerCloneableParamState<RMSPropNesterovState> {
  /// r
  GRADTAPE_ARG(Tensor, square_mean);
  /// v
  GRADTAPE_ARG(Tensor, velocity);

 public:
  GRADTAPE_FIELDS(square_mean_, velocity_);
};

struct AdamState : public OptimizerCloneableParamState<AdamState> {
  /// t
  GRADTAPE_ARG(int64_t, step) = 0;
  /// s
  GRADTAPE_ARG(Tensor, mean);
  /// r
  GRADTAPE_ARG(Tensor, square_mean);

 public:
  GRADTAPE_FIELDS(step_, mean_, square_mean_);
};

/// w <- w - a g.
///
/// Source: the book, algorithm 8.1; Cauchy 1847.
/// PyTorch: optim::SGD without momentum is the same.
class GradientDescent : public FormulaOptimizer<GradientDescentOptions, NoState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, NoState& state,
              const GradientDescentOptions& options) override;
};

/// v <- e v - a g; w <- w + v.
///
/// Source: the book, algorithm 8.2; Polyak, "Some methods of speeding up the convergence of
///         iteration methods", 1964.
/// PyTorch: optim::SGD keeps b with v = -a b; the same while a is constant. When a changes, the
///         velocity here keeps the steps that were taken with the old one, PyTorch's scales them
///         too.
class Momentum : public FormulaOptimizer<MomentumOptions, MomentumState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, MomentumState& state,
              const MomentumOptions& options) override;
};

namespace detail {

struct LookAhead : optim::detail::Moved {
  // w <- w + e v.
  void move(const Tensor& parameter, double momentum, const Tensor& velocity);
};

// Throws: Error if there is no closure.
void check_closure(const Optimizer::LossClosure& closure);

}  // namespace detail

/// A rule whose gradient is taken at w + e v, to derive from as from FormulaOptimizer. Its Options
/// have momentum(), which is e, its State velocity(), which is v.
template <class Options, class State>
class LookAheadOptimizer : public FormulaOptimizer<Options, State> {
 public:
  using FormulaOptimizer<Options, State>::FormulaOptimizer;

  /// The closure is needed here: it computes the loss and its gradients where the parameters then
  /// are, at w + e v. If it throws they are back at w.
  Tensor step(Optimizer::LossClosure closure = nullptr) override {
    detail::check_closure(closure);
    Tensor loss;
    {
      const NoGradGuard no_grad;
      detail::LookAhead ahead;
      for (const OptimizerParamGroup& group : this->param_groups_) {
        const auto& options = static_cast<const Options&>(group.options());
        for (const Tensor& parameter : group.params()) {
          const auto state = this->state_.find(parameter);
          if (state == this->state_.end()) continue;  // v is 0
          ahead.move(parameter, options.momentum(), static_cast<State&>(*state->second).velocity());
        }
      }
      loss = optim::detail::evaluate(closure);
    }
    FormulaOptimizer<Options, State>::step();
    return loss;
  }
};

/// v <- e v - a g(w + e v); w <- w + v.
///
/// Source: the book, algorithm 8.3; Nesterov, "A method for solving the convex programming problem
///         with convergence rate O(1/k^2)", 1983; in this form Sutskever et al., ICML 2013.
/// PyTorch: optim::SGD with nesterov takes g at its own parameters. These are the look-ahead points
///         w + e v of this rule, while a is constant.
class Nesterov : public LookAheadOptimizer<NesterovOptions, MomentumState> {
 public:
  using LookAheadOptimizer::LookAheadOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, MomentumState& state,
              const NesterovOptions& options) override;
};

/// r <- r + g^2; w <- w - a / (d + sqrt(r)) g.
///
/// Source: the book, algorithm 8.4; Duchi, Hazan & Singer, JMLR 12, 2011.
/// PyTorch: its Adagrad with eps = d is the same; eps is 1e-10 there by default. With a d of 0, a
///         gradient that is still 0 gives 0 / 0.
class AdaGrad : public FormulaOptimizer<AdaGradOptions, AdaGradState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, AdaGradState& state,
              const AdaGradOptions& options) override;
};

/// r <- p r + (1 - p) g^2; w <- w - a / sqrt(d + r) g.
///
/// Source: the book, algorithm 8.5; Hinton, "Neural Networks for Machine Learning", lecture 6e,
///         2012.
/// PyTorch: its RMSprop divides by sqrt(r) + eps: its step is this one times
///         sqrt(d + r) / (sqrt(r) + eps). The same where both constants are 0; a d of 1e-6 weighs
///         as an eps of up to 1e-3. p is called alpha there, 0.99 by default.
class RMSProp : public FormulaOptimizer<RMSPropOptions, RMSPropState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, RMSPropState& state,
              const RMSPropOptions& options) override;
};

/// g at w + e v; r <- p r + (1 - p) g^2; v <- e v - a / sqrt(r) g; w <- w + v.
///
/// There is no constant: where r is 0 (g has always been 0, as of a pixel that is always black) a
/// step of 0 stands for the book's 0 / 0.
///
/// Source: the book, algorithm 8.6.
/// PyTorch: its RMSprop with momentum and an eps of 0 keeps b with v = -a b, but takes g at w: the
///         same only where g does not depend on w, or e is 0.
class RMSPropNesterov : public LookAheadOptimizer<RMSPropNesterovOptions, RMSPropNesterovState> {
 public:
  using LookAheadOptimizer::LookAheadOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, RMSPropNesterovState& state,
              const RMSPropNesterovOptions& options) override;
};

/// s <- p1 s + (1 - p1) g; r <- p2 r + (1 - p2) g^2; w <- w - a s' / (sqrt(r') + d),
/// where s' = s / (1 - p1^t) and r' = r / (1 - p2^t) in step t = 1, 2, ...
///
/// Source: the book, algorithm 8.7; Kingma & Ba 2015, arXiv:1412.6980, algorithm 1.
/// PyTorch: optim::Adam with eps = d is the same; eps is 1e-8 there by default.
class Adam : public FormulaOptimizer<AdamOptions, AdamState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor& parameter, const Tensor& grad, AdamState& state,
              const AdamOptions& options) override;
};

}  // namespace gradtape::optim::textbook
