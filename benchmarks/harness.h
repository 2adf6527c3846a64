#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

// What a workload needs to be measured: the same source is built against gradtape and libtorch, and
// run.py runs the two programs in turn.
namespace bench {

// Seconds per call: the median of rounds that last at least 20 ms each, for about a second, or of
// as many of five as begin within five.
inline double median_seconds(const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  const auto seconds_of = [&](int64_t calls) {
    const auto start = Clock::now();
    for (int64_t i = 0; i < calls; ++i) work();
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  int64_t calls = 1;
  while (seconds_of(calls) < 0.02) calls *= 2;
  std::vector<double> rounds;
  for (double spent = 0; spent < 1.0 || (rounds.size() < 5 && spent < 5.0);) {
    rounds.push_back(seconds_of(calls));
    spent += rounds.back();
  }
  std::nth_element(rounds.begin(), rounds.begin() + rounds.size() / 2, rounds.end());
  return rounds[rounds.size() / 2] / static_cast<double>(calls);
}

// The most memory this program has had, in MB. Not getrusage's, which begins with what the process
// had that started this one.
inline double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  std::string key;
  while (status >> key && key != "VmHWM:") status.ignore(1000, '\n');
  double kilobytes = 0;
  status >> kilobytes;
  return kilobytes / 1024;
}

// Called with the work once all is set up.
using Measure = std::function<void(const std::function<void()>& work)>;

// A program of several workloads. Without arguments it lists their names; with a name it measures
// that one, in a process that has set up nothing else.
class Suite {
 public:
  Suite(int argc, char** argv) : chosen_(argc > 1 ? argv[1] : "") {}

  void add(const std::string& name, const std::function<void(const Measure&)>& workload) {
    if (chosen_.empty()) {
      std::printf("%s\n", name.c_str());
    } else if (chosen_ == name) {
      workload([](const std::function<void()>& work) {
        const double seconds = median_seconds(work);
        std::printf("%.3f\t%.1f\n", seconds * 1e6, peak_megabytes());  // us, MB
      });
    }
  }

 private:
  std::string chosen_;
};

}  // namespace bench
