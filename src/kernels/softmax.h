#pragma once

#include "kernels/array.h"

namespace gradtape::kernels {

// Floating point arrays of any strides; axis of a 0-d array is 0.
Tensor softmax(const Tensor& input, int64_t axis);
Tensor log_softmax(const Tensor& input, int64_t axis);
// y * (grad - sum(grad * y)) along axis, y the softmax.
Tensor softmax_backward(const Tensor& grad, const Tensor& output, int64_t axis);
// grad - exp(y) * sum(grad) along axis, y the log_softmax.
Tensor log_softmax_backward(const Tensor& grad, const Tensor& output, int64_t axis);

}  // namespace gradtape::kernels
