#include "gradtape/optim/schedulers/chained_scheduler.h"

#include "optim/schedulers/schedule.h"

namespace gradtape::optim {

ChainedScheduler::ChainedScheduler(std::vector<std::shared_ptr<LRScheduler>> schedulers)
    : LRScheduler(common_optimizer("ChainedScheduler", schedulers)),
      schedulers_(std::move(schedulers)) {}

void ChainedScheduler::check() const {
  LRScheduler::check();
  for (const auto& scheduler : schedulers_) scheduler->check();
}

void ChainedScheduler::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visit_schedulers(visitor, schedulers_);
}

std::vector<double> ChainedScheduler::get_lrs() {
  for (const auto& scheduler : schedulers_) scheduler->step();
  return get_current_lrs();
}

void ChainedScheduler::rewind() {
  for (const auto& scheduler : schedulers_) scheduler->rewind();
  step_count_ = 0;
}

}  // namespace gradtape::optim
