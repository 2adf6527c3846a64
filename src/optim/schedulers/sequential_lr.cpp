#include "gradtape/optim/schedulers/sequential_lr.h"

#include <algorithm>

#include "optim/schedulers/schedule.h"

namespace gradtape::optim {

SequentialLR::SequentialLR(Optimizer& optimizer,
                           std::vector<std::shared_ptr<LRScheduler>> schedulers,
                           std::vector<int64_t> milestones)
    : LRScheduler(optimizer),
      schedulers_(std::move(schedulers)),
      milestones_(std::move(milestones)) {
  GRADTAPE_CHECK(&common_optimizer("SequentialLR", schedulers_) == &optimizer,
                 "SequentialLR expects all schedulers to belong to the same optimizer, but got "
                 "schedulers of another than the optimizer passed in");
  SequentialLR::check();
  step();
}

void SequentialLR::check() const {
  LRScheduler::check();
  GRADTAPE_CHECK(
      milestones_.size() + 1 == schedulers_.size(),
      "SequentialLR expects number of schedulers provided to be one more than the number "
      "of milestone points, but got number of schedulers ",
      schedulers_.size(), " and the number of milestones to be equal to ", milestones_.size());
  for (size_t i = 0; i < milestones_.size(); ++i) {
    const int64_t before = i == 0 ? 0 : milestones_[i - 1];
    GRADTAPE_CHECK(milestones_[i] > before, "Invalid milestone at index ", i, ": ", milestones_[i],
                   "; it must be greater than ", before);
  }
  for (const auto& scheduler : schedulers_) scheduler->check();
}

void SequentialLR::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visit_list(visitor, "milestones", milestones_);
  visit_schedulers(visitor, schedulers_);
}

std::vector<double> SequentialLR::get_lrs() {
  const auto after = std::upper_bound(milestones_.begin(), milestones_.end(), step_count_);
  LRScheduler& scheduler = *schedulers_[static_cast<size_t>(after - milestones_.begin())];
  if (step_count_ == 0) {
    scheduler.rewind();
    scheduler.step_count_ = 0;
    // Not the scheduler's own: a OneCycleLR made after it has set others.
    set_lrs(base_lrs_);
  } else if (after != milestones_.begin() && *(after - 1) == step_count_) {
    scheduler.rewind();
  }
  scheduler.step();
  return get_current_lrs();
}

}  // namespace gradtape::optim
