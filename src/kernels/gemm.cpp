#include "kernels/gemm.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include <cblas.h>
#include <dnnl.h>
#include <omp.h>

#include "kernels/parallel.h"

#include "gradtape/core/error.h"

namespace gradtape::kernels {
namespace {

// Up to here our own loop is faster than a call into the library.
template <class T>
constexpr int64_t kSmallWork = sizeof(T) == 4 ? 8192 : 20000;
constexpr int64_t kSmallDepth = 512;
// Below this many multiply-adds a second thread costs more than it saves.
constexpr int64_t kThreadWork = 400'000;

template <class T>
constexpr int64_t kWidth = 64 / sizeof(T);
template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(64)));
};
template <class T>
using Vector = typename VectorOf<T>::type;

// Rows [0, R) of one column panel: b has depth rows of one vector each, b_stride apart.
template <int R, class T>
void panel_product(const Matrix<T>& a, const T* b, int64_t b_stride, int64_t width, T* c,
                   int64_t ldc, T alpha, T beta) {
  Vector<T> sums[R] = {};
  const T* a_column = a.data;
  for (int64_t p = 0; p < a.cols; ++p, a_column += a.col_stride, b += b_stride) {
    Vector<T> row;
    std::memcpy(&row, b, sizeof row);
    for (int r = 0; r < R; ++r) sums[r] += a_column[r * a.row_stride] * row;
  }
  for (int r = 0; r < R; ++r) {
    T* target = c + r * ldc;
    if (width == kWidth<T> && beta == 0) {
      const Vector<T> value = alpha * sums[r];
      std::memcpy(target, &value, sizeof value);
      continue;
    }
    for (int64_t j = 0; j < width; ++j) {
      const T value = alpha * sums[r][j];
      target[j] = beta == 0 ? value : value + beta * target[j];
    }
  }
}

template <class T>
void small_gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t ldc, T alpha, T beta) {
  alignas(64) T packed[kSmallDepth * kWidth<T>];
  for (int64_t j = 0; j < b.cols; j += kWidth<T>) {
    const int64_t width = std::min(kWidth<T>, b.cols - j);
    const T* panel = b.data + j * b.col_stride;
    int64_t panel_stride = b.row_stride;
    if (width < kWidth<T> || b.col_stride != 1) {
      for (int64_t p = 0; p < b.rows; ++p) {
        T* row = packed + p * kWidth<T>;
        for (int64_t i = 0; i < width; ++i) row[i] = panel[p * panel_stride + i * b.col_stride];
        for (int64_t i = width; i < kWidth<T>; ++i) row[i] = 0;
      }
      panel = packed;
      panel_stride = kWidth<T>;
    }
    Matrix<T> rows = a;
    int64_t i = 0;
    const auto advance = [&](auto count) {
      constexpr int R = decltype(count)::value;
      for (; i + R <= a.rows; i += R, rows.data += R * a.row_stride) {
        panel_product<R>(rows, panel, panel_stride, width, c + i * ldc + j, ldc, alpha, beta);
      }
    };
    advance(std::integral_constant<int, 8>{});
    advance(std::integral_constant<int, 4>{});
    advance(std::integral_constant<int, 1>{});
  }
}

template <class T>
void tiny_gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t ldc, T alpha, T beta) {
  for (int64_t i = 0; i < a.rows; ++i) {
    for (int64_t j = 0; j < b.cols; ++j) {
      T sum = 0;
      const T* left = a.data + i * a.row_stride;
      const T* right = b.data + j * b.col_stride;
      for (int64_t p = 0; p < a.cols; ++p) {
        sum += left[p * a.col_stride] * right[p * b.row_stride];
      }
      T& target = c[i * ldc + j];
      target = beta == 0 ? alpha * sum : alpha * sum + beta * target;
    }
  }
}

// A matrix as the BLAS wants it: rows or columns contiguous. Made dense if it is neither.
template <class T>
struct Operand {
  const T* data;
  int64_t leading;
  bool transposed;
  std::vector<T> copy;

