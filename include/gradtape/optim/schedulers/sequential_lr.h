#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "gradtape/optim/schedulers/lr_scheduler.h"

namespace gradtape::optim {

/// Schedulers of one optimizer, one after the other: each milestone is the step at which the next
/// one's turn begins, from the initial rates.
///
///     auto warmup = std::make_shared<optim::LinearLR>(optimizer, 0.1, 1.0, 5);
///     auto decay = std::make_shared<optim::CosineAnnealingLR>(optimizer, 95);
///     optim::SequentialLR scheduler(optimizer, {warmup, decay}, {5});
class SequentialLR : public LRScheduler {
 public:
  /// Throws: Error if the schedulers are none or of another optimizer, or the milestones not one
  ///         fewer, positive and increasing.
  SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
               std::vector<int64_t> milestones);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
  std::vector<int64_t> milestones_;
};

}  // namespace gradtape::optim
