#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradtape/optim/options.h"
#include "gradtape/tune/space.h"

namespace gradtape::tune {

/// What an objective is given: one point of the space, and what it may use for it.
class Trial {
 public:
  /// A trial without a study, to try an objective: `Trial trial(space.sample(0, 1));
  /// objective(trial);`.
  explicit Trial(Parameters parameters, int64_t resource = 1, std::string folder = ".")
      : parameters_(std::move(parameters)), resource_(resource), folder_(std::move(folder)) {}

  /// A parameter's value. Throws: Error that lists the known names if there is none of this name.
  const Value& operator[](std::string_view name) const { return parameters_[name]; }
  const Parameters& parameters() const { return parameters_; }

  /// Sets an optimizer's options by the names of their fields ("lr", "momentum", "betas.0", ...):
  /// the named parameters, or all.
  ///
  /// Throws: Error, before any has changed, if the space has no parameter or the options no field
  ///         of a name, or if a value has no meaning.
  void apply(optim::OptimizerOptions& options) const;
  void apply(optim::OptimizerOptions& options, const std::vector<std::string>& names) const;

  /// How far to train, in the unit of the study (usually epochs), counted from the start.
  int64_t resource() const { return resource_; }
  /// A value on the way, after this much of the resource: kept for learning curves. Throws: Error,
  /// which ends the trial, if it is not finite.
  void report(int64_t resource, double value) const;

  /// The trial's number in the study.
  int64_t number() const { return number_; }
  /// The number of its point: successive halving runs one configuration in several trials.
  int64_t configuration() const { return configuration_; }
  /// Of the configuration; the default generator starts from it.
  uint64_t seed() const { return seed_; }
  /// A folder that all trials of this configuration share. Successive halving runs a promoted
  /// configuration again from the start, unless the objective keeps a checkpoint here and continues
  /// from it. What a killed trial left here is still there when it runs again.
  const std::string& folder() const { return folder_; }

 private:
  friend class Study;

  Parameters parameters_;
  int64_t number_ = 0, configuration_ = 0, resource_;
  uint64_t seed_ = 0;
  std::string folder_;
  int channel_ = -1;  // to the study, if there is one
};

}  // namespace gradtape::tune
