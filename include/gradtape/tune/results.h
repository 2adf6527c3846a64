#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gradtape/tune/space.h"

namespace gradtape::tune {

/// A finished trial.
struct TrialResult {
  enum class Status { kDone, kFailed };

  int64_t number = 0;
  /// Trials of the same configuration have the same parameters.
  int64_t configuration = 0;
  /// Which bracket of Hyperband; 0 elsewhere.
  int64_t bracket = 0;
  int64_t resource = 1;
  Parameters parameters{};
  Status status = Status::kFailed;
  /// What the objective returned; NaN of a failed trial.
  double value = 0;
  double seconds = 0;
  /// Why it failed; empty if it did not.
  std::string reason{};
  /// What the trial reported on its way: resource and value.
  std::vector<std::pair<int64_t, double>> reports{};

  bool done() const { return status == Status::kDone; }
};

/// The trials of a study by number.
struct Results {
  std::vector<TrialResult> trials{};
  bool maximize = false;

  auto begin() const { return trials.begin(); }
  auto end() const { return trials.end(); }
  size_t size() const { return trials.size(); }

  /// The best value at any resource, as Hyperband's paper; of equals the one with the larger
  /// resource, then the one with the lower number. Throws: Error if all have failed.
  const TrialResult& best() const;

  /// A table with a column for each parameter.
  std::string csv() const;
  /// Throws: Error if the file cannot be written; nothing half-written is left then.
  void write_csv(const std::string& path) const;
};

}  // namespace gradtape::tune
