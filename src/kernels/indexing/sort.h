#pragma once

#include <utility>

#include "kernels/base/array.h"

namespace gradtape::kernels {

// The first k elements along axis in order, with their positions (int64); of equals the first
// comes first, and a NaN counts as the largest. axis of a 0-d array is 0.
std::pair<TensorBase, TensorBase> sorted(const TensorBase& input, int64_t axis, bool descending,
                                         int64_t k);

}  // namespace gradtape::kernels
