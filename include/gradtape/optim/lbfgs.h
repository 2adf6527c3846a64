#pragma once

#include <deque>
#include <optional>
#include <string>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct LBFGSOptions : public OptimizerCloneableOptions<LBFGSOptions> {
  LBFGSOptions(double lr = 1) : lr_(lr) {}
  /// The step's length without a line search; with one, the first length that is tried.
  GRADTAPE_ARG(double, lr);
  /// The most iterations of one call of step().
  GRADTAPE_ARG(int64_t, max_iter) = 20;
  /// No iteration begins after so many evaluations in one call of step(): max_iter 5 / 4 if unset.
  GRADTAPE_ARG(std::optional<int64_t>, max_eval) = std::nullopt;
  /// No iteration begins where no element of the gradient is larger.
  GRADTAPE_ARG(double, tolerance_grad) = 1e-7;
  /// No iteration begins after one that has changed the loss or the parameters by less.
  GRADTAPE_ARG(double, tolerance_change) = 1e-9;
  /// How many pairs of steps and changes of the gradient are kept; each is as large as all
  /// parameters together, twice.
  GRADTAPE_ARG(int64_t, history_size) = 100;
  /// "strong_wolfe" or none.
  GRADTAPE_ARG(std::optional<std::string>, line_search_fn) = std::nullopt;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  /// line_search_fn is shown as a bool: whether it is "strong_wolfe".
  void visit(FieldVisitor& visitor) override;
};

/// What LBFGS remembers of all parameters together; it stands at the first of them. Vectors have
/// all parameters' elements in one row.
class LBFGSParamState : public OptimizerCloneableParamState<LBFGSParamState> {
 public:
  LBFGSParamState() = default;
  /// For vectors with so many elements, to load them.
  explicit LBFGSParamState(int64_t numel) : numel_(numel) {}
  GRADTAPE_ARG(int64_t, func_evals) = 0;
  GRADTAPE_ARG(int64_t, n_iter) = 0;
  /// The length of the last step, along d.
  GRADTAPE_ARG(double, t) = 0;
  GRADTAPE_ARG(double, prev_loss) = 0;
  GRADTAPE_ARG(Tensor, d) = {};
  /// The scale of the first guess of the inverse Hessian, 0-d.
  GRADTAPE_ARG(Tensor, H_diag) = {};
  GRADTAPE_ARG(Tensor, prev_flat_grad) = {};
  /// As PyTorch's, whatever the name says: the changes of the gradient, y.
  GRADTAPE_ARG(std::deque<Tensor>, old_dirs);
  /// The steps, s.
  GRADTAPE_ARG(std::deque<Tensor>, old_stps);
  /// 1 / y^T s of each, 0-d.
  GRADTAPE_ARG(std::deque<Tensor>, ro);

 public:
  /// Shows the number of pairs as "num_old", then them as "old_dirs.0", "old_stps.0", "ro.0", ...
  void visit(FieldVisitor& visitor) override;
  DimVector field_sizes(const char* name, const Tensor& parameter) const override;
  // What must be there depends on n_iter and num_old, so load_state_dict sees to it.
  bool is_optional(const char*, const Tensor&) const override { return true; }

 private:
  int64_t numel_ = 0;
};

/// Limited-memory BFGS: p = p + t d with d = -H g, where H is the inverse Hessian as the last steps
/// s and changes y of the gradient tell it. For full batches; step() needs a closure that clears
/// the gradients, computes the loss and calls backward(), and calls it many times.
///
/// A parameter without a gradient stays where it is. If step() throws, whether the closure did or
/// the line search, parameters and state are as they were before it.
/// Source: Liu & Nocedal, "On the limited memory BFGS method for large scale optimization", Math.
///         Programming 45, 1989; Nocedal & Wright, "Numerical Optimization", 2nd edition,
///         algorithms 7.4 and 7.5, and the line search's 3.5 and 3.6. As PyTorch: the first step is
///         at most lr / |g|_1 long, a pair with y^T s <= 1e-10 is not kept, and without a line
///         search t is lr.
class LBFGS : public Optimizer {
 public:
  /// Throws: Error if there are several groups.
  LBFGS(std::vector<OptimizerParamGroup> param_groups, LBFGSOptions defaults = {});
  LBFGS(std::vector<Tensor> params, LBFGSOptions defaults = {});

  /// Up to max_iter iterations; returns the loss before the first.
  ///
  /// Throws: Error if there is no closure, it returns no loss, or parameters have been added since
  ///         the last call.
  Tensor step(LossClosure closure = nullptr) override;
  /// Throws: as Optimizer's, and Error if a part of the state is missing.
  void load_state_dict(const OrderedDict<std::string, Tensor>& dict) override;

 protected:
  std::unique_ptr<OptimizerParamState> make_state() const override;

 private:
  int64_t numel() const;
  void iterate(const LossClosure& closure, const Tensor& first_loss, LBFGSParamState& state);
  // The loss and the gradient of what descends, which is -loss with maximize.
  struct Value {
    double loss;
    Tensor grad;
  };
  Value value_of(const Tensor& loss) const;
  Tensor flat_grad() const;
  void move(double t, const Tensor& d);
  std::vector<Tensor> copy_of_parameters() const;
  void restore(const std::vector<Tensor>& values);
};

}  // namespace gradtape::optim
