#pragma once

#include <cstdint>

namespace gradtape::kernels {

// Threads that a parallel op of this thread may use: set_num_threads, or 1 inside a loader's worker
// and inside another parallel op.
int available_threads();
// The same for a library that splits sums among its threads: 1 if results must not depend on them.
int threads_for_library_sums();

// Calls f(begin, end) over parts of [0, n), in parallel if n is above the grain; the parts begin at
// multiples of 64 elements so that no two threads write one cache line.
template <class F>
void parallel_for(int64_t n, int64_t grain, const F& f) {
  const int threads = n > grain ? available_threads() : 1;
  if (threads <= 1) {
    if (n > 0) f(int64_t{0}, n);
    return;
  }
  const int64_t parts = threads < (n + grain - 1) / grain ? threads : (n + grain - 1) / grain;
  const int64_t step = ((n + parts - 1) / parts + 63) / 64 * 64;
#pragma omp parallel for num_threads(static_cast <int>(parts)) schedule(static, 1)
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t begin = part * step;
    const int64_t end = begin + step < n ? begin + step : n;
    if (begin < end) f(begin, end);
  }
}

// As parallel_for for items that are large each: no rounding to 64.
template <class F>
void parallel_items(int64_t n, int64_t work_per_item, const F& f) {
  constexpr int64_t kGrain = 32768;
  const int threads = n > 1 && n * work_per_item > kGrain ? available_threads() : 1;
  if (threads <= 1) {
    for (int64_t i = 0; i < n; ++i) f(i);
    return;
  }
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t i = 0; i < n; ++i) f(i);
}

}  // namespace gradtape::kernels
