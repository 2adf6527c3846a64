#pragma once

#include <vector>

#include "gradtape/core/tensor_base.h"

// Pooling over the last two axes of arrays [*, h, w]. What is in a private layout stays in it.
namespace gradtape::kernels {

struct MaxPool2d {
  int64_t kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w;
  int64_t out_h, out_w;
};

// The largest elements [*, oh, ow] and their places y * w + x, int32 or int64.
struct PooledMax {
  TensorBase values, indices;
};
PooledMax max_pool2d(const TensorBase& input, const MaxPool2d& pool, ScalarType index_type);
// Adds grad [*, oh, ow] to zeros [*, h, w] at indices, and reads [*, h, w] at indices.
TensorBase pool_scatter(const TensorBase& grad, const TensorBase& indices, const MaxPool2d& pool,
                        IntArrayRef input_sizes);
TensorBase pool_gather(const TensorBase& input, const TensorBase& indices);

// The windows of one axis: [begin, end) of the input, and what the sum is divided by.
struct PoolWindows {
  struct Window {
    int64_t begin, end;
    double divisor;
  };
  std::vector<Window> windows;
};

// sum / (rows.divisor * cols.divisor) under each window, and its transpose.
TensorBase avg_pool2d(const TensorBase& input, const PoolWindows& rows, const PoolWindows& cols);
TensorBase avg_pool2d_grad(const TensorBase& grad, const PoolWindows& rows, const PoolWindows& cols,
                           IntArrayRef input_sizes);

}  // namespace gradtape::kernels
