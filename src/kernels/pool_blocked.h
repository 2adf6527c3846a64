#pragma once

#include "kernels/blocked.h"
#include "kernels/pool.h"

// pool.h for f32 in a private layout: an output is a vector of channels, and so is each tap. block
// is block_of the first argument; results lie in the same order and have the bits of the plain
// path's.
namespace gradtape::kernels::blocked {

PooledMax max_pool2d(const Tensor& input, const MaxPool2d& pool, int64_t block);
Tensor pool_scatter(const Tensor& grad, const Tensor& indices, const MaxPool2d& pool,
                    IntArrayRef input_sizes, int64_t block);
Tensor avg_pool2d(const Tensor& input, const PoolWindows& rows, const PoolWindows& cols,
                  int64_t block);
Tensor avg_pool2d_grad(const Tensor& grad, const PoolWindows& rows, const PoolWindows& cols,
                       IntArrayRef input_sizes, int64_t block);

}  // namespace gradtape::kernels::blocked
