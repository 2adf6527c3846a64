#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gradtape/core/arg.h"
#include "gradtape/optim/schedulers/anneal_strategy.h"
#include "gradtape/optim/schedulers/lr_scheduler.h"
#include "gradtape/optim/schedulers/per_group.h"

namespace gradtape::optim {

struct OneCycleLROptions {
  OneCycleLROptions(PerGroup max_lr) : max_lr_(std::move(max_lr)) {}
  GRADTAPE_ARG(PerGroup, max_lr);
  /// If there is none: epochs * steps_per_epoch.
  GRADTAPE_ARG(std::optional<int64_t>, total_steps);
  GRADTAPE_ARG(std::optional<int64_t>, epochs);
  GRADTAPE_ARG(std::optional<int64_t>, steps_per_epoch);
  /// The part of the steps in which the rate rises.
  GRADTAPE_ARG(double, pct_start) = 0.3;
  GRADTAPE_ARG(AnnealStrategy, anneal_strategy) = AnnealStrategy::kCos;
  /// Moves the momentum, or the first of betas, against the rate.
  GRADTAPE_ARG(bool, cycle_momentum) = true;
  GRADTAPE_ARG(PerGroup, base_momentum) = 0.85;
  GRADTAPE_ARG(PerGroup, max_momentum) = 0.95;
  /// The first rate is max_lr / div_factor, the last one that / final_div_factor.
  GRADTAPE_ARG(double, div_factor) = 25;
  GRADTAPE_ARG(double, final_div_factor) = 1e4;
  /// Down to the first rate as it went up, then to the last one; else down to the last one at once.
  GRADTAPE_ARG(bool, three_phase) = false;
};

/// One cycle over the whole training: up to max_lr, then down to far below the first rate. Call
/// step() after each batch.
///
/// Source: Smith & Topin 2018, arXiv:1708.07120; with three_phase as in the paper. Where pct_start
///         leaves the first phase no length PyTorch divides by zero; here the rate starts at
///         max_lr.
class OneCycleLR : public LRScheduler {
 public:
  /// Throws: Error if an option has no meaning or the optimizer no momentum to cycle. step() throws
  ///         after the last step.
  OneCycleLR(Optimizer& optimizer, const OneCycleLROptions& options);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  int64_t total_steps_;
  double pct_start_;
  AnnealStrategy anneal_strategy_;
  bool three_phase_, cycle_momentum_;
  std::vector<double> max_lrs_, min_lrs_, base_momentums_, max_momentums_;
};

}  // namespace gradtape::optim
