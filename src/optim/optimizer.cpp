#include "gradtape/optim/optimizer.h"

#include <cstdlib>

#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/grad_mode.h"
#include "gradtape/ops/factory.h"

namespace gradtape::optim {

// -- options and states

void FieldVisitor::field(const char* name, std::tuple<double, double>& values) {
  field((std::string(name) + ".0").c_str(), std::get<0>(values));
  field((std::string(name) + ".1").c_str(), std::get<1>(values));
}

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
    : params_(other.params_), options_(other.options_ ? other.options_->clone() : nullptr) {}

OptimizerParamGroup& OptimizerParamGroup::operator=(OptimizerParamGroup other) noexcept {
  params_.swap(other.params_);
  options_.swap(other.options_);
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

void Optimizer::add_param_group(const OptimizerParamGroup& param_group) {
  OptimizerParamGroup group(param_group);
  if (!group.has_options()) group.set_options(defaults_->clone());
  group.options().check();
  const std::vector<Tensor> known = all_parameters();
  for (const Tensor& parameter : group.params()) {
    GRADTAPE_CHECK(parameter.is_leaf(), "can't optimize a non-leaf Tensor");
    for (const Tensor& other : known) {
      GRADTAPE_CHECK(!parameter.is_same(other),
                     "some parameters appear in more than one parameter group");
    }
  }
  param_groups_.push_back(std::move(group));
}

void Optimizer::add_parameters(const std::vector<Tensor>& parameters) {
  GRADTAPE_CHECK(!param_groups_.empty(), "Optimizer: there is no group to add parameters to");
  std::vector<Tensor>& params = param_groups_[0].params();
  params.insert(params.end(), parameters.begin(), parameters.end());
}

void Optimizer::zero_grad() {
  for (const OptimizerParamGroup& group : param_groups_) {
    for (const Tensor& parameter : group.params()) autograd::zero_grad(parameter);
  }
}

void Optimizer::check_gradients() const {
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

NoGrad::NoGrad() : before_(GradMode::is_enabled()) { GradMode::set_enabled(false); }
NoGrad::~NoGrad() { GradMode::set_enabled(before_); }

Tensor evaluate(const Optimizer::LossClosure& closure) {
  if (!closure) return {};
  const AutoGradMode with_gradients(true);
  return closure();
}

}  // namespace detail

// -- state by name

namespace {

class Writer : public FieldVisitor {
 public:
  Writer(OrderedDict<std::string, Tensor>& dict, std::string prefix)
      : dict_(dict), prefix_(std::move(prefix)) {}
  using FieldVisitor::field;
  void field(const char* name, double& value) override { add(name, full({}, value, kFloat64)); }
  void field(const char* name, bool& value) override { add(name, full({}, value, kBool)); }
  void field(const char* name, int64_t& value) override { add(name, full({}, value, kInt64)); }
  void field(const char* name, Tensor& value) override {
    if (value.defined()) add(name, value);
  }

 private:
  void add(const char* name, const Tensor& value) { dict_.insert(prefix_ + name, value); }

  OrderedDict<std::string, Tensor>& dict_;
  std::string prefix_;
};

class Reader : public FieldVisitor {
 public:
  Reader(const OrderedDict<std::string, Tensor>& dict, std::string prefix, const Tensor& parameter)
      : dict_(dict), prefix_(std::move(prefix)), parameter_(parameter) {}
  using FieldVisitor::field;
  void field(const char* name, double& value) override { number(name, value); }
  void field(const char* name, bool& value) override { number(name, value); }
  void field(const char* name, int64_t& value) override { number(name, value); }
  void field(const char* name, Tensor& value) override {
    const Tensor* found = find(name);
    if (!found) return;
    GRADTAPE_CHECK(found->sizes() == parameter_.sizes(), "Optimizer: ", prefix_, name,
                   " must have the shape of its parameter (", parameter_.sizes(), "); got ",
                   found->sizes());
    value = found->detach().to(parameter_.dtype()).clone();
  }
  size_t found() const { return found_; }

 private:
  const Tensor* find(const char* name) {
    const Tensor* value = dict_.find(prefix_ + name);
    found_ += value != nullptr;
    return value;
  }
  template <class T>
  void number(const char* name, T& value) {
    if (const Tensor* found = find(name)) value = found->item<T>();
  }

  const OrderedDict<std::string, Tensor>& dict_;
  std::string prefix_;
  const Tensor& parameter_;
  size_t found_ = 0;
};

}  // namespace

OrderedDict<std::string, Tensor> Optimizer::state_dict() {
  OrderedDict<std::string, Tensor> dict;
  const std::vector<Tensor> parameters = all_parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    const auto found = state_.find(ParameterKey(parameters[i]));
    if (found == state_.end()) continue;
    Writer writer(dict, std::to_string(i) + '.');
    found->second->visit(writer);
  }
  return dict;
}

void Optimizer::load_state_dict(const OrderedDict<std::string, Tensor>& dict) {
  const NoGradGuard no_grad;
  StateMap loaded;
  size_t known = 0;
  const std::vector<Tensor> parameters = all_parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    std::unique_ptr<OptimizerParamState> state = make_state();
    if (!state) break;
    Reader reader(dict, std::to_string(i) + '.', parameters[i]);
    state->visit(reader);
    known += reader.found();
    if (reader.found() > 0) loaded.emplace(ParameterKey(parameters[i]), std::move(state));
  }
  GRADTAPE_CHECK(known == dict.size(), "Optimizer: the state has ", dict.size(),
                 " entries, of which the optimizer's ", parameters.size(), " parameters know ",
                 known);
  state_ = std::move(loaded);
}

}  // namespace gradtape::optim
