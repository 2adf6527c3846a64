#pragma once

#include "kernels/base/array.h"

namespace gradtape::kernels {

// Floating point arrays of any strides; axis of a 0-d array is 0.
TensorBase softmax(const TensorBase& input, int64_t axis);
TensorBase log_softmax(const TensorBase& input, int64_t axis);
// y * (grad - sum(grad * y)) along axis, y the softmax.
TensorBase softmax_backward(const TensorBase& grad, const TensorBase& output, int64_t axis);
// grad - exp(y) * sum(grad) along axis, y the log_softmax.
TensorBase log_softmax_backward(const TensorBase& grad, const TensorBase& output, int64_t axis);

}  // namespace gradtape::kernels
