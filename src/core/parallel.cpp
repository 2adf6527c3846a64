#include "gradtape/core/parallel.h"

#include <atomic>

#include <omp.h>

#include "kernels/parallel.h"

#include "gradtape/core/error.h"

namespace gradtape {
namespace {
thread_local bool single_thread = false;
std::atomic<bool> deterministic_only = false;
}  // namespace

void set_num_threads(int threads) {
  GRADTAPE_CHECK(threads > 0, "set_num_threads: the number must be positive; got ", threads);
  omp_set_num_threads(threads);
}

int get_num_threads() { return omp_get_max_threads(); }

void use_deterministic_algorithms(bool deterministic) { deterministic_only = deterministic; }
bool are_deterministic_algorithms_enabled() { return deterministic_only; }

SingleThreadGuard::SingleThreadGuard() : before_(single_thread) { single_thread = true; }
SingleThreadGuard::~SingleThreadGuard() { single_thread = before_; }

int kernels::available_threads() {
  return single_thread || omp_in_parallel() ? 1 : omp_get_max_threads();
}

int kernels::threads_for_library_sums() { return deterministic_only ? 1 : available_threads(); }

}  // namespace gradtape
