#pragma once

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// The rows of weight that indices name. The gradient of a row is the sum over its uses, formed in
/// their order whatever the number of threads.
///
/// Shapes: weight [n, d], indices [*] int64 or int32 -> [*, d].
/// padding_idx names a row whose gradient is zero (-1: none); scale_grad_by_freq divides a row's
/// gradient by its number of uses.
/// Throws: Error if an index is not in [0, n), or weight is no matrix.
Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx = -1,
                 bool scale_grad_by_freq = false);

}  // namespace gradtape
