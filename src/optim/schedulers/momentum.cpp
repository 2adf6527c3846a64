#include <string>
#include <vector>

#include "optim/schedulers/schedule.h"

// The momentum of any optimizer, by the name of its option.
namespace gradtape::optim {

namespace {

// Finds a number by its name, and replaces it if asked to.
class FieldFinder : public FieldVisitor {
 public:
  explicit FieldFinder(const char* name) : name_(name) {}
  using FieldVisitor::field;
  void field(const char* name, double& value) override {
    if (name != name_) return;
    found = true;
    if (replace) value = number;
    number = value;
  }
  void field(const char*, bool&) override {}
  void field(const char*, int64_t&) override {}
  void field(const char*, Tensor&) override {}

  bool found = false, replace = false;
  double number = 0;

 private:
  std::string name_;
};

// The field's value; false if the options have none of that name.
bool get_field(const OptimizerOptions& options, const char* name, double& value) {
  FieldFinder finder(name);
  options.clone()->visit(finder);  // visit() may write, so it is shown a copy
  if (finder.found) value = finder.number;
  return finder.found;
}

void set_field(OptimizerOptions& options, const char* name, double value) {
  FieldFinder finder(name);
  finder.replace = true;
  finder.number = value;
  options.visit(finder);
}

}  // namespace

const char* momentum_field(const Optimizer& optimizer) {
  double value = 0;
  if (get_field(optimizer.defaults(), "betas.0", value)) return "betas.0";
  if (get_field(optimizer.defaults(), "momentum", value)) return "momentum";
  return nullptr;
}

void check_momentums(const Optimizer& optimizer, const std::vector<double>& base,
                     const std::vector<double>& max) {
  GRADTAPE_CHECK(
      momentum_field(optimizer),
      "optimizer must support momentum with `cycle_momentum` option enabled; it must have "
      "the option momentum or betas");
  const auto check = [&](const char* name, const std::vector<double>& momentums) {
    check_length(name, momentums.size(), optimizer);
    for (double momentum : momentums) {
      GRADTAPE_CHECK(momentum >= 0 && momentum < 1, "Invalid ", name, ": ", momentum,
                     "; it must be in [0, 1)");
    }
  };
  check("base_momentum", base);
  check("max_momentum", max);
}

void set_momentums(Optimizer& optimizer, const std::vector<double>& momentums) {
  const char* field = momentum_field(optimizer);
  for (size_t i = 0; i < momentums.size(); ++i)
    set_field(optimizer.param_groups()[i].options(), field, momentums[i]);
}

}  // namespace gradtape::optim
