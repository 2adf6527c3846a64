#pragma once

#include <optional>

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// exp(x) over its sum along dim.
///
/// Shapes: input any; result the same. Throws: Error if dim is out of range or neither input nor
/// dtype, which input is converted to first, is floating point.
Tensor softmax(const Tensor& input, int64_t dim, std::optional<ScalarType> dtype = {});
/// log(softmax(input)), without the loss of accuracy of taking it in two steps.
Tensor log_softmax(const Tensor& input, int64_t dim, std::optional<ScalarType> dtype = {});

}  // namespace gradtape
