#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <xsimd/xsimd.hpp>

// The softmax of one row in memory.
namespace gradtape::kernels {

template <class T>
using Batch = xsimd::batch<T>;
template <class T>
constexpr int64_t kWidth = Batch<T>::size;

// An exponential is worth about this many elements of plain work.
constexpr int64_t kExpWork = 8;

// Calls f(offset, batch) for all of a row; the last batch is filled up with pad.
template <class T, class F>
inline void for_batches(const T* x, int64_t n, T pad, const F& f) {
  int64_t i = 0;
  for (; i + kWidth<T> <= n; i += kWidth<T>) f(i, Batch<T>::load_unaligned(x + i));
  if (i == n) return;
  alignas(64) T last[kWidth<T>];
  for (int64_t j = 0; j < kWidth<T>; ++j) last[j] = i + j < n ? x[i + j] : pad;
  f(i, Batch<T>::load_aligned(last));
}

template <class T>
inline void store(const Batch<T>& batch, T* to, int64_t i, int64_t n) {
  if (i + kWidth<T> <= n) {
    batch.store_unaligned(to + i);
    return;
  }
  alignas(64) T lanes[kWidth<T>];
  batch.store_aligned(lanes);
  for (int64_t j = 0; i + j < n; ++j) to[i + j] = lanes[j];
}

template <class T>
inline T largest_lane(const Batch<T>& batch) {
  alignas(64) T lanes[kWidth<T>];
  batch.store_aligned(lanes);
  // Halves, not one after the other: short rows wait for this.
  for (int64_t half = kWidth<T> / 2; half > 0; half /= 2) {
    for (int64_t j = 0; j < half; ++j) lanes[j] = std::max(lanes[j], lanes[j + half]);
  }
  return lanes[0];
}

// What the softmax of a row is made with: exp(x - max) / total.
template <class T>
struct RowScale {
  T max, total;
};

// y = softmax(x), or its logarithm.
template <bool kLog, class T>
RowScale<T> softmax_row(const T* x, int64_t n, T* y) {
  constexpr T kLowest = -std::numeric_limits<T>::infinity();
  Batch<T> largest(kLowest);
  for_batches(x, n, kLowest, [&](int64_t, Batch<T> v) { largest = xsimd::max(largest, v); });
  const T shift = largest_lane(largest);
  const Batch<T> max(shift);
  Batch<T> sum(T{0});
  for_batches(x, n, kLowest, [&](int64_t i, Batch<T> v) {
    const Batch<T> e = xsimd::exp(v - max);
    sum += e;
    if constexpr (!kLog) store(e, y, i, n);
  });
  const T total = xsimd::hadd(sum);
  if constexpr (kLog) {
    // One shift by max + log(total) would round the logarithm away where the maximum is large.
    const Batch<T> log_total(std::log(total));
    for_batches(x, n, kLowest,
                [&](int64_t i, Batch<T> v) { store((v - max) - log_total, y, i, n); });
  } else {
    const Batch<T> scale(T{1} / total);
    for_batches(y, n, T{0}, [&](int64_t i, Batch<T> v) { store(v * scale, y, i, n); });
  }
  return {shift, total};
}

}  // namespace gradtape::kernels
