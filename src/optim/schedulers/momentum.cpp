#include <vector>

#include "optim/field_io.h"
#include "optim/schedulers/schedule.h"

// The momentum of any optimizer, by the name of its option.
namespace gradtape::optim {

const char* momentum_field(const Optimizer& optimizer) {
  const auto options = optimizer.defaults().clone();  // visit() may write, so it is shown a copy
  for (const char* name : {"betas.0", "momentum"})
    if (with_option<double>(*options, name, [](double) {})) return name;
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
    with_option<double>(optimizer.param_groups()[i].options(), field,
                        [&](double& value) { value = momentums[i]; });
}

}  // namespace gradtape::optim
