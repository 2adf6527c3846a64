#include "gradtape/tune/study.h"

#include <cmath>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tune/channel.h"
#include "tune/hash.h"
#include "tune/process.h"
#include "tune/runner.h"

#include "gradtape/core/generator.h"
#include "gradtape/core/parallel.h"

namespace gradtape::tune {

Study::Study(Space space, Objective objective, StudyOptions options)
    : space_(std::move(space)), objective_(std::move(objective)), options_(std::move(options)) {
  GRADTAPE_CHECK(!space_.dimensions().empty(), "search: the space must have parameters; got none");
  GRADTAPE_CHECK(objective_, "search: the objective must be callable; got none");
  GRADTAPE_CHECK(options_.parallel() >= 0,
                 "search: parallel must be positive, or 0 for as many as the cores allow; got ",
                 options_.parallel());
  GRADTAPE_CHECK(options_.threads() >= 1, "search: threads must be positive; got ",
                 options_.threads());
  GRADTAPE_CHECK(options_.time_limit() >= 0 && std::isfinite(options_.time_limit()),
                 "search: time_limit must be a number of seconds, or 0 for none; got ",
                 options_.time_limit());
  if (const char* description = std::getenv(kTrialVariable)) run_trial_if_own(description);
}

Results Study::random(int64_t trials, int64_t resource) const {
  GRADTAPE_CHECK(trials >= 1, "search: trials must be positive; got ", trials);
  GRADTAPE_CHECK(resource >= 1, "search: the resource must be positive; got ", resource);
  // Without the number of trials: more of them continue it.
  return run_random(str("random, resource ", resource), {{{trials, resource}}});
}

Results Study::grid(int64_t points, int64_t resource) const {
  GRADTAPE_CHECK(resource >= 1, "search: the resource must be positive; got ", resource);
  const int64_t trials = space_.grid_size(points);
  return run(str("grid, points ", points, ", resource ", resource), {{{trials, resource}}},
             [&](int64_t number) { return space_.grid(points, number); });
}

Results Study::successive_halving(int64_t trials, int64_t min_resource, int64_t max_resource,
                                  int64_t eta) const {
  return run_random(str("successive halving, trials ", trials, ", resource ", min_resource, " to ",
                        max_resource, ", eta ", eta),
                    {tune::successive_halving(trials, min_resource, max_resource, eta)});
}

Results Study::hyperband(int64_t max_resource, int64_t eta) const {
  return run_random(str("hyperband, resource ", max_resource, ", eta ", eta),
                    tune::hyperband(max_resource, eta));
}

Results Study::run_random(const std::string& method, const std::vector<Bracket>& brackets) const {
  return run(method, brackets,
             [this](int64_t number) { return space_.sample(options_.seed(), number); });
}

Results Study::run(const std::string& method, const std::vector<Bracket>& brackets,
                   const std::function<Parameters(int64_t)>& point) const {
  GRADTAPE_CHECK(!std::getenv(kTrialVariable),
                 "search: this process is a trial of another study than ", options_.name(),
                 ": studies must have different names and be constructed, all of "
                 "them, before the first one runs");
  Results results{Runner(space_, options_, method, brackets, point).run(), options_.maximize()};
  results.best();  // throws if all have failed
  return results;
}

void Study::run_trial_if_own(const std::string& description) const {
  const Json json = Json::parse(description);
  if (json["study"] != options_.name()) return;
  // What the objective starts is no trial, and does not hold the pipe open.
  unsetenv(kTrialVariable);
  fcntl(kChannel, F_SETFD, FD_CLOEXEC);
  // A trial ends with its study, also with one that ended before the first line.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != json["parent"].get<pid_t>()) _exit(1);

  try {
    GRADTAPE_CHECK(json["space"] == to_json(space_),
                   "search: the space must be the same in each trial's "
                   "process, as the arguments are");
    Trial trial(parameters_of(json["parameters"]), json["resource"], json["folder"]);
    trial.channel_ = kChannel;
    trial.number_ = json["number"];
    trial.configuration_ = json["configuration"];
    trial.seed_ = hash(options_.seed(), static_cast<uint64_t>(trial.configuration_));
    manual_seed(trial.seed_);
    const double value = objective_(trial);
    GRADTAPE_CHECK(std::isfinite(value), "returned ", value);
    send(kChannel, {{"value", value}});
  } catch (const std::exception& error) {
    send(kChannel, {{"reason", error.what()}});
  } catch (...) {
    send(kChannel, {{"reason", "threw something that is no std::exception"}});
  }
  std::exit(0);
}

}  // namespace gradtape::tune
