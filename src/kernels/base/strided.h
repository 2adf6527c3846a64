#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "kernels/base/parallel.h"

#include "gradtape/core/array_ref.h"
#include "gradtape/core/dim_vector.h"

namespace gradtape::kernels {

// Calls f(offsets, n) for every row of a loop nest over N arrays that share sizes: offsets[k] is
// where the row starts in array k, n its length; along it array k moves by the last of its strides.
// Offsets and strides are in elements. Rank 0 is one row of one.
template <size_t N, class F>
void for_each_row(IntArrayRef sizes, const std::array<IntArrayRef, N>& strides, const F& f) {
  std::array<int64_t, N> offsets{};
  for (const int64_t size : sizes) {
    if (size == 0) return;
  }
  if (sizes.empty()) {
    f(offsets, int64_t{1});
    return;
  }
  const size_t outer = sizes.size() - 1;
  DimVector index(outer);
  while (true) {
    f(offsets, sizes.back());
    size_t i = outer;
    for (; i-- > 0;) {
      for (size_t k = 0; k < N; ++k) offsets[k] += strides[k][i];
      if (++index[i] < sizes[i]) break;
      for (size_t k = 0; k < N; ++k) offsets[k] -= sizes[i] * strides[k][i];
      index[i] = 0;
    }
    if (i == static_cast<size_t>(-1)) return;
  }
}

// The same with the rows shared out among threads along the longest axis but one, if there are
// elements enough: f must not mind in which order parts of that axis come.
template <size_t N, class F>
void parallel_rows(IntArrayRef sizes, const std::array<IntArrayRef, N>& strides, int64_t but,
                   const F& f) {
  size_t axis = sizes.size();
  int64_t count = 1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    count *= sizes[i];
    if (static_cast<int64_t>(i) == but) continue;
    if (axis == sizes.size() || sizes[i] > sizes[axis]) axis = i;
  }
  if (axis == sizes.size() || count == 0) return for_each_row<N>(sizes, strides, f);
  const int64_t length = sizes[axis];
  const int64_t parts = std::min<int64_t>(length, available_threads());
  parallel_items(parts, count / parts, [&](int64_t part) {
    const int64_t begin = length * part / parts, end = length * (part + 1) / parts;
    DimVector some(sizes);
    some[axis] = end - begin;
    for_each_row<N>(some, strides, [&](std::array<int64_t, N> at, int64_t n) {
      for (size_t k = 0; k < N; ++k) at[k] += begin * strides[k][axis];
      f(at, n);
    });
  });
}

// What array k moves by along a row.
inline int64_t row_stride(IntArrayRef strides) { return strides.empty() ? 0 : strides.back(); }

// Calls f(offsets) for every element.
template <size_t N, class F>
void for_each_element(IntArrayRef sizes, const std::array<IntArrayRef, N>& strides, const F& f) {
  std::array<int64_t, N> steps;
  for (size_t k = 0; k < N; ++k) steps[k] = row_stride(strides[k]);
  for_each_row<N>(sizes, strides, [&](std::array<int64_t, N> at, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      f(at);
      for (size_t k = 0; k < N; ++k) at[k] += steps[k];
    }
  });
}

}  // namespace gradtape::kernels
