#pragma once

#include <memory>
#include <vector>

#include "gradtape/optim/schedulers/lr_scheduler.h"

namespace gradtape::optim {

/// Several schedulers of one optimizer at once: each step is a step of each. Schedulers that
/// multiply the current rate multiply their factors; one that sets the rate from its initial value
/// overrules those before it.
class ChainedScheduler : public LRScheduler {
 public:
  /// Throws: Error if there are no schedulers, or they have different optimizers.
  ChainedScheduler(std::vector<std::shared_ptr<LRScheduler>> schedulers);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;
  void rewind() override;

 private:
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
};

}  // namespace gradtape::optim
