#pragma once

#include "kernels/base/array.h"

namespace gradtape::kernels {

// index has the result's sizes and may be smaller than array but along dim; both have one rank.
// result[i][j] = array[index[i][j]][j] for dim 0, and so on.
//
// Throws: Error in PyTorch's words unless every index is in [0, array's size along dim).
TensorBase gather(const TensorBase& array, int64_t dim, const TensorBase& index);

// array[index[i][j]][j] = or += source[i][j] for the places of index; source is of the array's
// dtype and at least as large as index. In the order of index, whatever the number of threads.
// Neither index nor source overlaps array.
//
// Throws: Error as gather, before anything is written.
void scatter(const TensorBase& array, int64_t dim, const TensorBase& index,
             const TensorBase& source, bool accumulate);

}  // namespace gradtape::kernels
