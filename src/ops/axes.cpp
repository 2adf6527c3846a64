#include "ops/axes.h"

namespace gradtape {

AxisMask axes_of(IntArrayRef dims, int64_t rank, const char* op) {
  GRADTAPE_CHECK(rank <= 64, op, ": only tensors with up to 64 dims are supported; got ", rank);
  if (dims.empty()) return kernels::all_axes(rank);
  AxisMask axes = 0;
  for (const int64_t dim : dims) {
    const int64_t axis = wrap_dim(dim, rank, op);
    GRADTAPE_CHECK(!(axes >> axis & 1), op, ": dim ", axis,
                   " appears multiple times in the list of dims");
    axes |= AxisMask{1} << axis;
  }
  return rank == 0 ? 0 : axes;
}

Tensor restore_axes(const Tensor& reduced, AxisMask axes, bool keepdim, int64_t rank) {
  // A 0-d tensor broadcasts against everything already.
  if (keepdim || axes == kernels::all_axes(rank)) return reduced;
  Tensor result = reduced;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (axes >> axis & 1) result = result.unsqueeze(axis);
  }
  return result;
}

}  // namespace gradtape
