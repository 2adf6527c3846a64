#include "gradtape/optim/optimizer.h"

#include <cstdlib>
#include <typeinfo>

#include "gradtape/autograd/autograd.h"

namespace gradtape::optim {

// -- options and states

std::unique_ptr<OptimizerOptions> OptimizerOptions::clone() const {
  gradtape::detail::fail(
      "clone() has not been implemented for torch::optim::OptimizerOptions. Subclass "
      "torch::optim::OptimizerCloneableOptions<Derived> instead of torch::optim::OptimizerOptions "
      "to inherit the ability to clone.");
}

double OptimizerOptions::get_lr() const {
  gradtape::detail::fail(
      "double get_lr() has not been overidden and implemented in subclass of "
      "torch::optim::OptimizerOptions, you must override it in your subclass.");
}

void OptimizerOptions::set_lr(double) {
  gradtape::detail::fail(
      "double set_lr() has not been overidden and implemented in subclass of "
      "torch::optim::OptimizerOptions, you must override it in your subclass.");
}

std::unique_ptr<OptimizerParamState> OptimizerParamState::clone() const {
  gradtape::detail::fail(
      "clone() has not been implemented for torch::optim::OptimizerParamState. Subclass "
      "torch::optim::OptimizerCloneableParamState<Derived> instead of "
      "torch::optim::OptimizerParamState to inherit the ability to clone.");
}

// -- groups

OptimizerParamGroup::OptimizerParamGroup(const OptimizerParamGroup& other)
    : params_(other.params_),
      options_(other.options_ ? other.options_->clone() : nullptr),
      initial_lr_(other.initial_lr_) {}

OptimizerParamGroup& OptimizerParamGroup::operator=(OptimizerParamGroup other) noexcept {
  params_.swap(other.params_);
  options_.swap(other.options_);
  initial_lr_.swap(other.initial_lr_);
  return *this;
}

OptimizerOptions& OptimizerParamGroup::options() {
  GRADTAPE_CHECK(has_options(), "OptimizerParamGroup: the group has no options");
  return *options_;
}

const OptimizerOptions& OptimizerParamGroup::options() const {
  return const_cast<OptimizerParamGroup*>(this)->options();
}

ParameterKey::ParameterKey(const std::string& text) {
  char* end = nullptr;
  impl = reinterpret_cast<const void*>(std::strtoull(text.c_str(), &end, 16));
  GRADTAPE_CHECK(!text.empty() && *end == '\0', "Optimizer: a state's key must be an address; got ",
                 text);
}

// -- the optimizer

Optimizer::Optimizer(std::vector<OptimizerParamGroup> param_groups,
                     std::unique_ptr<OptimizerOptions> defaults)
    : defaults_(std::move(defaults)) {
  defaults_->check();
  for (const OptimizerParamGroup& group : param_groups) add_param_group(group);
}

Optimizer::Optimizer(std::vector<Tensor> parameters, std::unique_ptr<OptimizerOptions> defaults)
    : Optimizer(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(parameters))},
                std::move(defaults)) {}

void Optimizer::check_parameters(const std::vector<Tensor>& parameters, size_t group) const {
  std::unordered_map<const void*, size_t> groups;
  for (size_t i = 0; i < param_groups_.size(); ++i) {
    for (const Tensor& parameter : param_groups_[i].params())
      groups.emplace(parameter.unsafeGetTensorImpl(), i);
  }
  for (const Tensor& parameter : parameters) {
    GRADTAPE_CHECK(parameter.is_leaf(), "can't optimize a non-leaf Tensor");
    GRADTAPE_CHECK(parameter.is_floating_point(),
                   "can't optimize a Tensor of integers; a parameter must be floating point, got ",
                   parameter.dtype(), " ", parameter.sizes());
    const auto [known, fresh] = groups.emplace(parameter.unsafeGetTensorImpl(), group);
    // Python only warns of the second.
    GRADTAPE_CHECK(fresh, known->second == group
                              ? "optimizer contains a parameter group with duplicate parameters"
                              : "some parameters appear in more than one parameter group");
  }
}

void Optimizer::add_param_group(const OptimizerParamGroup& param_group) {
  OptimizerParamGroup group(param_group);
  if (!group.has_options()) group.set_options(defaults_->clone());
  const OptimizerOptions &options = group.options(), &defaults = *defaults_;
  GRADTAPE_CHECK(typeid(options) == typeid(defaults),
                 "a parameter group's options must be of the class of the optimizer's defaults");
  options.check();
  check_parameters(group.params(), param_groups_.size());
  param_groups_.push_back(std::move(group));
}

void Optimizer::add_parameters(const std::vector<Tensor>& parameters) {
  GRADTAPE_CHECK(!param_groups_.empty(), "Optimizer: there is no group to add parameters to");
  check_parameters(parameters, 0);
  std::vector<Tensor>& params = param_groups_[0].params();
  params.insert(params.end(), parameters.begin(), parameters.end());
}

void Optimizer::zero_grad() {
  for (const OptimizerParamGroup& group : param_groups_) {
    for (const Tensor& parameter : group.params()) autograd::zero_grad(parameter);
  }
}

void Optimizer::check_gradients() const {
  GRADTAPE_CHECK(size() > 0, "step: the optimizer got an empty parameter list");
  for (const OptimizerParamGroup& group : param_groups_) {
    for (const Tensor& parameter : group.params()) {
      const Tensor& grad = parameter.grad();
      GRADTAPE_CHECK(!grad.defined() || (grad.sizes().equals(parameter.sizes()) &&
                                         grad.dtype() == parameter.dtype()),
                     "step: a gradient must have its parameter's shape and dtype; got parameter ",
                     parameter.dtype(), " ", parameter.sizes(), ", gradient ", grad.dtype(), " ",
                     grad.sizes());
    }
  }
}

size_t Optimizer::size() const noexcept {
  size_t count = 0;
  for (const OptimizerParamGroup& group : param_groups_) count += group.params().size();
  return count;
}

std::vector<Tensor> Optimizer::all_parameters() const {
  std::vector<Tensor> result;
  for (const OptimizerParamGroup& group : param_groups_)
    result.insert(result.end(), group.params().begin(), group.params().end());
  return result;
}

namespace detail {

void Moved::save(const Tensor& parameter) {
  before_.emplace_back(parameter, parameter.detach().clone());
}

Moved::~Moved() {
  const NoGradGuard no_grad;
  // Backwards: a parameter that was moved twice was where it began the first time.
  for (auto entry = before_.rbegin(); entry != before_.rend(); ++entry)
    entry->first.copy_(entry->second);
}

Tensor evaluate(const Optimizer::LossClosure& closure) {
  if (!closure) return {};
  const AutoGradMode with_gradients(true);
  return closure();
}

}  // namespace detail

}  // namespace gradtape::optim
