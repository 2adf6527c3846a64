#include "gradtape/optim/schedulers/per_group.h"

#include <cmath>

#include "optim/schedulers/schedule.h"

namespace gradtape::optim {

std::vector<double> PerGroup::values(const char* name, const Optimizer& optimizer) const {
  for (double value : values_)
    GRADTAPE_CHECK(std::isfinite(value), "Invalid ", name, ": ", value, "; it must be finite");
  if (!is_list_) return std::vector<double>(optimizer.param_groups().size(), values_[0]);
  check_length(name, values_.size(), optimizer);
  return values_;
}

}  // namespace gradtape::optim
