#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "gradtape/optim/schedulers/lr_scheduler.h"

namespace gradtape::optim {

/// Gives a factor for each step: 0 for the first.
using LRLambda = std::function<double(int64_t step)>;

/// lr = initial lr * lr_lambda(step).
///
/// The functions are not saved.
class LambdaLR : public LRScheduler {
 public:
  /// Throws: Error if a function is empty, or there is not one for each group.
  LambdaLR(Optimizer& optimizer, LRLambda lr_lambda);
  LambdaLR(Optimizer& optimizer, std::vector<LRLambda> lr_lambdas);

 protected:
  std::vector<double> get_lrs() override;

 private:
  std::vector<LRLambda> lr_lambdas_;
};

/// lr = lr * lr_lambda(step), from step 1 on.
///
/// The functions are not saved. In a SequentialLR it goes on from the rate that the scheduler
/// before left, as in PyTorch.
class MultiplicativeLR : public LRScheduler {
 public:
  /// Throws: Error if a function is empty, or there is not one for each group.
  MultiplicativeLR(Optimizer& optimizer, LRLambda lr_lambda);
  MultiplicativeLR(Optimizer& optimizer, std::vector<LRLambda> lr_lambdas);

 protected:
  std::vector<double> get_lrs() override;
  void rewind() override { step_count_ = 0; }

 private:
  std::vector<LRLambda> lr_lambdas_;
};

}  // namespace gradtape::optim
