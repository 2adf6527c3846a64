#include "gradtape/optim/schedulers/per_group.h"

#include "optim/schedulers/schedule.h"

namespace gradtape::optim {

std::vector<double> PerGroup::values(const char* name, const Optimizer& optimizer) const {
  if (!is_list_) return std::vector<double>(optimizer.param_groups().size(), values_[0]);
  check_length(name, values_.size(), optimizer);
  return values_;
}

}  // namespace gradtape::optim
