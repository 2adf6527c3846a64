#include "kernels/gemm/panels.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <omp.h>

namespace gradtape::kernels {
namespace {

// A panel is some vectors of b's columns, kDepth rows deep at most, so that it stays in the first
// cache; a tile is a few rows of c by one panel, so that its sums stay in registers.
#if defined(__AVX512F__)
constexpr int kVectorBytes = 64, kTileRows = 8;
#elif defined(__AVX__)
constexpr int kVectorBytes = 32, kTileRows = 6;
#else
constexpr int kVectorBytes = 16, kTileRows = 4;
#endif
constexpr int kVectors = 2;
constexpr int64_t kDepth = 256;
// Threads divide c in blocks of this many rows of one panel.
constexpr int64_t kBlockRows = 4 * kTileRows;

template <class T>
constexpr int kWidth = kVectorBytes / sizeof(T);
template <class T>
constexpr int kPanel = kVectors* kWidth<T>;
template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(kVectorBytes)));
};
template <class T>
using Vector = typename VectorOf<T>::type;

template <class T>
inline Vector<T> load(const T* from) {
  Vector<T> v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

template <class T>
inline void store(T* to, const Vector<T>& v) {
  std::memcpy(to, &v, sizeof v);
}

// -- packing

// In the 2x2 blocks of lanes and vectors that are kStep apart, swaps what is off the diagonal.
template <int kStep, class T, size_t... kLane>
inline void swap_lanes(Vector<T>& a, Vector<T>& b, std::index_sequence<kLane...>) {
  constexpr int kOther = kWidth<T>;  // b's lanes follow a's
  const Vector<T> left = a, right = b;
  a = __builtin_shufflevector(left, right, (kLane & kStep ? kOther + kLane - kStep : kLane)...);
  b = __builtin_shufflevector(left, right, (kLane & kStep ? kOther + kLane : kLane + kStep)...);
}

template <int kStep, class T>
inline void transpose(Vector<T> (&rows)[kWidth<T>]) {
  if constexpr (kStep < kWidth<T>) {
#pragma GCC unroll 16
    for (int i = 0; i < kWidth<T>; ++i) {
      if (i & kStep) continue;
      swap_lanes<kStep, T>(rows[i], rows[i + kStep], std::make_index_sequence<kWidth<T>>());
    }
    transpose<2 * kStep, T>(rows);
  }
}

// kWidth rows of the panel from columns that are contiguous; columns that are missing are zero.
template <class T>
inline void pack_columns(const T* column, int64_t stride, int64_t count, T* row) {
  Vector<T> square[kWidth<T>];
#pragma GCC unroll 16
  for (int j = 0; j < kWidth<T>; ++j) {
    square[j] = j < count ? load(column + j * stride) : Vector<T>{};
  }
  transpose<1, T>(square);
#pragma GCC unroll 16
  for (int p = 0; p < kWidth<T>; ++p) store(row + p * kPanel<T>, square[p]);
}

// The panel's rows, one after the other; beyond b's columns zero, to whole vectors.
template <class T>
void pack(const Matrix<T>& b, T* panel) {
  int64_t p = 0;
  if (b.row_stride == 1) {
    for (; p + kWidth<T> <= b.rows; p += kWidth<T>) {
      for (int64_t j = 0; j < b.cols; j += kWidth<T>) {
        pack_columns(b.data + p + j * b.col_stride, b.col_stride, b.cols - j,
                     panel + p * kPanel<T> + j);
      }
    }
  }
  const int64_t width = (b.cols + kWidth<T> - 1) / kWidth<T> * kWidth<T>;
  for (; p < b.rows; ++p) {
    const T* from = b.data + p * b.row_stride;
    T* row = panel + p * kPanel<T>;
    for (int64_t j = 0; j < b.cols; ++j) row[j] = from[j * b.col_stride];
    for (int64_t j = b.cols; j < width; ++j) row[j] = 0;
  }
}

// -- the product

// What becomes of the sums.
template <class T>
struct Target {
  T* c;
  int64_t ldc, cols;
  T alpha, beta;
  const T* bias;

  Target at(int64_t row) const { return {c + row * ldc, ldc, cols, alpha, beta, bias}; }
};

// Any factors, bias or number of columns.
template <int R, int S, class T>
void finish_slowly(const T* sums, const Target<T>& to) {
  for (int r = 0; r < R; ++r, sums += S * kWidth<T>) {
    T* place = to.c + r * to.ldc;
    for (int64_t j = 0; j < to.cols; ++j) {
      T value = to.alpha * sums[j];
      if (to.beta != 0) value += to.beta * place[j];
      if (to.bias) value += to.bias[j];
      place[j] = value;
    }
  }
}

// R rows of a times S vectors of b's columns. All loops over r and s are unrolled: the sums must
// not be an array in memory.
template <int R, int S, class T>
void tile(const Matrix<T>& a, const T* b, int64_t b_stride, const Target<T>& to) {
  Vector<T> sums[R * S];
#pragma GCC unroll 16
  for (int i = 0; i < R * S; ++i) sums[i] = Vector<T>{};
  const T* column = a.data;
  for (int64_t p = 0; p < a.cols; ++p, column += a.col_stride, b += b_stride) {
    Vector<T> row[S];
#pragma GCC unroll 4
    for (int s = 0; s < S; ++s) row[s] = load(b + s * kWidth<T>);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s) sums[r * S + s] += column[r * a.row_stride] * row[s];
    }
  }
  if (to.cols < S * kWidth<T> || to.alpha != 1 || (to.beta != 0 && to.beta != 1)) {
    T values[R * S * kWidth<T>];
#pragma GCC unroll 16
    for (int i = 0; i < R * S; ++i) store(values + i * kWidth<T>, sums[i]);
    finish_slowly<R, S>(values, to);
    return;
  }
