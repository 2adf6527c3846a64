#pragma once

#include "kernels/base/array.h"

// A second moment [*, n, m] kept as its row means [*, n] and column means [*, m]. All arrays are
// contiguous and of one floating dtype.
namespace gradtape::kernels {

// row = keep row + (1 - keep) mean of (grad^2 + eps) over the columns, col alike over the rows.
void factored_average(const TensorBase& grad, double keep, double eps, const TensorBase& row,
                      const TensorBase& col);

// Writes update = scale grad / sqrt(row col / mean(row)) and returns the sum of its squares, which
// does not depend on the number of threads.
double factored_normalize(const TensorBase& grad, double scale, const TensorBase& row,
                          const TensorBase& col, const TensorBase& update);

}  // namespace gradtape::kernels
