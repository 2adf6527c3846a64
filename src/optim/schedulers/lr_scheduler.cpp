#include "gradtape/optim/schedulers/lr_scheduler.h"

#include "optim/schedulers/schedule.h"

namespace gradtape::optim {

LRScheduler::LRScheduler(Optimizer& optimizer) : optimizer_(optimizer) {
  for (const OptimizerParamGroup& group : optimizer_.param_groups())
    base_lrs_.push_back(group.initial_lr().value_or(group.options().get_lr()));
  last_lrs_ = get_current_lrs();
}

void LRScheduler::step() {
  set_lrs(get_lrs());
  ++step_count_;
}

void LRScheduler::rewind() {
  set_lrs(base_lrs_);
  step_count_ = 0;
}

std::vector<double> LRScheduler::get_current_lrs() const {
  std::vector<double> lrs;
  for (const OptimizerParamGroup& group : optimizer_.param_groups())
    lrs.push_back(group.options().get_lr());
  return lrs;
}

std::vector<double> LRScheduler::scaled_lrs(double factor) const {
  std::vector<double> lrs = get_current_lrs();
  for (double& lr : lrs) lr *= factor;
  return lrs;
}

void LRScheduler::set_lrs(const std::vector<double>& lrs) {
  std::vector<OptimizerParamGroup>& groups = optimizer_.param_groups();
  GRADTAPE_CHECK(lrs.size() == groups.size(),
                 "Number of learning rates not equal to the number of param groups\n"
                 "Number of learning rates given: ",
                 lrs.size(), "\nNumber of param groups: ", groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    // A group that came later.
    if (i == base_lrs_.size())
      base_lrs_.push_back(groups[i].initial_lr().value_or(groups[i].options().get_lr()));
    if (!groups[i].initial_lr()) groups[i].set_initial_lr(base_lrs_[i]);
    groups[i].options().set_lr(lrs[i]);
  }
  last_lrs_ = lrs;
}

void LRScheduler::visit(FieldVisitor& visitor) {
  int64_t count = step_count_;
  visitor.field("step_count", count);
  GRADTAPE_CHECK(count >= 0, "Invalid step_count: ", count, "; it must be at least 0");
  step_count_ = static_cast<unsigned>(count);
  visit_list(visitor, "base_lrs", base_lrs_);
  visit_list(visitor, "last_lr", last_lrs_);
}

void LRScheduler::check() const {
  check_length("base_lrs", base_lrs_.size(), optimizer_);
  check_length("last_lr", last_lrs_.size(), optimizer_);
}

}  // namespace gradtape::optim
