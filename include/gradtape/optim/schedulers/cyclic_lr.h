#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "gradtape/core/arg.h"
#include "gradtape/optim/schedulers/lr_scheduler.h"
#include "gradtape/optim/schedulers/per_group.h"

namespace gradtape::optim {

/// How high a cycle goes: all the same, each half as high as the one before, or lower with each
/// step by a factor of gamma.
enum class CyclicMode { kTriangular, kTriangular2, kExpRange };
/// What scale_fn is given: the number of the cycle, from 1 on, or of the step, from 0 on.
enum class CyclicScaleMode { kCycle, kIterations };

struct CyclicLROptions {
  CyclicLROptions(PerGroup base_lr, PerGroup max_lr)
      : base_lr_(std::move(base_lr)), max_lr_(std::move(max_lr)) {}
  GRADTAPE_ARG(PerGroup, base_lr);
  GRADTAPE_ARG(PerGroup, max_lr);
  GRADTAPE_ARG(int64_t, step_size_up) = 2000;
  /// As step_size_up if there is none.
  GRADTAPE_ARG(std::optional<int64_t>, step_size_down);
  GRADTAPE_ARG(CyclicMode, mode) = CyclicMode::kTriangular;
  /// Of kExpRange.
  GRADTAPE_ARG(double, gamma) = 1;
  /// Takes the place of mode: gives the height of the cycle, from 0 to 1. Not saved.
  GRADTAPE_ARG(std::function<double(double)>, scale_fn);
  GRADTAPE_ARG(CyclicScaleMode, scale_mode) = CyclicScaleMode::kCycle;
  /// Moves the momentum, or the first of betas, against the rate.
  GRADTAPE_ARG(bool, cycle_momentum) = true;
  GRADTAPE_ARG(PerGroup, base_momentum) = 0.8;
  GRADTAPE_ARG(PerGroup, max_momentum) = 0.9;
};

/// Up from base_lr to max_lr within step_size_up steps, and down again within step_size_down.
///
/// Source: Smith 2017, arXiv:1506.01186. Unlike PyTorch 1.13, the first of Adam's betas can be
///         cycled too, as a later PyTorch does.
class CyclicLR : public LRScheduler {
 public:
  /// Throws: Error if an option has no meaning or the optimizer no momentum to cycle.
  CyclicLR(Optimizer& optimizer, const CyclicLROptions& options);
  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  double scale(double cycle) const;

  std::vector<double> max_lrs_;
  double total_size_, step_ratio_;
  CyclicMode mode_;
  double gamma_;
  std::function<double(double)> scale_fn_;
  CyclicScaleMode scale_mode_;
  bool cycle_momentum_;
  std::vector<double> base_momentums_, max_momentums_;
};

}  // namespace gradtape::optim