#pragma GCC unroll 16
  for (int i = 0; i < R * S; ++i) {
    const int64_t r = i / S, first = i % S * kWidth<T>;
    if (to.bias) sums[i] += load(to.bias + first);
    T* place = to.c + r * to.ldc + first;
    store(place, to.beta == 0 ? sums[i] : sums[i] + load(place));
  }
}

template <int S, class T>
void all_rows(Matrix<T> a, const T* b, int64_t b_stride, const Target<T>& to) {
  int64_t i = 0;
  const auto advance = [&](auto count) {
    constexpr int R = decltype(count)::value;
    for (; i + R <= a.rows; i += R, a.data += R * a.row_stride) {
      tile<R, S, T>(a, b, b_stride, to.at(i));
    }
  };
  advance(std::integral_constant<int, kTileRows>());
  advance(std::integral_constant<int, 4>());
  advance(std::integral_constant<int, 2>());
  advance(std::integral_constant<int, 1>());
}

template <class T>
Matrix<T> part(const Matrix<T>& m, int64_t row, int64_t rows, int64_t col, int64_t cols) {
  return {m.data + row * m.row_stride + col * m.col_stride, rows, cols, m.row_stride, m.col_stride};
}

// Some rows of a times one panel's columns; whole rows of b need no packing.
template <class T>
void panel_product(const Matrix<T>& a, const Matrix<T>& b, T* packed, Target<T> to) {
  const bool direct = b.col_stride == 1 && b.cols % kWidth<T> == 0;
  const int64_t pieces = (a.cols + kDepth - 1) / kDepth;
  const int64_t depth = pieces > 1 ? (a.cols + pieces - 1) / pieces : a.cols;
  int64_t p = 0;
  do {
    const int64_t count = std::min(depth, a.cols - p);
    const Matrix<T> left = part(a, 0, a.rows, p, count), right = part(b, p, count, 0, b.cols);
    if (!direct) pack(right, packed);
    const T* rows = direct ? right.data : packed;
    const int64_t stride = direct ? b.row_stride : kPanel<T>;
    if (b.cols > kWidth<T>) {
      all_rows<kVectors>(left, rows, stride, to);
    } else {
      all_rows<1>(left, rows, stride, to);
    }
    to.beta = 1;
    to.bias = nullptr;
    p += count;
  } while (p < a.cols);
}

}  // namespace

template <class T>
void panel_gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t ldc, T alpha, T beta,
                const T* bias, int threads) {
  const int64_t panels = (b.cols + kPanel<T> - 1) / kPanel<T>;
  const int64_t blocks = (a.rows + kBlockRows - 1) / kBlockRows;
  // Blocks [begin, end), counted down each panel.
  const auto product = [&](int64_t begin, int64_t end) {
    alignas(64) T packed[kDepth * kPanel<T>];
    while (begin < end) {
      const int64_t first = begin % blocks, count = std::min(blocks - first, end - begin);
      const int64_t i = first * kBlockRows, rows = std::min(count * kBlockRows, a.rows - i);
      const int64_t j = begin / blocks * kPanel<T>, cols = std::min<int64_t>(kPanel<T>, b.cols - j);
      panel_product(part(a, i, rows, 0, a.cols), part(b, 0, b.rows, j, cols), packed,
                    Target<T>{c + i * ldc + j, ldc, cols, alpha, beta, bias ? bias + j : nullptr});
      begin += count;
    }
  };
  const int64_t all = panels * blocks;
  if (threads == 1 || all == 1) return product(0, all);
#pragma omp parallel num_threads(threads)
  {
    const int64_t team = omp_get_num_threads(), self = omp_get_thread_num();
    product(all * self / team, all * (self + 1) / team);
  }
}

template void panel_gemm(const Matrix<float>&, const Matrix<float>&, float*, int64_t, float, float,
                         const float*, int);
template void panel_gemm(const Matrix<double>&, const Matrix<double>&, double*, int64_t, double,
                         double, const double*, int);

}  // namespace gradtape::kernels
