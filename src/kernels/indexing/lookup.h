#pragma once

#include <vector>

#include "kernels/base/array.h"

namespace gradtape::kernels {

// Some dimensions of an array seen through positions: element (b, k, a) of what is looked up is at
// position[k] + b in the dimensions before and a in those after. index_select, embedding and
// index({tensors}) all read and write this way.
struct Lookup {
  DimVector before_sizes, before_strides;
  std::vector<int64_t> positions;  // in elements, the array's own offset not included
  DimVector after_sizes, after_strides;
};

// The entries of index (int32 or int64), each times stride; fail(entry) throws for one that is not
// in [0, size). They are read once, so that what is used is what was checked.
template <class Fail>
std::vector<int64_t> positions_of(const TensorBase& index, int64_t size, int64_t stride,
                                  const Fail& fail) {
  const TensorBase numbers = dense(index, kInt64);
  const auto* data = reinterpret_cast<const int64_t*>(numbers.impl().data());
  std::vector<int64_t> positions(data, data + numbers.numel());
  for (int64_t& position : positions) {
    if (position < 0 || position >= size) [[unlikely]]
      fail(position);
    position *= stride;
  }
  return positions;
}

// Fresh, of sizes, which hold the elements in the order (before, positions, after).
TensorBase read(const TensorBase& array, const Lookup& lookup, DimVector sizes);

// Writes or, with accumulate, adds values to array. values is contiguous, of the array's dtype, in
// the order (before, positions, after). Where a position occurs twice the last one is written, and
// sums are formed in the order of the positions whatever the number of threads.
void write(const TensorBase& array, const Lookup& lookup, const TensorBase& values,
           bool accumulate);

}  // namespace gradtape::kernels
