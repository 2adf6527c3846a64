#pragma once

#include "kernels/reduce/plan.h"

#include "gradtape/ops/tensor.h"

// What reductions share: lists of axes, and the way back to the shape before.
namespace gradtape {

using kernels::AxisMask;

// The axes of a tensor of that rank that dims names; all of them if it names none.
//
// Throws: Error for an axis out of range or named twice.
AxisMask axes_of(IntArrayRef dims, int64_t rank, const char* op);

// A reduction's result or its gradient with the reduced axes back as size 1, so that it broadcasts
// against the input. Recorded.
Tensor restore_axes(const Tensor& reduced, AxisMask axes, bool keepdim, int64_t rank);

}  // namespace gradtape
