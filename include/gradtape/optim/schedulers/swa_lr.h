#pragma once

#include <cstdint>
#include <vector>

#include "gradtape/optim/schedulers/anneal_strategy.h"
#include "gradtape/optim/schedulers/lr_scheduler.h"
#include "gradtape/optim/schedulers/per_group.h"

namespace gradtape::optim::swa_utils {

/// From the rate that is in force to swa_lr within anneal_epochs steps, then constant: for the last
/// part of a training, whose weights are averaged.
///
/// Source: Izmailov et al. 2018, arXiv:1803.05407.
class SWALR : public LRScheduler {
 public:
  /// Throws: Error if swa_lr or anneal_epochs is negative.
  SWALR(Optimizer& optimizer, const PerGroup& swa_lr, int64_t anneal_epochs = 10,
        AnnealStrategy anneal_strategy = AnnealStrategy::kCos);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;
  // Its turn in a SequentialLR begins with a step away from the rate in force.
  void rewind() override { step_count_ = 1; }

 private:
  double alpha(double step) const;

  std::vector<double> swa_lrs_;
  int64_t anneal_epochs_;
  AnnealStrategy anneal_strategy_;
};

}  // namespace gradtape::optim::swa_utils
