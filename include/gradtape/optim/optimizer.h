#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gradtape/autograd/grad_mode.h"
#include "gradtape/core/ordered_dict.h"
#include "gradtape/ops/tensor.h"
#include "gradtape/optim/options.h"

namespace gradtape::optim {

/// Parameters that share options; without options of its own it gets the optimizer's defaults.
class OptimizerParamGroup {
 public:
  OptimizerParamGroup(std::vector<Tensor> params) : params_(std::move(params)) {}
  OptimizerParamGroup(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> options)
      : params_(std::move(params)), options_(std::move(options)) {}
  OptimizerParamGroup(const OptimizerParamGroup& other);
  OptimizerParamGroup(OptimizerParamGroup&&) = default;
  OptimizerParamGroup& operator=(OptimizerParamGroup other) noexcept;

  bool has_options() const { return options_ != nullptr; }
  /// Throws: Error if there are none.
  OptimizerOptions& options();
  const OptimizerOptions& options() const;
  void set_options(std::unique_ptr<OptimizerOptions> options) { options_ = std::move(options); }
  std::vector<Tensor>& params() { return params_; }
  const std::vector<Tensor>& params() const { return params_; }
  /// The learning rate from before the first scheduler moved it: what all schedulers of an
  /// optimizer start from. Theirs to set; saved with the options.
  std::optional<double> initial_lr() const { return initial_lr_; }
  void set_initial_lr(double lr) { initial_lr_ = lr; }

 private:
  std::vector<Tensor> params_;
  std::unique_ptr<OptimizerOptions> options_;
  std::optional<double> initial_lr_;
};

/// A parameter as the key of its state: the address of what the Tensor points to, also in the
/// text form that libtorch 1.13 uses ("0x55...").
struct ParameterKey {
  ParameterKey(const void* impl) : impl(impl) {}
  ParameterKey(const Tensor& parameter) : impl(parameter.unsafeGetTensorImpl()) {}
  /// Throws: Error if the text is no address.
  ParameterKey(const std::string& text);
  bool operator==(const ParameterKey&) const = default;

  const void* impl;
};
struct ParameterKeyHash {
  size_t operator()(const ParameterKey& key) const noexcept {
    return std::hash<const void*>()(key.impl);
  }
};
using StateMap =
    std::unordered_map<ParameterKey, std::unique_ptr<OptimizerParamState>, ParameterKeyHash>;

/// Changes parameters along their gradients. Concrete optimizers derive from FormulaOptimizer
/// below; a program's own may derive from this.
class Optimizer {
 public:
  using LossClosure = std::function<Tensor()>;

  /// Throws: Error if an option has no meaning, a parameter is no leaf, holds integers or
  /// comes twice, in one group or in two.
  Optimizer(std::vector<OptimizerParamGroup> param_groups,
            std::unique_ptr<OptimizerOptions> defaults);
  Optimizer(std::vector<Tensor> parameters, std::unique_ptr<OptimizerOptions> defaults);
  Optimizer(const Optimizer&) = delete;
  Optimizer(Optimizer&&) = default;
  virtual ~Optimizer() = default;

  /// One update of every parameter that has a gradient. A closure computes the loss and its
  /// gradients first, and the loss is returned.
  ///
  /// Throws: Error, before any parameter has moved, if there are no parameters, or if a gradient
  ///         has another shape or dtype than its parameter.
  virtual Tensor step(LossClosure closure = nullptr) = 0;
  /// As in 1.13, gradients stay defined and become zero.
  void zero_grad();

  /// Throws: as the constructor, and Error if its options are another optimizer's.
  void add_param_group(const OptimizerParamGroup& param_group);
  /// Adds to the first group. Throws: as the constructor.
  void add_parameters(const std::vector<Tensor>& parameters);
  /// Those of the first group.
  const std::vector<Tensor>& parameters() const noexcept { return param_groups_[0].params(); }
  std::vector<Tensor>& parameters() noexcept { return param_groups_[0].params(); }
  /// Parameters of all groups.
  size_t size() const noexcept;
  OptimizerOptions& defaults() noexcept { return *defaults_; }
  const OptimizerOptions& defaults() const noexcept { return *defaults_; }
  std::vector<OptimizerParamGroup>& param_groups() noexcept { return param_groups_; }
  const std::vector<OptimizerParamGroup>& param_groups() const noexcept { return param_groups_; }
  StateMap& state() noexcept { return state_; }
  const StateMap& state() const noexcept { return state_; }

