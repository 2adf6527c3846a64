#include "core/crowding.h"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <omp.h>
#include <unistd.h>

namespace gradtape {
namespace {

constexpr int64_t kMillisecond = 1'000'000;
constexpr int64_t kWindow = 50 * kMillisecond;
// It begins with more than a tenth of two windows in a row, and ends after a second in which less
// than a fiftieth was waited: threads that sleep are in nobody's way, so there is less to see.
constexpr int kLong = 10, kStaysLong = 50, kWindows = 2;
constexpr int64_t kMemory = 1000 * kMillisecond;

int64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);  // a few nanoseconds, right to a few milliseconds
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

// How long this thread has been ready to run and was not, in nanoseconds; -1 if Linux does not say.
int64_t waited_for_a_core() {
  const int file = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  char text[96];
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  if (size <= 0) return -1;
  text[size] = '\0';
  char* rest = nullptr;
  std::strtoll(text, &rest, 10);  // the time that it ran
  return std::strtoll(rest, nullptr, 10);
}

// libgomp hardly spins while it manages more threads than there are cores (its manual, under
// GOMP_SPINCOUNT). This is a team that sleeps and is counted.
class SleepingTeam {
 public:
  SleepingTeam() {
    const int cores = omp_get_num_procs(), working = omp_get_max_threads();
    const int size = working > cores ? 0 : cores - working + 2;
    // libgomp ends a program that may not have so many threads more.
    constexpr int kMost = 8;
    if (size == 0 || size > kMost) return;
    // It may not take the program's signals.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      std::thread([end = end_, size] {
        std::atomic<int> members = 0;
#pragma omp parallel num_threads(size)
        ++members;
        end->wait(false);
      }).detach();
    } catch (const std::exception&) {  // no more threads: it remains as it was
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  ~SleepingTeam() {
    *end_ = true;
    end_->notify_all();
  }
  SleepingTeam(const SleepingTeam&) = delete;
  SleepingTeam& operator=(const SleepingTeam&) = delete;

 private:
  std::shared_ptr<std::atomic<bool>> end_ = std::make_shared<std::atomic<bool>>(false);
};

std::atomic<bool> crowded = false, stopped = false;
std::atomic<int64_t> last_crowded = 0;

void set_crowded(bool value) {
  // Not freed at the program's end, when its thread may be gone.
  static auto* team = new std::unique_ptr<SleepingTeam>();
  static auto* mutex = new std::mutex();
  const std::lock_guard lock(*mutex);
  if (value == crowded) return;
  *team = value ? std::make_unique<SleepingTeam>() : nullptr;
  crowded = value;
}

const bool chosen_by_user = std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT");

thread_local int64_t window_begin = 0;
thread_local int64_t waited_before = -1;
thread_local int long_windows = 0;

}  // namespace

void stop_watching_for_crowding() { stopped = true; }

void watch_for_crowding() {
  if (chosen_by_user || stopped.load(std::memory_order_relaxed)) return;
  const int64_t time = now(), window = time - window_begin;
  if (window < kWindow) [[likely]]
    return;
  const int64_t waited = waited_for_a_core(), before = waited_before;
  window_begin = time;
  waited_before = waited;
  if (waited < 0 || before < 0) return;
  const bool was_crowded = crowded;
  const bool is_long = (waited - before) * (was_crowded ? kStaysLong : kLong) > window;
  long_windows = is_long ? long_windows + 1 : 0;
  if (long_windows >= (was_crowded ? 1 : kWindows)) {
    last_crowded = time;
    set_crowded(true);
  } else if (was_crowded && time - last_crowded > kMemory) {
    set_crowded(false);
  }
}

}  // namespace gradtape
