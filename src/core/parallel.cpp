#include "gradtape/core/parallel.h"

#include <algorithm>
#include <atomic>

#include <omp.h>
#include <pthread.h>

#include "core/crowding.h"
#include "core/threads.h"

#include "gradtape/core/error.h"

namespace gradtape {
namespace {

// OpenMP keeps its number of threads per thread. What set_num_threads says holds for all: each
// takes it over when it next asks.
std::atomic<int> chosen = 0;  // 0: OpenMP's own
thread_local int taken_over = 0;

thread_local bool single_thread = false;
std::atomic<bool> deterministic_only = false;

// libgomp's threads do not follow a fork, and it would wait for them for ever. So a child of a
// thread that may have started some runs on one thread, and what is created in it as well.
thread_local bool has_team = false;
std::atomic<bool> forked = false;

void in_child() {
  stop_watching_for_crowding();
  if (!has_team) return;
  forked = true;
  omp_set_num_threads(1);
}
[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, in_child);

int most_threads() { return std::max(kMostThreads, omp_get_num_procs()); }

int number_of_threads() {
  if (forked.load(std::memory_order_relaxed)) return 1;
  const int wanted = chosen.load(std::memory_order_relaxed);
  if (wanted != taken_over) [[unlikely]] {
    omp_set_num_threads(wanted);
    taken_over = wanted;
  }
  return omp_get_max_threads();
}

}  // namespace

void set_num_threads(int threads) {
  GRADTAPE_CHECK(threads > 0, "set_num_threads: the number must be positive; got ", threads);
  GRADTAPE_CHECK(threads <= most_threads(), "set_num_threads: the number must be at most ",
                 most_threads(), "; got ", threads);
  chosen = threads;
  taken_over = 0;
  number_of_threads();
}

int get_num_threads() { return std::min(number_of_threads(), most_threads()); }

void use_deterministic_algorithms(bool deterministic) { deterministic_only = deterministic; }
bool are_deterministic_algorithms_enabled() { return deterministic_only; }

SingleThreadGuard::SingleThreadGuard() : before_(single_thread) { single_thread = true; }
SingleThreadGuard::~SingleThreadGuard() { single_thread = before_; }

int available_threads() {
  if (single_thread || omp_in_parallel()) return 1;
  const int threads = number_of_threads();
  if (threads == 1) return 1;
  has_team = true;
  watch_for_crowding();
  // OMP_NUM_THREADS has no limit.
  return threads <= kMostThreads ? threads : get_num_threads();
}

int threads_for_library_sums() { return deterministic_only ? 1 : available_threads(); }

}  // namespace gradtape
