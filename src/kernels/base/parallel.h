#pragma once

#include <algorithm>
#include <cstdint>

#include "core/threads.h"

namespace gradtape::kernels {

// Calls f(part) for every part, each on a thread of its own: the one parallel loop.
template <class F>
void in_parallel(int64_t parts, const F& f) {
  if (parts == 1) return f(int64_t{0});
#pragma omp parallel for num_threads(static_cast <int>(parts)) schedule(static, 1)
  for (int64_t part = 0; part < parts; ++part) f(part);
}

// Parts of so much work that are worth a thread each, a thread's share being at least the grain.
inline int64_t parallel_parts(int64_t work, int64_t grain) {
  if (work <= grain) return 1;
  grain = std::max<int64_t>(grain, 1);
  return std::min<int64_t>(available_threads(), work / grain + (work % grain != 0));
}

// Calls f(begin, end) over parts of [0, n), in parallel if n is above the grain; the parts begin at
// multiples of 64 elements so that no two threads write one cache line.
template <class F>
void parallel_for(int64_t n, int64_t grain, const F& f) {
  if (n <= 0) return;
  const int64_t parts = parallel_parts(n, grain);
  if (parts == 1) return f(int64_t{0}, n);
  const int64_t step = ((n + parts - 1) / parts + 63) / 64 * 64;
  in_parallel(parts, [&](int64_t part) {
    const int64_t begin = part * step, end = std::min(begin + step, n);
    if (begin < end) f(begin, end);
  });
}

// The same for items of some work each: no rounding to 64.
template <class F>
void parallel_ranges(int64_t items, int64_t work_per_item, const F& f) {
  constexpr int64_t kGrain = 32768;
  if (items <= 0) return;
  const int64_t work = items * std::max<int64_t>(work_per_item, 1);
  const int64_t parts = std::min(items, parallel_parts(work, kGrain));
  if (parts == 1) return f(int64_t{0}, items);
  in_parallel(parts, [&](int64_t i) { f(items * i / parts, items * (i + 1) / parts); });
}

// Calls f(i) for every item.
template <class F>
void parallel_items(int64_t items, int64_t work_per_item, const F& f) {
  parallel_ranges(items, work_per_item, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) f(i);
  });
}

}  // namespace gradtape::kernels
