#include "gradtape/optim/schedulers/decay_lr.h"

#include <cmath>

#include "optim/schedulers/schedule.h"

namespace gradtape::optim {

ConstantLR::ConstantLR(Optimizer& optimizer, double factor, int64_t total_iters)
    : LRScheduler(optimizer), factor_(factor), total_iters_(total_iters) {
  ConstantLR::check();
  step();
}

void ConstantLR::check() const {
  LRScheduler::check();
  GRADTAPE_CHECK(factor_ > 0 && factor_ <= 1,
                 "Constant multiplicative factor expected to be between 0 and 1; got factor ",
                 factor_, "; it must be in (0, 1]");
  check_at_least_one("total_iters", total_iters_);
}

void ConstantLR::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visitor.field("factor", factor_);
  visitor.field("total_iters", total_iters_);
}

std::vector<double> ConstantLR::get_lrs() {
  if (step_count_ == 0) return scaled_lrs(factor_);
  return scaled_lrs(step_count_ == total_iters_ ? 1 / factor_ : 1);
}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor,
                   int64_t total_iters)
    : LRScheduler(optimizer),
      start_factor_(start_factor),
      end_factor_(end_factor),
      total_iters_(total_iters) {
  LinearLR::check();
  step();
}

void LinearLR::check() const {
  LRScheduler::check();
  GRADTAPE_CHECK(start_factor_ > 0 && start_factor_ <= 1,
                 "Starting multiplicative factor expected to be between 0 and 1; got start_factor ",
                 start_factor_, "; it must be in (0, 1]");
  GRADTAPE_CHECK(end_factor_ >= 0 && end_factor_ <= 1,
                 "Ending multiplicative factor expected to be between 0 and 1; got end_factor ",
                 end_factor_, "; it must be in [0, 1]");
  check_at_least_one("total_iters", total_iters_);
}

void LinearLR::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visitor.field("start_factor", start_factor_);
  visitor.field("end_factor", end_factor_);
  visitor.field("total_iters", total_iters_);
}

std::vector<double> LinearLR::get_lrs() {
  if (step_count_ == 0) return scaled_lrs(start_factor_);
  if (step_count_ > total_iters_) return get_current_lrs();
  const double slope = end_factor_ - start_factor_, total = static_cast<double>(total_iters_);
  return scaled_lrs(1 + slope / (total * start_factor_ + (step_count_ - 1) * slope));
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma)
    : LRScheduler(optimizer), gamma_(gamma) {
  ExponentialLR::check();
  step();
}

void ExponentialLR::check() const {
  LRScheduler::check();
  check_at_least_zero("gamma", gamma_);
}

void ExponentialLR::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visitor.field("gamma", gamma_);
}

std::vector<double> ExponentialLR::get_lrs() { return scaled_lrs(step_count_ > 0 ? gamma_ : 1); }

PolynomialLR::PolynomialLR(Optimizer& optimizer, int64_t total_iters, double power)
    : LRScheduler(optimizer), total_iters_(total_iters), power_(power) {
  PolynomialLR::check();
  step();
}

void PolynomialLR::check() const {
  LRScheduler::check();
  check_at_least_one("total_iters", total_iters_);
  check_at_least_zero("power", power_);
}

void PolynomialLR::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visitor.field("total_iters", total_iters_);
  visitor.field("power", power_);
}

std::vector<double> PolynomialLR::get_lrs() {
  if (step_count_ == 0 || step_count_ > total_iters_) return get_current_lrs();
  const double step = step_count_, total = static_cast<double>(total_iters_);
  return scaled_lrs(std::pow((1 - step / total) / (1 - (step - 1) / total), power_));
}

}  // namespace gradtape::optim
