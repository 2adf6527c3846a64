#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "optim/field_io.h"

#include "gradtape/autograd/grad_mode.h"
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

bool OptimizerParamState::is_optional(const char*, const Tensor&) const { return false; }

namespace {

using Dict = OrderedDict<std::string, Tensor>;

class StateReader : public FieldReader {
 public:
  StateReader(const Dict& dict, std::string prefix, std::set<std::string>& known,
              const Tensor& parameter, const OptimizerParamState& state)
      : FieldReader(dict, std::move(prefix), known), parameter_(parameter), state_(state) {}
  using FieldReader::field;
  void field(const char* name, double& value) override {
    FieldReader::field(name, value);
    GRADTAPE_CHECK(!std::isnan(value), "load_state_dict: ", prefix(), name,
                   " must be a number; got nan");
  }
  void field(const char* name, int64_t& value) override {
    FieldReader::field(name, value);
    GRADTAPE_CHECK(value >= 0, "load_state_dict: ", prefix(), name, " must be at least 0; got ",
                   value);
    if (std::string_view(name) == "step") began_ = value > 0;
  }
  void field(const char* name, Tensor& value) override {
    // Before the first step, and of an empty parameter, there is nothing to remember.
    const bool needed = began_ && parameter_.numel() > 0 && !state_.is_optional(name, parameter_);
    const Tensor* found = look_up(name, needed);
    if (!found) return;
    value = saved_state(prefix() + name, *found, state_.field_sizes(name, parameter_), parameter_);
  }

  bool found() const { return found_; }
  // A name that a dict with any part of the state must have, but has not; else empty.
  std::string missing() const { return found_ ? missing_ : ""; }

 protected:
  const Tensor* find(const char* name) override { return look_up(name, /*needed=*/true); }

 private:
  const Tensor* look_up(const char* name, bool needed) {
    const Tensor* value = FieldReader::find(name);
    found_ = found_ || value;
    if (!value && needed && missing_.empty()) missing_ = prefix() + name;
    return value;
  }

  const Tensor& parameter_;
  const OptimizerParamState& state_;
  bool began_ = true, found_ = false;
  std::string missing_;
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

// All options of a group, or none: some are what another optimizer has in common with this one.
void check_complete(size_t number, OptimizerParamGroup& group, const Dict& dict) {
  Dict all;
  FieldWriter writer(all, group_prefix(number));
  group.options().visit(writer);
  std::string present, missing;
  for (const auto& option : all) (dict.contains(option.key()) ? present : missing) = option.key();
  GRADTAPE_CHECK(present.empty() || missing.empty(), "load_state_dict: ", missing,
                 " is missing: this is the state of another optimizer");
}

}  // namespace

namespace detail {

std::string next_field(const char*& members) {
  const std::string_view rest = members;
  const size_t end = std::min(rest.find(','), rest.size());
  members += std::min(rest.find_first_not_of(", ", end), rest.size());
  return std::string(rest.substr(0, end - 1));
}

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
    FieldWriter writer(dict, std::to_string(i) + '.');
    found->second->visit(writer);
  }
  for (size_t i = 0; i < param_groups_.size(); ++i) {
    FieldWriter writer(dict, group_prefix(i));
    param_groups_[i].options().visit(writer);
    if (std::optional<double> initial = param_groups_[i].initial_lr())
      writer.field("initial_lr", *initial);
  }
  return dict;
}

void Optimizer::load_state_dict(const Dict& dict) {
  const NoGradGuard no_grad;
  std::set<std::string> known;
  StateMap states;
  std::string missing;
  const std::vector<Tensor> parameters = all_parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    std::unique_ptr<OptimizerParamState> state = make_state();
    if (!state) break;
    StateReader reader(dict, std::to_string(i) + '.', known, parameters[i], *state);
    state->visit(reader);
    if (reader.found()) states.emplace(ParameterKey(parameters[i]), std::move(state));
    if (missing.empty()) missing = reader.missing();
  }
  const auto read_group = [&](size_t number, OptimizerParamGroup& group) {
    FieldReader reader(dict, group_prefix(number), known);
    group.options().visit(reader);
    group.options().check();
    if (!dict.contains(group_prefix(number) + "initial_lr")) return;
    double initial = 0;
    reader.field("initial_lr", initial);
    GRADTAPE_CHECK(std::isfinite(initial), "load_state_dict: ", group_prefix(number),
                   "initial_lr must be finite; got ", initial);
    group.set_initial_lr(initial);
  };
  for (size_t i = 0; i < param_groups_.size(); ++i) {
    OptimizerParamGroup copy(param_groups_[i]);
    read_group(i, copy);
  }
  for (const auto& entry : dict) {
    GRADTAPE_CHECK(known.contains(entry.key()), "load_state_dict: ", entry.key(),
                   " is no state of this optimizer with ", parameters.size(), " parameters in ",
                   param_groups_.size(), " groups");
  }
  GRADTAPE_CHECK(missing.empty(), "load_state_dict: ", missing,
                 " is missing, of a parameter whose state has other entries");
  for (size_t i = 0; i < param_groups_.size(); ++i) check_complete(i, param_groups_[i], dict);
  // All is well: nothing below throws.
  state_ = std::move(states);
  for (size_t i = 0; i < param_groups_.size(); ++i) read_group(i, param_groups_[i]);
}

}  // namespace gradtape::optim
