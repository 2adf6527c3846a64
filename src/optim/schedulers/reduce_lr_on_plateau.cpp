#include "gradtape/optim/schedulers/reduce_lr_on_plateau.h"

#include <algorithm>
#include <limits>

#include "optim/schedulers/schedule.h"

namespace gradtape::optim {

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, const ReduceLROnPlateauOptions& options)
    : optimizer_(optimizer),
      mode_(options.mode()),
      factor_(options.factor()),
      patience_(options.patience()),
      threshold_(options.threshold()),
      threshold_mode_(options.threshold_mode()),
      cooldown_(options.cooldown()),
      min_lrs_(options.min_lr().values("min_lr", optimizer)),
      eps_(options.eps()),
      best_(mode_ == PlateauMode::kMin ? std::numeric_limits<double>::infinity()
                                       : -std::numeric_limits<double>::infinity()) {
  for (const OptimizerParamGroup& group : optimizer_.param_groups())
    last_lrs_.push_back(group.options().get_lr());
  ReduceLROnPlateau::check();
}

void ReduceLROnPlateau::check() const {
  check_enum("mode", mode_, 2);
  GRADTAPE_CHECK(factor_ >= 0 && factor_ < 1, "Factor should be < 1.0; got factor ", factor_,
                 "; it must be in [0, 1)");
  check_at_least_zero("patience", static_cast<double>(patience_));
  check_at_least_zero("threshold", threshold_);
  check_enum("threshold_mode", threshold_mode_, 2);
  check_at_least_zero("cooldown", static_cast<double>(cooldown_));
  check_length("min_lr", min_lrs_.size(), optimizer_);
  for (double lr : min_lrs_) check_at_least_zero("min_lr", lr);
  check_at_least_zero("eps", eps_);
}

void ReduceLROnPlateau::visit(FieldVisitor& visitor) {
  visit_enum(visitor, "mode", mode_);
  visitor.field("factor", factor_);
  visitor.field("patience", patience_);
  visitor.field("threshold", threshold_);
  visit_enum(visitor, "threshold_mode", threshold_mode_);
  visitor.field("cooldown", cooldown_);
  visit_list(visitor, "min_lrs", min_lrs_);
  visitor.field("eps", eps_);
  visitor.field("best", best_);
  visitor.field("cooldown_counter", cooldown_counter_);
  visitor.field("num_bad_epochs", num_bad_epochs_);
  visitor.field("last_epoch", last_epoch_);
  visit_list(visitor, "last_lr", last_lrs_);
}

bool ReduceLROnPlateau::is_better(double metric) const {
  const double sign = mode_ == PlateauMode::kMin ? -1 : 1;
  const double least = threshold_mode_ == ThresholdMode::kRel ? best_ * (1 + sign * threshold_)
                                                              : best_ + sign * threshold_;
  return mode_ == PlateauMode::kMin ? metric < least : metric > least;
}

void ReduceLROnPlateau::step(double metric) {
  check_length("min_lr", min_lrs_.size(), optimizer_);
  ++last_epoch_;
  if (is_better(metric)) {
    best_ = metric;
    num_bad_epochs_ = 0;
  } else {
    ++num_bad_epochs_;
  }
  if (cooldown_counter_ > 0) {
    --cooldown_counter_;
    num_bad_epochs_ = 0;
  }
  if (num_bad_epochs_ > patience_) {
    reduce();
    cooldown_counter_ = cooldown_;
    num_bad_epochs_ = 0;
  }
  for (size_t i = 0; i < last_lrs_.size(); ++i)
    last_lrs_[i] = optimizer_.param_groups()[i].options().get_lr();
}

void ReduceLROnPlateau::step(const Tensor& metric) { step(metric.item<double>()); }

void ReduceLROnPlateau::reduce() {
  for (size_t i = 0; i < min_lrs_.size(); ++i) {
    OptimizerOptions& options = optimizer_.param_groups()[i].options();
    const double lr = options.get_lr(), reduced = std::max(lr * factor_, min_lrs_[i]);
    if (lr - reduced > eps_) options.set_lr(reduced);
  }
}

}  // namespace gradtape::optim
