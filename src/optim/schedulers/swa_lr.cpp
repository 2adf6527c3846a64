#include "gradtape/optim/schedulers/swa_lr.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "optim/schedulers/schedule.h"

namespace gradtape::optim::swa_utils {

SWALR::SWALR(Optimizer& optimizer, const PerGroup& swa_lr, int64_t anneal_epochs,
             AnnealStrategy anneal_strategy)
    : LRScheduler(optimizer),
      swa_lrs_(swa_lr.values("swa_lr", optimizer)),
      anneal_epochs_(anneal_epochs),
      anneal_strategy_(anneal_strategy) {
  SWALR::check();
  step();
}

void SWALR::check() const {
  LRScheduler::check();
  check_length("swa_lr", swa_lrs_.size(), optimizer());
  for (double lr : swa_lrs_) check_at_least_zero("swa_lr", lr);
  GRADTAPE_CHECK(anneal_epochs_ >= 0, "anneal_epochs must be equal or greater than 0, got ",
                 anneal_epochs_);
  check_enum("anneal_strategy", anneal_strategy_, 2);
}

void SWALR::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visit_list(visitor, "swa_lr", swa_lrs_);
  visitor.field("anneal_epochs", anneal_epochs_);
  visit_enum(visitor, "anneal_strategy", anneal_strategy_);
}

// How much of the way to swa_lr is behind at this step.
double SWALR::alpha(double step) const {
  const auto epochs = static_cast<double>(std::max<int64_t>(1, anneal_epochs_));
  const double t = std::clamp(step / epochs, 0., 1.);
  return anneal_strategy_ == AnnealStrategy::kLinear ? t : (1 - std::cos(std::numbers::pi * t)) / 2;
}

std::vector<double> SWALR::get_lrs() {
  check_length("swa_lr", swa_lrs_.size(), optimizer());
  const double step = anneal_epochs_ == 0 ? std::max(1u, step_count_) : step_count_;
  const double before = alpha(step - 1), now = alpha(step);
  std::vector<double> lrs = get_current_lrs();
  for (size_t i = 0; i < lrs.size(); ++i) {
    // Where the way began, seen from the rate in force.
    const double start = before == 1 ? swa_lrs_[i] : (lrs[i] - before * swa_lrs_[i]) / (1 - before);
    lrs[i] = swa_lrs_[i] * now + start * (1 - now);
  }
  return lrs;
}

}  // namespace gradtape::optim::swa_utils
