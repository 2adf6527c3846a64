#pragma once

#include "kernels/array.h"

namespace gradtape::kernels {

// Throws: Error in PyTorch's words unless every entry (int64, any strides) is in [0, size).
void check_indices(const Tensor& index, int64_t size, int64_t dim);

// index has the result's sizes and may be smaller than array but along dim; both have one rank.
// result[i][j] = array[index[i][j]][j] for dim 0, and so on.
//
// Throws: Error as check_indices.
Tensor gather(const Tensor& array, int64_t dim, const Tensor& index);

// array[index[i][j]][j] = or += source[i][j] for the places of index; source is of the array's
// dtype and at least as large as index. In the order of index, whatever the number of threads. The
// indices have been checked.
void scatter(const Tensor& array, int64_t dim, const Tensor& index, const Tensor& source,
             bool accumulate);

}  // namespace gradtape::kernels
