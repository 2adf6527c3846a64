#pragma once

#include "kernels/layout/blocked.h"
#include "kernels/pooling/pooling.h"

// pooling.h for f32 in a private layout: an output is a vector of channels, and so is each tap.
// block is block_of the first argument; results lie in the same order and have the bits of the
// plain path's.
namespace gradtape::kernels::blocked {

PooledMax max_pool2d(const TensorBase& input, const MaxPool2d& pool, int64_t block);
TensorBase pool_scatter(const TensorBase& grad, const TensorBase& indices, const MaxPool2d& pool,
                        IntArrayRef input_sizes, int64_t block);
TensorBase avg_pool2d(const TensorBase& input, const PoolWindows& rows, const PoolWindows& cols,
                      int64_t block);
TensorBase avg_pool2d_grad(const TensorBase& grad, const PoolWindows& rows, const PoolWindows& cols,
                           IntArrayRef input_sizes, int64_t block);

}  // namespace gradtape::kernels::blocked
