#include "gradtape/optim/schedulers/step_lr.h"

#include <algorithm>
#include <cmath>

#include "optim/schedulers/schedule.h"

namespace gradtape::optim {

StepLR::StepLR(Optimizer& optimizer, int64_t step_size, double gamma)
    : LRScheduler(optimizer), step_size_(step_size), gamma_(gamma) {
  StepLR::check();
  step();
}

void StepLR::check() const {
  LRScheduler::check();
  check_at_least_one("step_size", step_size_);
  check_at_least_zero("gamma", gamma_);
}

void StepLR::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visitor.field("step_size", step_size_);
  visitor.field("gamma", gamma_);
}

std::vector<double> StepLR::get_lrs() {
  return scaled_lrs(step_count_ > 0 && step_count_ % step_size_ == 0 ? gamma_ : 1);
}

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma)
    : LRScheduler(optimizer), milestones_(std::move(milestones)), gamma_(gamma) {
  MultiStepLR::check();
  step();
}

void MultiStepLR::check() const {
  LRScheduler::check();
  for (int64_t milestone : milestones_)
    GRADTAPE_CHECK(milestone >= 0, "Invalid milestone: ", milestone, "; it must be at least 0");
  check_at_least_zero("gamma", gamma_);
}

void MultiStepLR::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visit_list(visitor, "milestones", milestones_);
  visitor.field("gamma", gamma_);
}

std::vector<double> MultiStepLR::get_lrs() {
  const auto times = std::count(milestones_.begin(), milestones_.end(), step_count_);
  return scaled_lrs(std::pow(gamma_, times));
}

}  // namespace gradtape::optim
