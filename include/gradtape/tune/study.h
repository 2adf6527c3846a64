#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gradtape/core/arg.h"
#include "gradtape/tune/results.h"
#include "gradtape/tune/schedule.h"
#include "gradtape/tune/space.h"
#include "gradtape/tune/trial.h"

namespace gradtape::tune {

/// What a progress callback is shown when a trial has finished.
struct Progress {
  const TrialResult& trial;
  /// Trials that have finished, those of the journal included, and all that are planned.
  int64_t finished, planned;
};

struct StudyOptions {
  /// Where the study keeps its journal, the trials' output (trial-<number>.log) and the folders of
  /// the configurations. A study started again with the same folder runs only what is missing.
  /// Without a folder a temporary one is used, which is gone in the end.
  GRADTAPE_ARG(std::string, folder);
  GRADTAPE_ARG(uint64_t, seed) = 0;
  /// Trials at a time; 0: as many as the cores allow.
  GRADTAPE_ARG(int64_t, parallel) = 0;
  /// Threads of each trial (its OMP_NUM_THREADS). Values may differ in their last bits from one
  /// number of threads to another, never from one number of trials at a time to another.
  GRADTAPE_ARG(int64_t, threads) = 1;
  /// Seconds after which a trial is killed and has failed; 0: none.
  GRADTAPE_ARG(double, time_limit) = 0;
  /// The best is the largest value.
  GRADTAPE_ARG(bool, maximize) = false;
  /// Tells the studies of a program apart if it has several.
  GRADTAPE_ARG(std::string, name) = "study";
  /// Called in the study's own process and thread; what it throws ends the study.
  GRADTAPE_ARG(std::function<void(const Progress&)>, progress);
};

/// Searches a space for the point at which an objective is best. Each trial is a process of its
/// own: this program, started again by exec with the same arguments. There the constructor does not
/// return; it calls the objective and ends the process. So a trial that crashes harms nobody.
///
///     int main(int argc, char** argv) {
///       tune::Space space;
///       space.log_uniform("lr", 1e-4, 1).uniform("momentum", 0, 0.99).choice("batch", {16, 64});
///       tune::Study study(space, [](tune::Trial& trial) {
///         optim::SGDOptions options(0.1);
///         trial.apply(options, {"lr", "momentum"});
///         return train(options, trial["batch"], trial.resource());  // the loss
///       }, tune::StudyOptions().folder("search"));
///       const tune::Results results = study.random(32, 5);
///       results.write_csv("search.csv");
///     }
///
/// What stands before the constructor runs in every trial too: parse arguments there, and leave the
/// rest for later. Trials write to a log, not to the terminal. A program with several studies gives
/// them names and constructs all of them before it runs the first.
///
/// A trial that throws, crashes, exits, returns or reports no finite number or exceeds the time
/// limit has failed, and the study goes on. Trials end with the study, also if it is killed.
///
/// Trial by trial, results depend on space, seed and objective only, neither on what runs beside
/// them nor in which order they finish.
class Study {
 public:
  using Objective = std::function<double(Trial&)>;

  /// Throws: Error if the space is empty or an option has no meaning.
  Study(Space space, Objective objective, StudyOptions options = {});

  /// Each of these throws: Error if every trial has failed, if the program cannot be started again,
  /// or if the folder's journal is of another study (it is left as it is) or in use. A journal of a
  /// shorter random search is continued.

  /// This many random points, each with the same resource. Source: see Space::sample.
  Results random(int64_t trials, int64_t resource = 1) const;
  /// All points of a grid: see Space::grid_size.
  Results grid(int64_t points, int64_t resource = 1) const;
  /// Random points, of which few get much: see tune::successive_halving.
  Results successive_halving(int64_t trials, int64_t min_resource, int64_t max_resource,
                             int64_t eta = 3) const;
  /// Successive halving in several brackets: see tune::hyperband.
  Results hyperband(int64_t max_resource, int64_t eta = 3) const;

  const Space& space() const { return space_; }
  const StudyOptions& options() const { return options_; }

 private:
  // Does not return in the process of a trial of this study.
  void run_trial_if_own(const std::string& description) const;
  Results run(const std::string& method, const std::vector<Bracket>& brackets,
              const std::function<Parameters(int64_t)>& point) const;
  Results run_random(const std::string& method, const std::vector<Bracket>& brackets) const;

  Space space_;
  Objective objective_;
  StudyOptions options_;
};

}  // namespace gradtape::tune

namespace gradtape::optim {
/// The name before 0.2.
namespace search = ::gradtape::tune;
}  // namespace gradtape::optim
