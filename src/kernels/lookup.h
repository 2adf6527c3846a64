#pragma once

#include <vector>

#include "kernels/array.h"

namespace gradtape::kernels {

// Some dimensions of an array seen through positions: element (b, k, a) of what is looked up is at
// position[k] + b in the dimensions before and a in those after. index_select, embedding and
// index({tensors}) all read and write this way.
struct Lookup {
  DimVector before_sizes, before_strides;
  std::vector<int64_t> positions;  // in elements, the array's own offset not included
  DimVector after_sizes, after_strides;
};

// Fresh, of sizes, which hold the elements in the order (before, positions, after).
Tensor read(const Tensor& array, const Lookup& lookup, DimVector sizes);

// Writes or, with accumulate, adds values to array. values is contiguous, of the array's dtype, in
// the order (before, positions, after). Where a position occurs twice the last one is written, and
// sums are formed in the order of the positions whatever the number of threads.
void write(const Tensor& array, const Lookup& lookup, const Tensor& values, bool accumulate);

}  // namespace gradtape::kernels
