#include <set>
#include <string>
#include <vector>

#include "optim/field_io.h"
#include "optim/schedulers/schedule.h"

#include "gradtape/autograd/grad_mode.h"
#include "gradtape/ops/reduce.h"

// Schedulers by the names of their fields: saving and loading.
namespace gradtape::optim {

namespace {

using Dict = OrderedDict<std::string, Tensor>;

// Unlike an optimizer's options, every field must be there.
class SchedulerReader : public FieldReader {
 public:
  using FieldReader::field;
  using FieldReader::FieldReader;
  void field(const char* name, Tensor& value) override {
    const Tensor* found = find(name);
    GRADTAPE_CHECK(found->dim() == 1, "load_state_dict: ", name, " must be a list; got shape ",
                   found->sizes());
    value = found->detach().to(value.dtype()).clone();
  }

 protected:
  const Tensor* find(const char* name) override {
    const Tensor* found = FieldReader::find(name);
    GRADTAPE_CHECK(found, "load_state_dict: the state of this scheduler must have ", name,
                   ", which is missing");
    return found;
  }
};

void read(SchedulerState& scheduler, const Dict& dict) {
  std::set<std::string> known;
  SchedulerReader reader(dict, "", known);
  scheduler.visit(reader);
  for (const auto& entry : dict) {
    GRADTAPE_CHECK(known.contains(entry.key()), "load_state_dict: ", entry.key(),
                   " is no state of this scheduler");
  }
  scheduler.check();
}

template <class T>
void visit_vector(FieldVisitor& visitor, const char* name, std::vector<T>& values,
                  ScalarType dtype) {
  Tensor list = empty({static_cast<int64_t>(values.size())}, dtype);
  std::copy(values.begin(), values.end(), list.data_ptr<T>());
  visitor.field(name, list);
  values.assign(list.data_ptr<T>(), list.data_ptr<T>() + list.numel());
}

// Shows the fields under longer names.
class PrefixVisitor : public FieldVisitor {
 public:
  PrefixVisitor(FieldVisitor& visitor, std::string prefix)
      : visitor_(visitor), prefix_(std::move(prefix)) {}
  using FieldVisitor::field;
  void field(const char* name, double& value) override { show(name, value); }
  void field(const char* name, bool& value) override { show(name, value); }
  void field(const char* name, int64_t& value) override { show(name, value); }
  void field(const char* name, Tensor& value) override { show(name, value); }

 private:
  template <class T>
  void show(const char* name, T& value) {
    visitor_.field((prefix_ + name).c_str(), value);
  }

  FieldVisitor& visitor_;
  std::string prefix_;
};

}  // namespace

Dict SchedulerState::state_dict() {
  Dict dict;
  FieldWriter writer(dict, "");
  visit(writer);
  return dict;
}

void SchedulerState::load_state_dict(const Dict& dict) {
  const NoGradGuard no_grad;
  for (const auto& entry : dict) {
    const Tensor& value = entry.value();
    GRADTAPE_CHECK(!value.is_floating_point() || !value.isnan().any().item<bool>(),
                   "load_state_dict: ", entry.key(), " must hold numbers; got nan");
    // Lists are rates and momenta; a single number, as the best metric so far, may be infinite.
    GRADTAPE_CHECK(value.dim() == 0 || !value.isinf().any().item<bool>(),
                   "load_state_dict: ", entry.key(), " must hold finite numbers; got inf");
  }
  const Dict before = state_dict();
  try {
    read(*this, dict);
  } catch (...) {
    read(*this, before);
    throw;
  }
}

void visit_list(FieldVisitor& visitor, const char* name, std::vector<double>& values) {
  visit_vector(visitor, name, values, kFloat64);
}
void visit_list(FieldVisitor& visitor, const char* name, std::vector<int64_t>& values) {
  visit_vector(visitor, name, values, kInt64);
}

void check_length(const char* name, size_t length, const Optimizer& optimizer) {
  GRADTAPE_CHECK(length == optimizer.param_groups().size(), "expected ",
                 optimizer.param_groups().size(), " values for ", name, ", got ", length,
                 "; there must be one for each group of the optimizer");
}

Optimizer& common_optimizer(const char* kind, const SchedulerList& schedulers) {
  GRADTAPE_CHECK(!schedulers.empty(), kind, " expects at least one scheduler; got none");
  for (size_t i = 0; i < schedulers.size(); ++i) {
    GRADTAPE_CHECK(schedulers[i], kind, " expects schedulers; got none at index ", i);
    GRADTAPE_CHECK(&schedulers[i]->optimizer() == &schedulers[0]->optimizer(), kind,
                   " expects all schedulers to belong to the same optimizer, but got schedulers at "
                   "index 0 and ",
                   i, " to be different");
  }
  return schedulers[0]->optimizer();
}

void visit_schedulers(FieldVisitor& visitor, const SchedulerList& schedulers) {
  for (size_t i = 0; i < schedulers.size(); ++i) {
    PrefixVisitor prefixed(visitor, "schedulers." + std::to_string(i) + '.');
    schedulers[i]->visit(prefixed);
  }
}

}  // namespace gradtape::optim
