#include "gradtape/optim/schedulers/cosine_annealing_lr.h"

#include <cmath>
#include <numbers>

#include "optim/schedulers/schedule.h"

namespace gradtape::optim {

using std::numbers::pi;

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min)
    : LRScheduler(optimizer), t_max_(T_max), eta_min_(eta_min) {
  CosineAnnealingLR::check();
  step();
}

void CosineAnnealingLR::check() const {
  LRScheduler::check();
  check_at_least_one("T_max", t_max_);
  check_at_least_zero("eta_min", eta_min_);
}

void CosineAnnealingLR::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visitor.field("T_max", t_max_);
  visitor.field("eta_min", eta_min_);
}

std::vector<double> CosineAnnealingLR::get_lrs() {
  check_length("base_lrs", base_lrs_.size(), optimizer());
  std::vector<double> lrs = get_current_lrs();
  if (step_count_ == 0) return lrs;
  const double step = step_count_, total = static_cast<double>(t_max_);
  // One step after a minimum the ratio below would be 0 / 0.
  const bool leaves_minimum = (step_count_ - 1 - t_max_) % (2 * t_max_) == 0;
  const double rise = (1 - std::cos(pi / total)) / 2;
  const double ratio = (1 + std::cos(pi * step / total)) / (1 + std::cos(pi * (step - 1) / total));
  for (size_t i = 0; i < lrs.size(); ++i) {
    lrs[i] = leaves_minimum ? lrs[i] + (base_lrs_[i] - eta_min_) * rise
                            : ratio * (lrs[i] - eta_min_) + eta_min_;
  }
  return lrs;
}

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0,
                                                         int64_t T_mult, double eta_min)
    : LRScheduler(optimizer), t_0_(T_0), t_mult_(T_mult), eta_min_(eta_min), t_i_(T_0) {
  CosineAnnealingWarmRestarts::check();
  step();
}

void CosineAnnealingWarmRestarts::check() const {
  LRScheduler::check();
  check_at_least_one("T_0", t_0_);
  check_at_least_one("T_mult", t_mult_);
  check_at_least_zero("eta_min", eta_min_);
  check_at_least_zero("T_cur", t_cur_);
  check_at_least_one("T_i", t_i_);
}

void CosineAnnealingWarmRestarts::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visitor.field("T_0", t_0_);
  visitor.field("T_mult", t_mult_);
  visitor.field("eta_min", eta_min_);
  visitor.field("T_cur", t_cur_);
  visitor.field("T_i", t_i_);
}

std::vector<double> CosineAnnealingWarmRestarts::lrs_here() const {
  const double height = (1 + std::cos(pi * t_cur_ / static_cast<double>(t_i_))) / 2;
  std::vector<double> lrs = base_lrs_;
  for (double& lr : lrs) lr = eta_min_ + (lr - eta_min_) * height;
  return lrs;
}

std::vector<double> CosineAnnealingWarmRestarts::get_lrs() {
  if (step_count_ == 0) {
    t_cur_ = 0;
    t_i_ = t_0_;
  } else if (++t_cur_ >= static_cast<double>(t_i_)) {
    t_cur_ -= static_cast<double>(t_i_);
    t_i_ *= t_mult_;
  }
  return lrs_here();
}

void CosineAnnealingWarmRestarts::step(double epoch) {
  GRADTAPE_CHECK(epoch >= 0, "Expected non-negative epoch, but got ", epoch,
                 "; it must be at least 0");
  const auto first = static_cast<double>(t_0_), growth = static_cast<double>(t_mult_);
  if (epoch < first) {
    t_cur_ = epoch;
    t_i_ = t_0_;
  } else if (t_mult_ == 1) {
    t_cur_ = std::fmod(epoch, first);
  } else {
    const double restarts =
        std::trunc(std::log(epoch / first * (growth - 1) + 1) / std::log(growth));
    const double longer = std::pow(growth, restarts);
    t_cur_ = epoch - first * (longer - 1) / (growth - 1);
    t_i_ = t_0_ * static_cast<int64_t>(longer);
  }
  set_lrs(lrs_here());
  step_count_ = static_cast<unsigned>(epoch) + 1;
}

}  // namespace gradtape::optim
