#pragma once

#include <cstdint>

namespace gradtape::kernels {

// A matrix somewhere in memory; transposing is swapping strides.
template <class T>
struct Matrix {
  const T* data;
  int64_t rows, cols;
  int64_t row_stride, col_stride;

  Matrix t() const { return {data, cols, rows, col_stride, row_stride}; }
};

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
