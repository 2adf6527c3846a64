#include <set>
#include <string>
#include <vector>

#include "gradtape/autograd/grad_mode.h"
#include "gradtape/ops/factory.h"
#include "gradtape/optim/optimizer.h"

// Options and states by the names of their fields: comparing, saving, loading.
namespace gradtape::optim {

void FieldVisitor::field(const char* name, std::tuple<double, double>& values) {
  field((std::string(name) + ".0").c_str(), std::get<0>(values));
  field((std::string(name) + ".1").c_str(), std::get<1>(values));
}

DimVector OptimizerParamState::field_sizes(const char*, const Tensor& parameter) const {
  return parameter.sizes();
}

namespace {

using Dict = OrderedDict<std::string, Tensor>;

class Writer : public FieldVisitor {
 public:
  Writer(Dict& dict, std::string prefix) : dict_(dict), prefix_(std::move(prefix)) {}
  using FieldVisitor::field;
  void field(const char* name, double& value) override { add(name, full({}, value, kFloat64)); }
  void field(const char* name, bool& value) override { add(name, full({}, value, kBool)); }
  void field(const char* name, int64_t& value) override { add(name, full({}, value, kInt64)); }
  void field(const char* name, Tensor& value) override {
    if (value.defined()) add(name, value);
  }

 private:
  void add(const char* name, const Tensor& value) { dict_.insert(prefix_ + name, value); }

  Dict& dict_;
  std::string prefix_;
};

// Sets the fields that the dict has, and remembers their names.
class Reader : public FieldVisitor {
 public:
  Reader(const Dict& dict, std::string prefix, std::set<std::string>& known)
      : dict_(dict), prefix_(std::move(prefix)), known_(known) {}
  using FieldVisitor::field;
  void field(const char* name, double& value) override { number(name, value); }
  void field(const char* name, bool& value) override { number(name, value); }
  void field(const char* name, int64_t& value) override { number(name, value); }
  void field(const char*, Tensor&) override {}

 protected:
  const Tensor* find(const char* name) {
    const Tensor* value = dict_.find(prefix_ + name);
    if (value) known_.insert(prefix_ + name);
    return value;
  }
  const std::string& prefix() const { return prefix_; }

 private:
  template <class T>
  void number(const char* name, T& value) {
    const Tensor* found = find(name);
    if (!found) return;
    GRADTAPE_CHECK(found->numel() == 1, "load_state_dict: ", prefix_, name,
                   " must be a single number; got shape ", found->sizes());
    value = found->item<T>();
  }

  const Dict& dict_;
  std::string prefix_;
  std::set<std::string>& known_;
};

class StateReader : public Reader {
 public:
  StateReader(const Dict& dict, std::string prefix, std::set<std::string>& known,
              const Tensor& parameter, const OptimizerParamState& state)
      : Reader(dict, std::move(prefix), known), parameter_(parameter), state_(state) {}
  using Reader::field;
  void field(const char* name, Tensor& value) override {
    const Tensor* found = find(name);
    if (!found) return;
    const DimVector sizes = state_.field_sizes(name, parameter_);
    GRADTAPE_CHECK(found->sizes().equals(sizes), "load_state_dict: ", prefix(), name,
                   " must have the shape ", IntArrayRef(sizes), " for a parameter ", parameter_.sizes(),
                   "; got ", found->sizes());
    value = found->detach().to(parameter_.dtype()).clone();
  }

 private:
  const Tensor& parameter_;
  const OptimizerParamState& state_;
};

// The numbers of an options object, in the order of its fields.
class Numbers : public FieldVisitor {
 public:
  explicit Numbers(const OptimizerOptions& options) {
    options.clone()->visit(*this);  // visit() may write, so it is shown a copy
  }
  using FieldVisitor::field;
  void field(const char*, double& value) override { values.push_back(value); }
  void field(const char*, bool& value) override { values.push_back(value); }
  void field(const char*, int64_t& value) override { values.push_back(static_cast<double>(value)); }
  void field(const char*, Tensor&) override {}

  std::vector<double> values;
};

std::string group_prefix(size_t group) { return "param_groups." + std::to_string(group) + '.'; }

}  // namespace

namespace detail {

bool same_fields(const OptimizerOptions& a, const OptimizerOptions& b) {
  return Numbers(a).values == Numbers(b).values;
}

}  // namespace detail

Dict Optimizer::state_dict() {
  Dict dict;
  const std::vector<Tensor> parameters = all_parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    const auto found = state_.find(ParameterKey(parameters[i]));
    if (found == state_.end()) continue;
    Writer writer(dict, std::to_string(i) + '.');
    found->second->visit(writer);
  }
  for (size_t i = 0; i < param_groups_.size(); ++i) {
    Writer writer(dict, group_prefix(i));
    param_groups_[i].options().visit(writer);
  }
  return dict;
}

void Optimizer::load_state_dict(const Dict& dict) {
  const NoGradGuard no_grad;
  std::set<std::string> known;
  StateMap states;
  const std::vector<Tensor> parameters = all_parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    std::unique_ptr<OptimizerParamState> state = make_state();
    if (!state) break;
    const size_t before = known.size();
    StateReader reader(dict, std::to_string(i) + '.', known, parameters[i], *state);
    state->visit(reader);
    if (known.size() > before) states.emplace(ParameterKey(parameters[i]), std::move(state));
  }
  const auto read_group = [&](size_t group, OptimizerOptions& options) {
    Reader reader(dict, group_prefix(group), known);
    options.visit(reader);
    options.check();
  };
  for (size_t i = 0; i < param_groups_.size(); ++i)
    read_group(i, *param_groups_[i].options().clone());
  for (const auto& entry : dict) {
    GRADTAPE_CHECK(known.contains(entry.key()), "load_state_dict: ", entry.key(),
                   " is no state of this optimizer with ", parameters.size(), " parameters in ",
                   param_groups_.size(), " groups");
  }
  // All is well: nothing below throws.
  state_ = std::move(states);
  for (size_t i = 0; i < param_groups_.size(); ++i) read_group(i, param_groups_[i].options());
}

}  // namespace gradtape::optim
