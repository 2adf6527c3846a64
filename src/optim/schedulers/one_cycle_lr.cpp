#include "gradtape/optim/schedulers/one_cycle_lr.h"

#include <cmath>
#include <numbers>

#include "optim/schedulers/schedule.h"

namespace gradtape::optim {

namespace {

int64_t checked_total_steps(const OneCycleLROptions& options) {
  if (options.total_steps()) {
    check_at_least_one("total_steps", *options.total_steps());
    return *options.total_steps();
  }
  GRADTAPE_CHECK(options.epochs() && options.steps_per_epoch(),
                 "You must define either total_steps OR (epochs AND steps_per_epoch)");
  check_at_least_one("epochs", *options.epochs());
  check_at_least_one("steps_per_epoch", *options.steps_per_epoch());
  return *options.epochs() * *options.steps_per_epoch();
}

void check_divisor(const char* what, double value) {
  GRADTAPE_CHECK(value > 0, "Invalid ", what, ": ", value, "; it must be greater than 0");
}

double anneal(AnnealStrategy strategy, double start, double end, double pct) {
  if (strategy == AnnealStrategy::kLinear) return (end - start) * pct + start;
  return end + (start - end) / 2 * (std::cos(std::numbers::pi * pct) + 1);
}

}  // namespace

OneCycleLR::OneCycleLR(Optimizer& optimizer, const OneCycleLROptions& options)
    : LRScheduler(optimizer),
      total_steps_(checked_total_steps(options)),
      pct_start_(options.pct_start()),
      anneal_strategy_(options.anneal_strategy()),
      three_phase_(options.three_phase()),
      cycle_momentum_(options.cycle_momentum()),
      max_lrs_(options.max_lr().values("max_lr", optimizer)),
      base_momentums_(options.base_momentum().values("base_momentum", optimizer)),
      max_momentums_(options.max_momentum().values("max_momentum", optimizer)) {
  check_divisor("div_factor", options.div_factor());
  check_divisor("final_div_factor", options.final_div_factor());
  base_lrs_.clear();
  for (double max_lr : max_lrs_) {
    base_lrs_.push_back(max_lr / options.div_factor());
    min_lrs_.push_back(base_lrs_.back() / options.final_div_factor());
  }
  OneCycleLR::check();
  for (size_t i = 0; i < base_lrs_.size(); ++i)
    optimizer.param_groups()[i].set_initial_lr(base_lrs_[i]);
  step();
}

void OneCycleLR::check() const {
  LRScheduler::check();
  check_at_least_one("total_steps", total_steps_);
  GRADTAPE_CHECK(pct_start_ >= 0 && pct_start_ <= 1,
                 "Expected float between 0 and 1 pct_start, but got ", pct_start_,
                 "; it must be in [0, 1]");
  check_enum("anneal_strategy", anneal_strategy_, 2);
  check_length("max_lr", max_lrs_.size(), optimizer());
  check_length("min_lr", min_lrs_.size(), optimizer());
  for (double lr : max_lrs_) check_at_least_zero("max_lr", lr);
  if (cycle_momentum_) check_momentums(optimizer(), base_momentums_, max_momentums_);
}

void OneCycleLR::visit(FieldVisitor& visitor) {
  LRScheduler::visit(visitor);
  visitor.field("total_steps", total_steps_);
  visitor.field("pct_start", pct_start_);
  visit_enum(visitor, "anneal_strategy", anneal_strategy_);
  visitor.field("three_phase", three_phase_);
  visitor.field("cycle_momentum", cycle_momentum_);
  visit_list(visitor, "max_lrs", max_lrs_);
  visit_list(visitor, "min_lrs", min_lrs_);
  visit_list(visitor, "base_momentums", base_momentums_);
  visit_list(visitor, "max_momentums", max_momentums_);
}

std::vector<double> OneCycleLR::get_lrs() {
  check_length("max_lr", max_lrs_.size(), optimizer());
  GRADTAPE_CHECK(step_count_ <= total_steps_, "Tried to step ", step_count_ + 1,
                 " times. The specified number of total steps is ", total_steps_);
  using List = std::vector<double>;
  struct Phase {
    double end;
    const List &from_lrs, &to_lrs, &from_momentums, &to_momentums;
  };
  const double steps = static_cast<double>(total_steps_), up = pct_start_ * steps - 1;
  std::vector<Phase> phases{{up, base_lrs_, max_lrs_, max_momentums_, base_momentums_}};
  if (three_phase_) {
    phases.push_back({2 * up, max_lrs_, base_lrs_, base_momentums_, max_momentums_});
    phases.push_back({steps - 1, base_lrs_, min_lrs_, max_momentums_, max_momentums_});
  } else {
    phases.push_back({steps - 1, max_lrs_, min_lrs_, base_momentums_, max_momentums_});
  }
  const Phase* phase = &phases[0];
  double start = 0;
  while (step_count_ > phase->end && phase != &phases.back()) start = (phase++)->end;
  // A phase without a length, but for rounding, is over at once.
  const double length = phase->end - start;
  const double pct = length > 1e-9 ? (step_count_ - start) / length : 1;
  const auto between = [&](const List& from, const List& to) {
    List values;
    for (size_t i = 0; i < from.size(); ++i)
      values.push_back(anneal(anneal_strategy_, from[i], to[i], pct));
    return values;
  };
  if (cycle_momentum_)
    set_momentums(optimizer(), between(phase->from_momentums, phase->to_momentums));
  return between(phase->from_lrs, phase->to_lrs);
}

}  // namespace gradtape::optim
