#include <limits>

#include "kernels/reduce/loop.h"
#include "kernels/reduce/reduce.h"

namespace gradtape::kernels {
namespace {

template <class T, bool kMax>
constexpr T worst() {
  using Limits = std::numeric_limits<T>;
  if constexpr (Limits::has_infinity)
    return kMax ? -Limits::infinity() : Limits::infinity();
  else
    return kMax ? Limits::lowest() : Limits::max();
}

// a takes the place of b, or is a NaN that b is not.
template <bool kMax, class T>
inline bool better(T a, T b) {
  return (kMax ? a > b : a < b) | ((a != a) & (b == b));
}

template <class T, bool kMax>
struct Extremum {
  using In = T;
  using Acc = T;
  using Out = T;
  T identity() const { return worst<T, kMax>(); }
  auto map(auto x, auto) const { return x; }
  T combine(T a, T b) const { return ((kMax ? a > b : a < b) | (a != a)) ? a : b; }
  // isnan, since xsimd 8.1's != is false for two NaNs.
  auto combine(xsimd::batch<T> a, xsimd::batch<T> b) const requires std::is_floating_point_v<T> {
    return xsimd::select((kMax ? a > b : a < b) | xsimd::isnan(a), a, b);
  }
  T finish(T value) const { return value; }
};

// bool elements are bytes that hold 0 or 1.
template <class F>
decltype(auto) visit_bytes(ScalarType dtype, const F& f) {
  return visit_dtype(dtype == kBool ? kUInt8 : dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    return f(TypeTag<std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>>{});
  });
}

template <bool kMax>
TensorBase extremum(const TensorBase& input, AxisMask axes, DimVector sizes) {
  TensorBase result = make_array(std::move(sizes), input.dtype());
  visit_bytes(input.dtype(), [&](auto tag) {
    reduce_into(Extremum<typename decltype(tag)::type, kMax>{}, input, axes, result.impl().data());
  });
  return result;
}

// The first position of the best of a contiguous row.
template <class T, bool kMax>
int64_t position_in_row(const T* x, int64_t n) {
  constexpr int64_t kChunk = 8192;  // stays in the nearest cache until its best is found in it
  const Extremum<T, kMax> reducer;
  int64_t position = 0;
  T best{};
  for (int64_t begin = 0; begin < n; begin += kChunk) {
    const int64_t count = std::min(kChunk, n - begin);
    const T candidate = reduce_row(reducer, x + begin, 1, count, T{});
    if (begin > 0 && !better<kMax>(candidate, best)) continue;
    best = candidate;
    int64_t i = 0;
    if (best == best) {
      while (x[begin + i] != best) ++i;
    } else {
      while (x[begin + i] == x[begin + i]) ++i;
    }
    position = begin + i;
    if (best != best) break;
  }
  return position;
}

template <class T, bool kMax>
void positions_in_rows(const T* x, int64_t outer, int64_t n, T* values, int64_t* indices) {
  parallel_ranges(outer, n, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      indices[i] = position_in_row<T, kMax>(x + i * n, n);
      values[i] = x[i * n + indices[i]];
    }
  });
}

// The same down columns, [outer, n, inner]; positions are kept as wide as elements, so that both
// fit the same vector registers.
template <class T, bool kMax>
void positions_in_columns(const T* x, int64_t outer, int64_t n, int64_t inner, T* values,
                          int64_t* indices) {
  using Position = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;
  constexpr int64_t kColumns = 256;
  const int64_t blocks = (inner + kColumns - 1) / kColumns;
  parallel_ranges(outer * blocks, n * std::min(inner, kColumns), [&](int64_t begin, int64_t end) {
    T best[kColumns];
    Position position[kColumns];
    for (int64_t item = begin; item < end; ++item) {
      const int64_t first = item % blocks * kColumns;
      const int64_t count = std::min(kColumns, inner - first);
      const T* column = x + item / blocks * n * inner + first;
      for (int64_t j = 0; j < count; ++j) {
        best[j] = column[j];
        position[j] = 0;
      }
      for (int64_t i = 1; i < n; ++i) {
        const T* row = column + i * inner;
#pragma omp simd
        for (int64_t j = 0; j < count; ++j) {
          const bool take = better<kMax>(row[j], best[j]);
          best[j] = take ? row[j] : best[j];
          position[j] = take ? static_cast<Position>(i) : position[j];
        }
      }
      const int64_t to = item / blocks * inner + first;
      for (int64_t j = 0; j < count; ++j) {
        values[to + j] = best[j];
        indices[to + j] = position[j];
      }
    }
  });
}

template <bool kMax>
std::pair<TensorBase, TensorBase> with_index(const TensorBase& input, int64_t axis,
                                             DimVector sizes) {
  const TensorBase x = dense(input);
  TensorBase indices = make_array(sizes, kInt64);
  TensorBase values = make_array(std::move(sizes), input.dtype());
  const AroundAxis around(x, axis);
  const int64_t outer = around.outer, n = around.n, inner = around.inner;
  auto* positions = reinterpret_cast<int64_t*>(indices.impl().data());
  if (outer * inner == 0) return {values, indices};
  visit_bytes(input.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto* from = reinterpret_cast<const T*>(x.impl().data());
    auto* to = reinterpret_cast<T*>(values.impl().data());
    if (inner == 1) {
      positions_in_rows<T, kMax>(from, outer, n, to, positions);
    } else {
      positions_in_columns<T, kMax>(from, outer, n, inner, to, positions);
    }
  });
  return {values, indices};
}

template <bool kMax>
int64_t position(const TensorBase& input) {
  const TensorBase x = dense(input);
  return visit_bytes(input.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr int64_t kChunk = 32768;
    const auto* from = reinterpret_cast<const T*>(x.impl().data());
    const int64_t n = x.numel(), chunks = (n + kChunk - 1) / kChunk;
    if (chunks <= 1) return position_in_row<T, kMax>(from, n);
    const std::unique_ptr<T[]> best(new T[chunks]);
    parallel_ranges(chunks, kChunk, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        best[i] = reduce_row(Extremum<T, kMax>{}, from + i * kChunk, 1,
                             std::min(kChunk, n - i * kChunk), T{});
      }
    });
    const int64_t begin = position_in_row<T, kMax>(best.get(), chunks) * kChunk;
    return begin + position_in_row<T, kMax>(from + begin, std::min(kChunk, n - begin));
  });
}

}  // namespace

TensorBase amax(const TensorBase& input, AxisMask axes, DimVector sizes) {
  return extremum<true>(input, axes, std::move(sizes));
}

TensorBase amin(const TensorBase& input, AxisMask axes, DimVector sizes) {
  return extremum<false>(input, axes, std::move(sizes));
}

std::pair<TensorBase, TensorBase> max_with_index(const TensorBase& input, int64_t axis,
                                                 DimVector sizes) {
  return with_index<true>(input, axis, std::move(sizes));
}

std::pair<TensorBase, TensorBase> min_with_index(const TensorBase& input, int64_t axis,
                                                 DimVector sizes) {
  return with_index<false>(input, axis, std::move(sizes));
}

int64_t argmax(const TensorBase& input) { return position<true>(input); }

int64_t argmin(const TensorBase& input) { return position<false>(input); }

}  // namespace gradtape::kernels
