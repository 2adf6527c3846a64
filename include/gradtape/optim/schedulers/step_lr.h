#pragma once

#include <cstdint>
#include <vector>

#include "gradtape/optim/schedulers/lr_scheduler.h"

namespace gradtape::optim {

/// lr = lr * gamma every step_size steps.
///
/// Decays at Python's steps, one before libtorch's StepLR (see LRScheduler).
class StepLR : public LRScheduler {
 public:
  /// Throws: Error if step_size is not positive or gamma negative.
  StepLR(Optimizer& optimizer, int64_t step_size, double gamma = 0.1);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  int64_t step_size_;
  double gamma_;
};

/// lr = lr * gamma at each milestone; one that comes twice counts twice.
class MultiStepLR : public LRScheduler {
 public:
  /// Throws: Error if a milestone or gamma is negative.
  MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  std::vector<int64_t> milestones_;
  double gamma_;
};

}  // namespace gradtape::optim
