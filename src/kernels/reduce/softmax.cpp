// g++ 12 believes that its own AVX-512 intrinsics read registers uninitialized.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include "kernels/reduce/softmax.h"

#include <cmath>

#include "kernels/reduce/plan.h"
#include "kernels/reduce/softmax_row.h"

namespace gradtape::kernels {
namespace {

template <bool kLog, class T>
void backward_row(const T* grad, const T* y, int64_t n, T* out) {
  Batch<T> sum(T{0});
  T tail = 0;
  int64_t i = 0;
  for (; i + kWidth<T> <= n; i += kWidth<T>) {
    const auto g = Batch<T>::load_unaligned(grad + i);
    if constexpr (kLog)
      sum += g;
    else
      sum += g * Batch<T>::load_unaligned(y + i);
  }
  for (; i < n; ++i) tail += kLog ? grad[i] : grad[i] * y[i];
  const T total = xsimd::hadd(sum) + tail;
  const Batch<T> all(total);
  if constexpr (kLog) {
    for_batches(y, n, T{0}, [&](int64_t at, Batch<T> v) {
      const Batch<T> product = xsimd::exp(v) * all;
      if (at + kWidth<T> <= n) {
        (Batch<T>::load_unaligned(grad + at) - product).store_unaligned(out + at);
        return;
      }
      alignas(64) T lanes[kWidth<T>];
      product.store_aligned(lanes);
      for (int64_t j = 0; at + j < n; ++j) out[at + j] = grad[at + j] - lanes[j];
    });
  } else {
    for (int64_t j = 0; j < n; ++j) out[j] = y[j] * (grad[j] - total);
  }
}

constexpr int64_t kColumns = 256;

// y = exp(x - shift), column by column.
template <class T>
inline void exp_of_difference(const T* x, const T* shift, int64_t n, T* y) {
  int64_t j = 0;
  for (; j + kWidth<T> <= n; j += kWidth<T>) {
    xsimd::exp(Batch<T>::load_unaligned(x + j) - Batch<T>::load_unaligned(shift + j))
        .store_unaligned(y + j);
  }
  for (; j < n; ++j) y[j] = std::exp(x[j] - shift[j]);
}

template <bool kLog, class T>
void forward_columns(const T* x, int64_t n, int64_t stride, int64_t columns, T* y) {
  T max[kColumns], sum[kColumns], e[kColumns];
  for (int64_t j = 0; j < columns; ++j) max[j] = x[j], sum[j] = 0;
  for (int64_t i = 1; i < n; ++i) {
    const T* row = x + i * stride;
    for (int64_t j = 0; j < columns; ++j) max[j] = row[j] > max[j] ? row[j] : max[j];
  }
  for (int64_t i = 0; i < n; ++i) {
    T* to = kLog ? e : y + i * stride;
    exp_of_difference(x + i * stride, max, columns, to);
    for (int64_t j = 0; j < columns; ++j) sum[j] += to[j];
  }
  for (int64_t j = 0; j < columns; ++j) sum[j] = kLog ? std::log(sum[j]) : 1 / sum[j];
  for (int64_t i = 0; i < n; ++i) {
    const T* from = x + i * stride;
    T* to = y + i * stride;
    for (int64_t j = 0; j < columns; ++j)
      to[j] = kLog ? (from[j] - max[j]) - sum[j] : to[j] * sum[j];
  }
}

template <bool kLog, class T>
void backward_columns(const T* grad, const T* y, int64_t n, int64_t stride, int64_t columns,
                      T* out) {
  T sum[kColumns], e[kColumns];
  const T zero[kColumns] = {};
  for (int64_t j = 0; j < columns; ++j) sum[j] = 0;
  for (int64_t i = 0; i < n; ++i) {
    const T *g = grad + i * stride, *v = y + i * stride;
    for (int64_t j = 0; j < columns; ++j) sum[j] += kLog ? g[j] : g[j] * v[j];
  }
  for (int64_t i = 0; i < n; ++i) {
    const T *g = grad + i * stride, *v = y + i * stride;
    T* to = out + i * stride;
    if constexpr (kLog) exp_of_difference(v, zero, columns, e);
    for (int64_t j = 0; j < columns; ++j)
      to[j] = kLog ? g[j] - e[j] * sum[j] : v[j] * (g[j] - sum[j]);
  }
}

// row(offset) for each row along the last axis, columns(offset, count) for blocks of columns.
template <class Row, class Columns>
void walk(const AroundAxis& extent, const Row& row, const Columns& columns) {
  const auto [outer, n, inner] = extent;
  if (outer * n * inner == 0) return;
  if (inner == 1) {
    parallel_ranges(outer, n * kExpWork, [&, n = n](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) row(i * n);
    });
    return;
  }
  const int64_t blocks = (inner + kColumns - 1) / kColumns;
  parallel_ranges(outer * blocks, n * std::min(inner, kColumns) * kExpWork,
                  [&, n = n, inner = inner](int64_t begin, int64_t end) {
                    for (int64_t i = begin; i < end; ++i) {
                      const int64_t first = i % blocks * kColumns;
                      columns(i / blocks * n * inner + first, std::min(kColumns, inner - first));
                    }
                  });
}

template <bool kLog>
TensorBase forward(const TensorBase& input, int64_t axis) {
  const TensorBase x = dense(input);
  TensorBase result = make_array(x.impl().sizes(), x.dtype());
  const AroundAxis extent(x, axis);
  visit_floating(x.dtype(), kLog ? "log_softmax" : "softmax", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto* from = reinterpret_cast<const T*>(x.impl().data());
    auto* to = reinterpret_cast<T*>(result.impl().data());
    walk(
        extent, [&](int64_t at) { softmax_row<kLog>(from + at, extent.n, to + at); },
        [&](int64_t at, int64_t count) {
          forward_columns<kLog>(from + at, extent.n, extent.inner, count, to + at);
        });
  });
  return result;
}

template <bool kLog>
TensorBase backward(const TensorBase& grad, const TensorBase& output, int64_t axis) {
  const TensorBase g = dense(grad, output.dtype()), y = dense(output);
  TensorBase result = make_array(y.impl().sizes(), y.dtype());
  const AroundAxis extent(y, axis);
  visit_floating(y.dtype(), kLog ? "log_softmax" : "softmax", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto* a = reinterpret_cast<const T*>(g.impl().data());
    const auto* b = reinterpret_cast<const T*>(y.impl().data());
    auto* to = reinterpret_cast<T*>(result.impl().data());
    walk(
        extent, [&](int64_t at) { backward_row<kLog>(a + at, b + at, extent.n, to + at); },
        [&](int64_t at, int64_t count) {
          backward_columns<kLog>(a + at, b + at, extent.n, extent.inner, count, to + at);
        });
  });
  return result;
}

}  // namespace

TensorBase softmax(const TensorBase& input, int64_t axis) { return forward<false>(input, axis); }
TensorBase log_softmax(const TensorBase& input, int64_t axis) { return forward<true>(input, axis); }
TensorBase softmax_backward(const TensorBase& grad, const TensorBase& output, int64_t axis) {
  return backward<false>(grad, output, axis);
}
TensorBase log_softmax_backward(const TensorBase& grad, const TensorBase& output, int64_t axis) {
  return backward<true>(grad, output, axis);
}

}  // namespace gradtape::kernels
