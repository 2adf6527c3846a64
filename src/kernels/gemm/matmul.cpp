#include "kernels/gemm/matmul.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "kernels/base/array.h"
#include "kernels/base/parallel.h"
#include "kernels/gemm/gemm.h"

namespace gradtape::kernels {
namespace {

// Integers, as PyTorch multiplies them: sums wrap. A row of sums takes up b row by row, a panel of
// columns at a time, so that the compiler's vectors run along both.
template <class T>
void gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t ldc, T alpha, T beta,
          const T* bias = nullptr) {
  using Sum = std::conditional_t<(sizeof(T) > 4), uint64_t, uint32_t>;
  constexpr int64_t kPanel = 256;
  std::vector<T> packed;
  const T* columns = b.data;
  int64_t step = b.row_stride;
  if (b.col_stride != 1 && b.cols > 1) {
    packed.resize(b.rows * b.cols);
    for (int64_t p = 0; p < b.rows; ++p) {
      for (int64_t j = 0; j < b.cols; ++j) {
        packed[p * b.cols + j] = b.data[p * b.row_stride + j * b.col_stride];
      }
    }
    columns = packed.data();
    step = b.cols;
  }
  parallel_items(a.rows, a.cols * b.cols, [&](int64_t i) {
    for (int64_t start = 0; start < b.cols; start += kPanel) {
      const int64_t n = std::min(kPanel, b.cols - start);
      Sum sums[kPanel] = {};
      for (int64_t p = 0; p < a.cols; ++p) {
        const auto x = static_cast<Sum>(a.data[i * a.row_stride + p * a.col_stride]);
        const T* row = columns + p * step + start;
        for (int64_t j = 0; j < n; ++j) sums[j] += x * static_cast<Sum>(row[j]);
      }
      T* to = c + i * ldc + start;
      for (int64_t j = 0; j < n; ++j) {
        Sum value = static_cast<Sum>(alpha) * sums[j];
        if (beta != 0) value += static_cast<Sum>(beta) * static_cast<Sum>(to[j]);
        if (bias) value += static_cast<Sum>(bias[start + j]);
        to[j] = static_cast<T>(value);
      }
    }
  });
}

// Every dtype that has products; PyTorch has none for bool.
template <class F>
void visit_product(ScalarType dtype, F&& f) {
  visit_dtype(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, bool>) {
      detail::fail("\"addmm_impl_cpu_\" not implemented for 'Bool'");
    } else {
      f(tag);
    }
  });
}

void mm_into(const TensorBase& result, const TensorBase& a, bool transpose_a, const TensorBase& b,
             bool transpose_b, const Scalar& beta, const Scalar& alpha) {
  visit_product(result.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Matrix<T> right = matrix_of<T>(b, transpose_b);
    gemm(matrix_of<T>(a, transpose_a), right, data_of<T>(result), right.cols,
         alpha.template to<T>(), beta.template to<T>());
  });
}

// Many small products run side by side, each on its own thread; large ones one after the other,
// each on all threads.
void bmm_into(const TensorBase& result, const TensorBase& a, bool transpose_a, const TensorBase& b,
              bool transpose_b, const Scalar& beta, const Scalar& alpha) {
  visit_product(result.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Matrix<T> left = matrix_of<T>(a, transpose_a);
    const Matrix<T> right = matrix_of<T>(b, transpose_b);
    const int64_t a_step = a.impl().strides()[0], b_step = b.impl().strides()[0];
    const int64_t batch = result.impl().sizes()[0];
    T* const out = data_of<T>(result);
    const T by = alpha.template to<T>(), keep = beta.template to<T>();
    const auto product = [&](int64_t i) {
      Matrix<T> l = left, r = right;
      l.data += i * a_step;
      r.data += i * b_step;
      gemm(l, r, out + i * left.rows * right.cols, right.cols, by, keep);
    };
    const int64_t work = left.rows * left.cols * right.cols;
    if (batch > 1 && (work < 4'000'000 || batch >= 8)) {
      parallel_items(batch, work, product);
    } else {
      for (int64_t i = 0; i < batch; ++i) product(i);
    }
  });
}

// c, broadcast, as the start of an accumulating product.
TensorBase filled(const TensorBase& c, DimVector sizes, bool read) {
  TensorBase result = make_array(std::move(sizes), c.dtype());
  if (read) copy(result, c);
  return result;
}

