#include "kernels/gemm/gemm.h"

#include <algorithm>
#include <vector>

#include <cblas.h>
#include <dnnl.h>
#include <omp.h>

#include "kernels/base/parallel.h"
#include "kernels/gemm/panels.h"

#include "gradtape/core/error.h"

namespace gradtape::kernels {
namespace {

// Below this many multiply-adds a second thread costs more than it saves.
constexpr int64_t kThreadWork = 400'000;

template <class T>
void tiny_gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t ldc, T alpha, T beta,
               const T* bias) {
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
      if (bias) target += bias[j];
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

// The library adds the bias by accumulating onto it.
template <class T>
T start_from(const T* bias, int64_t m, int64_t n, T* c, int64_t ldc, T beta) {
  if (!bias) return beta;
  for (int64_t i = 0; i < m; ++i, c += ldc) {
    for (int64_t j = 0; j < n; ++j) c[j] = beta == 0 ? bias[j] : beta * c[j] + bias[j];
  }
  return 1;
}

// Which products our own panels take. They are at the machine's peak where b stays in the second
// cache; a transposed b is packed, which pays if enough rows use it, and then wins at any size.
// Without wide vectors the library's are wider, except for its overhead.
template <class T>
bool by_panels(const Matrix<T>& a, const Matrix<T>& b) {
  constexpr int64_t kSmallWork = 8192, kSecondCache = 1 << 18;
  const int64_t work = a.rows * a.cols * b.cols;
  const bool packs = b.col_stride != 1;
  if (work <= kSmallWork) return !packs || a.rows >= 4 || work <= 512;
  if (!kWideVectors) return false;
  return packs ? a.rows >= 12 : b.rows * b.cols < kSecondCache;
}

template <class T>
void gemm_of(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t ldc, T alpha, T beta,
             const T* bias) {
  const int64_t m = a.rows, k = a.cols, n = b.cols;
  if (m == 0 || n == 0) return;
  const int64_t work = m * n * k;
  if (work <= 64) return tiny_gemm(a, b, c, ldc, alpha, beta, bias);
  const bool alone = work < kThreadWork;
  if (by_panels(a, b)) {
    return panel_gemm(a, b, c, ldc, alpha, beta, bias, alone ? 1 : available_threads());
  }
  beta = start_from(bias, m, n, c, ldc, beta);
  const LibraryThreads threads(alone ? 1 : threads_for_library_sums());
  library_gemm(m, n, k, Operand<T>(a), Operand<T>(b), c, std::max(ldc, n), alpha, beta);
}

}  // namespace

void gemm(const Matrix<float>& a, const Matrix<float>& b, float* c, int64_t ldc, float alpha,
          float beta, const float* bias) {
  gemm_of(a, b, c, ldc, alpha, beta, bias);
}

void gemm(const Matrix<double>& a, const Matrix<double>& b, double* c, int64_t ldc, double alpha,
          double beta, const double* bias) {
  gemm_of(a, b, c, ldc, alpha, beta, bias);
}

LibraryThreads::LibraryThreads(int threads) : before_(omp_get_max_threads()) {
  if (threads != before_) omp_set_num_threads(threads);
}

LibraryThreads::~LibraryThreads() {
  if (omp_get_max_threads() != before_) omp_set_num_threads(before_);
}

}  // namespace gradtape::kernels