  explicit Operand(const Matrix<T>& m) : data(m.data) {
    if ((m.col_stride == 1 || m.cols == 1) && (m.row_stride >= m.cols || m.rows == 1)) {
      transposed = false;
      leading = std::max<int64_t>({1, m.cols, m.rows == 1 ? 1 : m.row_stride});
    } else if ((m.row_stride == 1 || m.rows == 1) && (m.col_stride >= m.rows || m.cols == 1)) {
      transposed = true;
      leading = std::max<int64_t>({1, m.rows, m.cols == 1 ? 1 : m.col_stride});
    } else {
      transposed = false;
      leading = std::max<int64_t>(1, m.cols);
      copy.resize(m.rows * m.cols);
      T* target = copy.data();
      for (int64_t i = 0; i < m.rows; ++i) {
        for (int64_t j = 0; j < m.cols; ++j) {
          *target++ = m.data[i * m.row_stride + j * m.col_stride];
        }
      }
      data = copy.data();
    }
  }
};

void library_gemm(int64_t m, int64_t n, int64_t k, const Operand<float>& a, const Operand<float>& b,
                  float* c, int64_t ldc, float alpha, float beta) {
  const dnnl_status_t status =
      dnnl_sgemm(a.transposed ? 'T' : 'N', b.transposed ? 'T' : 'N', m, n, k, alpha, a.data,
                 a.leading, b.data, b.leading, beta, c, ldc);
  GRADTAPE_CHECK(status == dnnl_success, "gemm: oneDNN refused a product of [", m, ", ", k,
                 "] and [", k, ", ", n, "], status ", static_cast<int>(status));
}

void library_gemm(int64_t m, int64_t n, int64_t k, const Operand<double>& a,
                  const Operand<double>& b, double* c, int64_t ldc, double alpha, double beta) {
  const auto flag = [](bool transposed) { return transposed ? CblasTrans : CblasNoTrans; };
  cblas_dgemm(CblasRowMajor, flag(a.transposed), flag(b.transposed), static_cast<blasint>(m),
              static_cast<blasint>(n), static_cast<blasint>(k), alpha, a.data,
              static_cast<blasint>(a.leading), b.data, static_cast<blasint>(b.leading), beta, c,
              static_cast<blasint>(ldc));
}

template <class T>
void gemm_of(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t ldc, T alpha, T beta) {
  const int64_t m = a.rows, k = a.cols, n = b.cols;
  if (m == 0 || n == 0) return;
  const int64_t work = m * n * k;
  if (work <= 32) return tiny_gemm(a, b, c, ldc, alpha, beta);
  // Packing b pays if several rows use it.
  const bool packs = b.col_stride != 1 && m < 4 && work > 512;
  if (work <= kSmallWork<T> && k <= kSmallDepth && !packs) {
    return small_gemm(a, b, c, ldc, alpha, beta);
  }
  const LibraryThreads threads(work < kThreadWork ? 1 : available_threads());
  library_gemm(m, n, k, Operand<T>(a), Operand<T>(b), c, std::max(ldc, n), alpha, beta);
}

}  // namespace

void gemm(const Matrix<float>& a, const Matrix<float>& b, float* c, int64_t ldc, float alpha,
          float beta) {
  gemm_of(a, b, c, ldc, alpha, beta);
}

void gemm(const Matrix<double>& a, const Matrix<double>& b, double* c, int64_t ldc, double alpha,
          double beta) {
  gemm_of(a, b, c, ldc, alpha, beta);
}

LibraryThreads::LibraryThreads(int threads) : before_(omp_get_max_threads()) {
  if (threads != before_) omp_set_num_threads(threads);
}

LibraryThreads::~LibraryThreads() {
  if (omp_get_max_threads() != before_) omp_set_num_threads(before_);
}

}  // namespace gradtape::kernels
