#pragma once

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// A copy of the data, with the same strides where no two elements share memory.
Tensor clone(const Tensor& self);
/// self filled with a number. In place also for self that elements share memory in.
///
/// Throws: Error if the number does not fit self's dtype.
Tensor fill(const Tensor& self, const Scalar& value);

}  // namespace gradtape
