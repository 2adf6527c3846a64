#pragma once

#include <string>
#include <vector>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

/// What a scheduler remembers: its settings and where it stands, saved and loaded by PyTorch's
/// names. Functions are not saved.
class SchedulerState {
 public:
  virtual ~SchedulerState() = default;

  /// Numbers are 0-d tensors, lists 1-d ones. The rates themselves are saved with the optimizer.
  OrderedDict<std::string, Tensor> state_dict();
  /// Restores what state_dict gave to a scheduler of the same kind. The optimizer's own state is
  /// loaded besides, after the scheduler has been made: making one sets the first rate.
  ///
  /// Throws: Error, before anything has changed, if a name is missing or unknown, a shape differs
  ///         or a value has no meaning.
  void load_state_dict(const OrderedDict<std::string, Tensor>& dict);

  /// Shows each field, by its name.
  virtual void visit(FieldVisitor& visitor) = 0;
  /// Throws: Error that names the first setting that has no meaning, and its value.
  virtual void check() const {}
};

/// Sets the learning rate of each group of an optimizer, which must live as long as the scheduler.
/// Call step() once an epoch, or once a batch, after the optimizer's. Of a group that is added
/// later the schedulers that multiply all rates by one factor multiply its too; the others throw.
///
/// As Python's, the concrete schedulers make an initial step when they are made, so the rate of
/// step 0 is in force at once; libtorch's own StepLR does not, and decays one step later. A
/// scheduler of a program that derives from this, as from libtorch's, makes none. Python's
/// last_epoch and verbose arguments do not exist: load_state_dict resumes.
class LRScheduler : public SchedulerState {
 public:
  LRScheduler(Optimizer& optimizer);

  /// Sets the rates of the next step.
  ///
  /// Throws: Error if get_lrs() does not give one rate for each group.
  void step();
  /// The rates that the last step() set.
  const std::vector<double>& get_last_lr() const noexcept { return last_lrs_; }
  Optimizer& optimizer() const noexcept { return optimizer_; }

  void visit(FieldVisitor& visitor) override;
  void check() const override;

 protected:
  /// The rate of each group at step step_count_.
  virtual std::vector<double> get_lrs() = 0;
  /// Back to where step 0 is next, from the initial rates: a SequentialLR does so before the turn
  /// of a scheduler begins.
  virtual void rewind();

  std::vector<double> get_current_lrs() const;
  /// The current rates times the factor.
  std::vector<double> scaled_lrs(double factor) const;
  void set_lrs(const std::vector<double>& lrs);

  /// How often step() has set the rates. In get_lrs() it is Python's last_epoch.
  unsigned step_count_ = 0;
  /// The rates from before the optimizer's first scheduler, unless a derived class has its own.
  std::vector<double> base_lrs_;

 private:
  friend class ChainedScheduler;
  friend class SequentialLR;

  Optimizer& optimizer_;
  std::vector<double> last_lrs_;
};

}  // namespace gradtape::optim