  /// The state as tensors, named by the parameter's number and the field: "0.step" (0-d, int64),
  /// "0.exp_avg", ... in the order of the parameters; then each group's options:
  /// "param_groups.0.lr" (0-d). Tensors are shared, not copied.
  virtual OrderedDict<std::string, Tensor> state_dict();
  /// Restores what state_dict gave; the optimizer must have the same parameters. A group whose
  /// options are not in it keeps its own.
  ///
  /// Throws: Error, before anything has changed, if a name is unknown, a shape differs, an option
  ///         has no meaning, or a part of a group's options or of a parameter's state is missing.
  virtual void load_state_dict(const OrderedDict<std::string, Tensor>& dict);

 protected:
  // What step() says it throws.
  void check_gradients() const;
  // A fresh state of the optimizer's kind; null if it has none to load.
  virtual std::unique_ptr<OptimizerParamState> make_state() const { return nullptr; }

  std::vector<OptimizerParamGroup> param_groups_;
  StateMap state_;
  std::unique_ptr<OptimizerOptions> defaults_;

 private:
  std::vector<Tensor> all_parameters() const;
  // Throws unless these can be added to the parameters of this group, which may be a new one.
  void check_parameters(const std::vector<Tensor>& parameters, size_t group) const;
};

/// What an optimizer is besides its formula: it walks the groups, skips parameters without a
/// gradient, counts steps and keeps the states. A derived class is its Options (with a member
/// uses_state() if some of them do without a state), its State (with a member step() if it counts)
/// and update(); its constructors are these.
template <class Options, class State>
class FormulaOptimizer : public Optimizer {
 public:
  FormulaOptimizer(std::vector<OptimizerParamGroup> param_groups, Options defaults = {})
      : Optimizer(std::move(param_groups), std::make_unique<Options>(std::move(defaults))) {}
  FormulaOptimizer(std::vector<Tensor> params, Options defaults = {})
      : Optimizer(std::move(params), std::make_unique<Options>(std::move(defaults))) {}

  Tensor step(LossClosure closure = nullptr) override;

 protected:
  /// One step of one parameter, in place; nothing is recorded meanwhile.
  virtual void update(Tensor& parameter, const Tensor& grad, State& state,
                      const Options& options) = 0;
  std::unique_ptr<OptimizerParamState> make_state() const override {
    return std::make_unique<State>();
  }
};

namespace detail {
// The closure's loss, with gradients on; undefined if there is no closure.
Tensor evaluate(const Optimizer::LossClosure& closure);
// Parameters that are moved for a while: they are back, bit for bit, when it goes.
class Moved {
 public:
  Moved() = default;
  Moved(const Moved&) = delete;
  ~Moved();

 protected:
  // Before it is moved.
  void save(const Tensor& parameter);

 private:
  std::vector<std::pair<Tensor, Tensor>> before_;
};
}  // namespace detail

template <class Options, class State>
Tensor FormulaOptimizer<Options, State>::step(LossClosure closure) {
  const NoGradGuard no_grad;
  Tensor loss = detail::evaluate(closure);
  check_gradients();
  for (OptimizerParamGroup& group : param_groups_) {
    const auto& options = static_cast<const Options&>(group.options());
    for (Tensor& parameter : group.params()) {
      const Tensor& grad = parameter.grad();
      if (!grad.defined()) continue;
      if constexpr (requires { options.uses_state(); }) {
        if (!options.uses_state()) {
          State none;
          update(parameter, grad, none, options);
          continue;
        }
      }
      auto& state = state_[ParameterKey(parameter)];
      if (!state) state = std::make_unique<State>();
      auto& typed = static_cast<State&>(*state);
      if constexpr (requires { typed.step(typed.step() + 1); }) typed.step(typed.step() + 1);
      update(parameter, grad, typed, options);
    }
  }
  return loss;
}

}  // namespace gradtape::optim
