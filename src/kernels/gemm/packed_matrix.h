#pragma once

#include <algorithm>

#include <xsimd/xsimd.hpp>

#include "kernels/base/array.h"
#include "kernels/base/parallel.h"
#include "kernels/gemm/gemm.h"

namespace gradtape::kernels {

// A matrix b [depth, width] kept for many products with a few rows each, as a recurrent layer needs
// them: a library would pack b anew for each. Columns stand in panels of two vectors, the last one
// filled up with zeros. A product runs on the calling thread, and a row of it is the same number
// for number whatever rows it is computed with.
template <class T>
class PackedMatrix {
  using Batch = xsimd::batch<T>;
  static constexpr int64_t kVector = Batch::size, kPanel = 2 * kVector;
  // Sums of this many rows stay in registers: 16 of the 32 that AVX-512 has, 8 of 16 otherwise.
  static constexpr int kRows = sizeof(Batch) >= 64 ? 8 : 4;

 public:
  explicit PackedMatrix(const Matrix<T>& b) : depth_(b.rows), width_(b.cols) {
    const int64_t panels = (width_ + kPanel - 1) / kPanel;
    memory_ = make_array({panels * depth_ * kPanel}, dtype_of<T>());
    parallel_items(panels, depth_ * kPanel, [&](int64_t i) {
      const int64_t columns = std::min(kPanel, width_ - i * kPanel);
      const T* from = b.data + i * kPanel * b.col_stride;
      T* to = data() + i * depth_ * kPanel;
      for (int64_t p = 0; p < depth_; ++p, from += b.row_stride, to += kPanel) {
        for (int64_t j = 0; j < columns; ++j) to[j] = from[j * b.col_stride];
        for (int64_t j = columns; j < kPanel; ++j) to[j] = 0;
      }
    });
  }

  // c = a b, or c += a b, with a [rows, depth] and c [rows, width], rows lda and ldc apart.
  void multiply(const T* a, int64_t lda, int64_t rows, T* c, int64_t ldc, bool add) const {
    for (int64_t j = 0; j < width_; j += kPanel) {
      const T* const panel = data() + j * depth_;
      const int64_t columns = std::min(kPanel, width_ - j);
      int64_t i = 0;
      const auto advance = [&](auto count) {
        constexpr int R = decltype(count)::value;
        for (; i + R <= rows; i += R) {
          block<R>(a + i * lda, lda, panel, c + i * ldc + j, ldc, columns, add);
        }
      };
      advance(std::integral_constant<int, kRows>{});
      advance(std::integral_constant<int, kRows / 2>{});
      advance(std::integral_constant<int, 1>{});
    }
  }

 private:
  template <int R>
  void block(const T* a, int64_t lda, const T* panel, T* c, int64_t ldc, int64_t columns,
             bool add) const {
    Batch sums[R][2];
    for (int r = 0; r < R; ++r) sums[r][0] = sums[r][1] = Batch(T{0});
    for (int64_t p = 0; p < depth_; ++p, panel += kPanel) {
      const Batch left = Batch::load_aligned(panel), right = Batch::load_aligned(panel + kVector);
      for (int r = 0; r < R; ++r) {
        const Batch factor(a[r * lda + p]);
        sums[r][0] = xsimd::fma(factor, left, sums[r][0]);
        sums[r][1] = xsimd::fma(factor, right, sums[r][1]);
      }
    }
    for (int r = 0; r < R; ++r, c += ldc) {
      if (columns < kPanel) {
        alignas(64) T row[kPanel];
        sums[r][0].store_aligned(row);
        sums[r][1].store_aligned(row + kVector);
        for (int64_t j = 0; j < columns; ++j) c[j] = add ? c[j] + row[j] : row[j];
        continue;
      }
      if (add) {
        sums[r][0] += Batch::load_unaligned(c);
        sums[r][1] += Batch::load_unaligned(c + kVector);
      }
      sums[r][0].store_unaligned(c);
      sums[r][1].store_unaligned(c + kVector);
    }
  }

  T* data() const { return reinterpret_cast<T*>(memory_.impl().data()); }

  int64_t depth_, width_;
  TensorBase memory_;
};

}  // namespace gradtape::kernels
