#pragma once

#include <cstdint>

#include "kernels/base/array.h"

namespace gradtape::kernels {

// A matrix somewhere in memory; transposing is swapping strides.
template <class T>
struct Matrix {
  const T* data;
  int64_t rows, cols;
  int64_t row_stride, col_stride;

  Matrix t() const { return {data, cols, rows, col_stride, row_stride}; }
};

// The matrix in the last two axes of an array, or its transpose; the caller adds the batch axis, if
// there is one.
template <class T>
Matrix<T> matrix_of(const TensorBase& array, bool transpose = false) {
  const DimVector& sizes = array.impl().sizes();
  const DimVector& strides = array.impl().strides();
  const size_t row = sizes.size() - 2, col = row + 1;
  const Matrix<T> matrix{data_of<T>(array), sizes[row], sizes[col], strides[row], strides[col]};
  return transpose ? matrix.t() : matrix;
}

// c = alpha a b + beta c + bias, with c [a.rows, b.cols] row-major, rows ldc apart, and bias
// [b.cols], if any, added to every row. With beta 0 what was in c does not matter. By a loop of our
// own, or by oneDNN (f32) and OpenBLAS (f64) where they are faster; operands that are row- or
// column-major with any leading dimension are not copied.
void gemm(const Matrix<float>& a, const Matrix<float>& b, float* c, int64_t ldc, float alpha = 1,
          float beta = 0, const float* bias = nullptr);
void gemm(const Matrix<double>& a, const Matrix<double>& b, double* c, int64_t ldc,
          double alpha = 1, double beta = 0, const double* bias = nullptr);

// For a scope of this thread, library kernels use this many threads.
class LibraryThreads {
 public:
  explicit LibraryThreads(int threads);
  ~LibraryThreads();
  LibraryThreads(const LibraryThreads&) = delete;
  LibraryThreads& operator=(const LibraryThreads&) = delete;

 private:
  int before_;
};

}  // namespace gradtape::kernels
