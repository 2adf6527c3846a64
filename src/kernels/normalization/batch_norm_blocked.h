#pragma once

#include <vector>

#include "kernels/layout/blocked.h"

// The passes of batch_norm.h over f32 in a private layout, channels being lanes of vectors. Sums
// are made per plane and joined in order, so that they do not depend on the number of threads.
namespace gradtape::kernels::blocked {

// Mean and biased variance of every channel.
void batch_statistics(const TensorBase& x, int64_t block, float* mean, float* variance);

// scale[c] x + shift[c], in x's order.
TensorBase affine(const TensorBase& x, int64_t block, const std::vector<float>& scale,
                  const std::vector<float>& shift);

// Adds to g_sum and gx_sum, per channel: sum of g, and sum of g (x - mean).
void gradient_sums(const TensorBase& g, const TensorBase& x, int64_t block, const float* mean,
                   std::vector<double>& g_sum, std::vector<double>& gx_sum);

// g_scale[c] g + x_scale[c] x + shift[c], in their order.
TensorBase affine_pair(const TensorBase& g, const TensorBase& x, int64_t block,
                       const std::vector<float>& g_scale, const std::vector<float>& x_scale,
                       const std::vector<float>& shift);

}  // namespace gradtape::kernels::blocked
