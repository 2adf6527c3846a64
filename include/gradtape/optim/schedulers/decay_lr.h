#pragma once

#include <cstdint>
#include <vector>

#include "gradtape/optim/schedulers/lr_scheduler.h"

namespace gradtape::optim {

// Each multiplies the current rate by a factor, so that several may work together in a
// ChainedScheduler; below, what comes of it when nothing else moves the rate.

/// lr = initial lr * factor, until step total_iters gives the initial lr back.
class ConstantLR : public LRScheduler {
 public:
  /// Throws: Error if factor is not in (0, 1], or total_iters not positive; PyTorch lets a factor
  ///         of 0 pass, and divides by it in the end.
  ConstantLR(Optimizer& optimizer, double factor = 1.0 / 3, int64_t total_iters = 5);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  double factor_;
  int64_t total_iters_;
};

/// lr = initial lr * f, where f moves on a line from start_factor to end_factor within total_iters
/// steps, and stays there.
class LinearLR : public LRScheduler {
 public:
  /// Throws: Error if start_factor is not in (0, 1], end_factor not in [0, 1], or total_iters not
  ///         positive; PyTorch lets a start_factor of 0 pass, and divides by it.
  LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0,
           int64_t total_iters = 5);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  double start_factor_, end_factor_;
  int64_t total_iters_;
};

/// lr = initial lr * gamma^step.
class ExponentialLR : public LRScheduler {
 public:
  /// Throws: Error if gamma is negative.
  ExponentialLR(Optimizer& optimizer, double gamma);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  double gamma_;
};

/// lr = initial lr * (1 - step / total_iters)^power, and 0 after total_iters steps.
class PolynomialLR : public LRScheduler {
 public:
  /// Throws: Error if total_iters is not positive or power negative.
  PolynomialLR(Optimizer& optimizer, int64_t total_iters = 5, double power = 1.0);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  int64_t total_iters_;
  double power_;
};

}  // namespace gradtape::optim
