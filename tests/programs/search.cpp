// A program that searches, for tests/tune/test_study.cpp. Its argument says how, as JSON.
// The objective is (log10(lr) + 2)^2 + (momentum - 0.9)^2 + 1 / resource: best at lr 0.01, momentum
// 0.9.
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>
#include <sys/types.h>
#include <unistd.h>

#include "gradtape/gradtape.h"
#include "gradtape/tune/study.h"

using namespace gradtape;

namespace {

double objective(const nlohmann::json& how, tune::Trial& trial) {
  const auto asked = [&](const char* what) { return how.value(what, -1) == trial.number(); };
  std::ofstream(trial.folder() + "/started", std::ios::app) << trial.number() << '\n';
  if (asked("crash")) std::abort();
  if (asked("exit")) std::exit(3);
  if (asked("throw")) throw Error("no such data");
  if (asked("report_nan")) trial.report(1, NAN);
  if (asked("nan") || how.value("all_nan", false)) return NAN;
  if (asked("hang") || how.value("all_hang", false)) {
    std::ofstream(trial.folder() + "/process") << getpid() << std::endl;
    pause();
  }
  if (how.value("seed_value", false)) return rand({1}, kFloat64).item<double>();
  if (how.value("threads_value", false)) return get_num_threads();
  // The later, the sooner: trials at once do not finish in their order.
  usleep(static_cast<useconds_t>(1000 * (20 - trial.number() % 20)));
  const double lr = trial["lr"], momentum = trial["momentum"];
  const auto resource = static_cast<double>(trial.resource());
  trial.report(1, 1);
  return std::pow(std::log10(lr) + 2, 2) + std::pow(momentum - 0.9, 2) + 1 / resource;
}

}  // namespace

int main(int, char** argv) {
  const auto how = nlohmann::json::parse(argv[1]);
  try {
    tune::Space space;
    space.log_uniform("lr", 1e-4, how.value("largest_lr", 1.)).uniform("momentum", 0, 0.99);
    int64_t count = 0;
    tune::StudyOptions options;
    options.folder(how.value("folder", "")).seed(how.value("seed", 0));
    options.parallel(how.value("parallel", 2)).time_limit(how.value("time_limit", 0.));
    options.threads(how.value("threads", 1)).maximize(how.value("maximize", false));
    options.progress([&](const tune::Progress& progress) {
      std::printf("%d/%d\n", int(progress.finished), int(progress.planned));
      if (++count == how.value("kill_after", -1)) std::raise(SIGKILL);
      if (count == how.value("stop_after", -1)) throw Error("stopped");
    });
    const tune::Study study(
        space, [&](tune::Trial& trial) { return objective(how, trial); }, options);
    const std::string method = how["method"];
    const tune::Results results = method == "grid"        ? study.grid(how["n"])
                                  : method == "halving"   ? study.successive_halving(how["n"], 1, 9)
                                  : method == "hyperband" ? study.hyperband(how["n"])
                                                          : study.random(how["n"]);
    results.write_csv(how["csv"].get<std::string>());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
