#include "kernels/gemm/qr.h"

#include <vector>

#include "kernels/base/array.h"

// LAPACK, of which OpenBLAS brings its own; matrices are column by column.
extern "C" {
void sgeqrf_(const int* m, const int* n, float* a, const int* lda, float* tau, float* work,
             const int* lwork, int* info);
void dgeqrf_(const int* m, const int* n, double* a, const int* lda, double* tau, double* work,
             const int* lwork, int* info);
void sorgqr_(const int* m, const int* n, const int* k, float* a, const int* lda, const float* tau,
             float* work, const int* lwork, int* info);
void dorgqr_(const int* m, const int* n, const int* k, double* a, const int* lda, const double* tau,
             double* work, const int* lwork, int* info);
}

namespace gradtape::kernels {

namespace {

template <class T>
void orthonormalize(T* a, int m, int n) {
  constexpr bool kFloat = std::is_same_v<T, float>;
  std::vector<T> tau(n), signs(n), work(static_cast<size_t>(n) * 64);
  const int lwork = static_cast<int>(work.size());
  int info = 0;
  if constexpr (kFloat)
    sgeqrf_(&m, &n, a, &m, tau.data(), work.data(), &lwork, &info);
  else
    dgeqrf_(&m, &n, a, &m, tau.data(), work.data(), &lwork, &info);
  GRADTAPE_CHECK(info == 0, "orthonormal_columns: geqrf failed (", info, ")");
  for (int j = 0; j < n; ++j) {
    const T r = a[j + static_cast<size_t>(j) * m];
    signs[j] = static_cast<T>((r > 0) - (r < 0));
  }
  if constexpr (kFloat)
    sorgqr_(&m, &n, &n, a, &m, tau.data(), work.data(), &lwork, &info);
  else
    dorgqr_(&m, &n, &n, a, &m, tau.data(), work.data(), &lwork, &info);
  GRADTAPE_CHECK(info == 0, "orthonormal_columns: orgqr failed (", info, ")");
  for (int j = 0; j < n; ++j) {
    for (int i = 0; i < m; ++i) a[i + static_cast<size_t>(j) * m] *= signs[j];
  }
}

}  // namespace

TensorBase orthonormal_columns(const TensorBase& matrix) {
  const int64_t m = matrix.size(0), n = matrix.size(1);
  GRADTAPE_CHECK(m >= n, "orthonormal_columns: rows must not be fewer than columns; got matrix ",
                 matrix.sizes());
  // Row by row this holds the transposed matrix: column by column the matrix itself.
  TensorBase columns = make_array({n, m}, matrix.dtype());
  copy(columns,
       window(matrix, {n, m}, {matrix.stride(1), matrix.stride(0)}, matrix.storage_offset()));
  if (n > 0) {
    visit_floating(matrix.dtype(), "orthonormal_columns", [&]<class T>(TypeTag<T>) {
      orthonormalize(columns.data_ptr<T>(), static_cast<int>(m), static_cast<int>(n));
    });
  }
  return window(columns, {m, n}, {1, m}, 0);
}

}  // namespace gradtape::kernels
