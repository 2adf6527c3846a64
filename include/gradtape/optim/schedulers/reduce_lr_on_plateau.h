#pragma once

#include <cstdint>
#include <vector>

#include "gradtape/core/arg.h"
#include "gradtape/optim/schedulers/lr_scheduler.h"
#include "gradtape/optim/schedulers/per_group.h"

namespace gradtape::optim {

/// Whether the smaller or the larger metric is the better one.
enum class PlateauMode { kMin, kMax };
/// Whether an improvement is measured against the best metric or as it is.
enum class ThresholdMode { kRel, kAbs };

struct ReduceLROnPlateauOptions {
  GRADTAPE_ARG(PlateauMode, mode) = PlateauMode::kMin;
  GRADTAPE_ARG(double, factor) = 0.1;
  /// So many steps without improvement are ignored; the next one reduces the rate.
  GRADTAPE_ARG(int64_t, patience) = 10;
  /// What is less than this is no improvement.
  GRADTAPE_ARG(double, threshold) = 1e-4;
  GRADTAPE_ARG(ThresholdMode, threshold_mode) = ThresholdMode::kRel;
  /// So many steps after a reduction nothing is counted.
  GRADTAPE_ARG(int64_t, cooldown) = 0;
  GRADTAPE_ARG(PerGroup, min_lr) = 0.0;
  /// A reduction by no more than this is left out.
  GRADTAPE_ARG(double, eps) = 1e-8;
};

/// lr = max(lr * factor, min_lr) where a metric has stopped improving.
///
///     optim::ReduceLROnPlateau scheduler(optimizer,
///                                        optim::ReduceLROnPlateauOptions().patience(3));
///     for (int epoch = 0; epoch < 100; ++epoch) {
///       train();
///       scheduler.step(validation_loss());
///     }
class ReduceLROnPlateau : public SchedulerState {
 public:
  /// Throws: Error if factor is not in [0, 1), another option is negative, or min_lr a list that
  ///         has not one value for each group.
  ReduceLROnPlateau(Optimizer& optimizer, const ReduceLROnPlateauOptions& options = {});

  /// Throws: Error if the optimizer has got a group since.
  void step(double metric);
  /// A loss of one element.
  void step(const Tensor& metric);
  /// The rates that are in force since the last step().
  const std::vector<double>& get_last_lr() const noexcept { return last_lrs_; }
  Optimizer& optimizer() const noexcept { return optimizer_; }

  void visit(FieldVisitor& visitor) override;
  void check() const override;

 private:
  bool is_better(double metric) const;
  void reduce();

  Optimizer& optimizer_;
  PlateauMode mode_;
  double factor_;
  int64_t patience_;
  double threshold_;
  ThresholdMode threshold_mode_;
  int64_t cooldown_;
  std::vector<double> min_lrs_;
  double eps_, best_;
  int64_t cooldown_counter_ = 0, num_bad_epochs_ = 0, last_epoch_ = 0;
  std::vector<double> last_lrs_;
};

}  // namespace gradtape::optim
