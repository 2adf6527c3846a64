#pragma once

#include <cstdint>
#include <vector>

#include "gradtape/optim/schedulers/lr_scheduler.h"

namespace gradtape::optim {

/// lr = eta_min + (initial lr - eta_min) (1 + cos(pi step / T_max)) / 2: down to eta_min within
/// T_max steps, and up again in the next T_max.
///
/// Source: Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5, without the restarts. As
///         PyTorch, each rate is computed from the one before, so that others may move it too.
class CosineAnnealingLR : public LRScheduler {
 public:
  /// Throws: Error if T_max is not positive or eta_min negative.
  CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min = 0);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  int64_t t_max_;
  double eta_min_;
};

/// lr = eta_min + (initial lr - eta_min) (1 + cos(pi T_cur / T_i)) / 2, where T_cur begins again at
/// 0 after T_i steps; T_i is T_0 first, and T_mult times as long each time.
///
/// Source: Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5.
class CosineAnnealingWarmRestarts : public LRScheduler {
 public:
  /// Throws: Error if T_0 or T_mult is not positive, or eta_min negative.
  CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0, int64_t T_mult = 1,
                              double eta_min = 0);
  using LRScheduler::step;
  /// Goes to this point of the schedule, which may lie between two steps: epoch + batch / batches.
  ///
  /// Throws: Error if epoch is negative.
  void step(double epoch);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  std::vector<double> lrs_here() const;

  int64_t t_0_, t_mult_;
  double eta_min_;
  double t_cur_ = 0;
  int64_t t_i_;
};

}  // namespace gradtape::optim
