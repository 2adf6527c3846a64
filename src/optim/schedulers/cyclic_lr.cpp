#include "gradtape/optim/schedulers/cyclic_lr.h"

#include <cmath>

#include "optim/schedulers/schedule.h"

namespace gradtape::optim {

CyclicLR::CyclicLR(Optimizer& optimizer, const CyclicLROptions& options)
    : LRScheduler(optimizer),
      max_lrs_(options.max_lr().values("max_lr", optimizer)),
      mode_(options.mode()),
      gamma_(options.gamma()),
      scale_fn_(options.scale_fn()),
      scale_mode_(options.scale_mode()),
      cycle_momentum_(options.cycle_momentum()),
      base_momentums_(options.base_momentum().values("base_momentum", optimizer)),
      max_momentums_(options.max_momentum().values("max_momentum", optimizer)) {
  base_lrs_ = options.base_lr().values("base_lr", optimizer);
  if (!scale_fn_) {
    scale_mode_ =
        mode_ == CyclicMode::kExpRange ? CyclicScaleMode::kIterations : CyclicScaleMode::kCycle;
  }
  const int64_t up = options.step_size_up(), down = options.step_size_down().value_or(up);
  check_at_least_one("step_size_up", up);
  check_at_least_one("step_size_down", down);
  total_size_ = static_cast<double>(up) + static_cast<double>(down);
  step_ratio_ = static_cast<double>(up) / total_size_;
  CyclicLR::check();
  step();
}

void CyclicLR::check() const {
  LRScheduler::check();
  check_length("max_lr", max_lrs_.size(), optimizer());
  for (double lr : base_lrs_) check_at_least_zero("base_lr", lr);
  for (double lr : max_lrs_) check_at_least_zero("max_lr", lr);
  check_at_least_zero("gamma", gamma_);
  GRADTAPE_CHECK(total_size_ >= 2, "Invalid total_size: ", total_size_, "; it must be at least 2");
  GRADTAPE_CHECK(step_ratio_ > 0 && step_ratio_ < 1, "Invalid step_ratio: ", step_ratio_,
                 "; it must be in (0, 1)");
  check_enum("mode", mode_, 3);
  check_enum("scale_mode", scale_mode_, 2);
  if (cycle_momentum_) check_momentums(optimizer(), base_momentums_, max_momentums_);
}

void CyclicLR::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visit_list(visitor, "max_lrs", max_lrs_);
  visitor.field("total_size", total_size_);
  visitor.field("step_ratio", step_ratio_);
  visit_enum(visitor, "mode", mode_);
  visitor.field("gamma", gamma_);
  visit_enum(visitor, "scale_mode", scale_mode_);
  visitor.field("cycle_momentum", cycle_momentum_);
  visit_list(visitor, "base_momentums", base_momentums_);
  visit_list(visitor, "max_momentums", max_momentums_);
}

double CyclicLR::scale(double cycle) const {
  if (scale_fn_) return scale_fn_(scale_mode_ == CyclicScaleMode::kCycle ? cycle : step_count_);
  switch (mode_) {
    case CyclicMode::kTriangular2:
      return 1 / std::pow(2., cycle - 1);
    case CyclicMode::kExpRange:
      return std::pow(gamma_, step_count_);
    default:
      return 1;
  }
}

std::vector<double> CyclicLR::get_lrs() {
  check_length("max_lr", max_lrs_.size(), optimizer());
  const double cycles = step_count_ / total_size_;
  const double cycle = std::floor(1 + cycles);
  const double x = 1 + cycles - cycle;
  const double height = x <= step_ratio_ ? x / step_ratio_ : (x - 1) / (step_ratio_ - 1);
  const double scaled = scale(cycle);
  std::vector<double> lrs = base_lrs_, momentums = max_momentums_;
  for (size_t i = 0; i < lrs.size(); ++i) {
    lrs[i] += (max_lrs_[i] - base_lrs_[i]) * height * scaled;
    momentums[i] -= (max_momentums_[i] - base_momentums_[i]) * height * scaled;
  }
  if (cycle_momentum_) set_momentums(optimizer(), momentums);
  return lrs;
}

}  // namespace gradtape::optim