template <class T>
TensorBase linear_of(const TensorBase& x, const TensorBase& weight, const TensorBase& bias) {
  DimVector sizes = x.impl().sizes();
  const int64_t in = sizes.back(), out = weight.impl().sizes()[0];
  sizes.back() = out;
  const TensorBase result = make_array(std::move(sizes), x.dtype());
  T* const y = data_of<T>(result);
  const int64_t rows = out == 0 ? 0 : result.numel() / out;
  const TensorBase flat = x.dim() == 2 ? x : dense(x);
  const bool matrix = x.dim() == 2;
  const Matrix<T> left{data_of<T>(flat), rows, in, matrix ? x.impl().strides()[0] : in,
                       matrix ? x.impl().strides()[1] : 1};
  const TensorBase row = bias.defined() ? dense(bias) : bias;
  gemm(left, matrix_of<T>(weight, /*transpose=*/true), y, out, T{1}, T{0},
       row.defined() ? data_of<T>(row) : nullptr);
  return result;
}

// Sums in a fixed order of partial sums, whatever the number of threads.
template <class T>
T dot_of(const T* a, int64_t a_step, const T* b, int64_t b_step, int64_t n) {
  constexpr int64_t kLanes = 32;
  T sum = 0;
  int64_t i = 0;
  if (a_step == 1 && b_step == 1 && n >= kLanes) {
    T lanes[kLanes] = {};
    for (; i + kLanes <= n; i += kLanes) {
      for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += a[i + lane] * b[i + lane];
    }
    for (int64_t width = kLanes / 2; width > 0; width /= 2) {
      for (int64_t lane = 0; lane < width; ++lane) lanes[lane] += lanes[lane + width];
    }
    sum = lanes[0];
  }
  for (; i < n; ++i) sum += a[i * a_step] * b[i * b_step];
  return sum;
}

}  // namespace

TensorBase mm(const TensorBase& a, bool transpose_a, const TensorBase& b, bool transpose_b) {
  const TensorBase result = make_array(
      {a.impl().sizes()[transpose_a ? 1 : 0], b.impl().sizes()[transpose_b ? 0 : 1]}, a.dtype());
  mm_into(result, a, transpose_a, b, transpose_b, 0, 1);
  return result;
}

TensorBase bmm(const TensorBase& a, bool transpose_a, const TensorBase& b, bool transpose_b) {
  const TensorBase result = make_array({a.impl().sizes()[0], a.impl().sizes()[transpose_a ? 2 : 1],
                                        b.impl().sizes()[transpose_b ? 1 : 2]},
                                       a.dtype());
  bmm_into(result, a, transpose_a, b, transpose_b, 0, 1);
  return result;
}

TensorBase addmm(const TensorBase& c, const TensorBase& a, const TensorBase& b, const Scalar& beta,
                 const Scalar& alpha) {
  const TensorBase result =
      filled(c, {a.impl().sizes()[0], b.impl().sizes()[1]}, beta.toDouble() != 0);
  mm_into(result, a, false, b, false, beta, alpha);
  return result;
}

TensorBase baddbmm(const TensorBase& c, const TensorBase& a, const TensorBase& b,
                   const Scalar& beta, const Scalar& alpha) {
  const TensorBase result = filled(
      c, {a.impl().sizes()[0], a.impl().sizes()[1], b.impl().sizes()[2]}, beta.toDouble() != 0);
  bmm_into(result, a, false, b, false, beta, alpha);
  return result;
}

TensorBase linear(const TensorBase& x, const TensorBase& weight, const TensorBase& bias) {
  if (x.dtype() == kFloat32) return linear_of<float>(x, weight, bias);
  if (x.dtype() == kFloat64) return linear_of<double>(x, weight, bias);
  TensorBase result;
  visit_product(x.dtype(), [&](auto tag) {
    result = linear_of<typename decltype(tag)::type>(x, weight, bias);
  });
  return result;
}

TensorBase mv(const TensorBase& a, bool transpose_a, const TensorBase& x) {
  const TensorBase result = make_array({a.impl().sizes()[transpose_a ? 1 : 0]}, a.dtype());
  visit_product(a.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Matrix<T> column{data_of<T>(x), x.numel(), 1, x.impl().strides()[0], 1};
    gemm(matrix_of<T>(a, transpose_a), column, data_of<T>(result), 1, T{1}, T{0});
  });
  return result;
}

TensorBase dot(const TensorBase& a, const TensorBase& b) {
  GRADTAPE_CHECK(a.dtype() != kBool, "\"dot\" not implemented for 'Bool'");
  const TensorBase result = make_array({}, a.dtype());
  visit_product(a.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    *data_of<T>(result) = dot_of(data_of<T>(a), a.impl().strides()[0], data_of<T>(b),
                                 b.impl().strides()[0], a.numel());
  });
  return result;
}

}  // namespace gradtape::kernels
