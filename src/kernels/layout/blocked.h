#pragma once

#include <type_traits>

#include "kernels/base/array.h"

// The private layout: arrays [n, c, h, w] whose elements lie as [n, c / block, h, w, block], block
// being 16 or 8 (oneDNN's nChw16c and nChw8c, a vector of AVX-512 and of AVX2) or c (NHWC), and a
// divisor of c. Sizes and strides say plain NCHW, and whoever asks for data() gets that order;
// kernels that know better look for a block first.
namespace gradtape::kernels {

// Channels that lie side by side; 0 for an array in plain order, and for a view of another shape.
int64_t block_of(const TensorBase& array, const Storage::PrivateLayout& layout);
inline int64_t block_of(const TensorBase& array) {
  const Storage::PrivateLayout* const layout = array.impl().storage()->private_layout();
  return layout ? block_of(array, *layout) : 0;
}

// Fresh memory in that order, unset.
TensorBase make_blocked(IntArrayRef sizes, ScalarType dtype, int64_t block);
inline TensorBase make_array(IntArrayRef sizes, ScalarType dtype, int64_t block) {
  return block ? make_blocked(sizes, dtype, block) : make_array(sizes, dtype);
}

// The same elements in that order, or in plain order for block 0; the array itself if they are so.
TensorBase in_blocks(const TensorBase& array, int64_t block);

// Memory of an array whose block_of is block.
inline std::byte* elements(const TensorBase& array, int64_t block) {
  return block ? array.storage()->private_data() : array.impl().data();
}
template <class T>
T* elements(const TensorBase& array, int64_t block) {
  return reinterpret_cast<T*>(elements(array, block));
}

// Between plain memory and blocks, by oneDNN's reorders: 2.5 times as fast as a strided copy.
void to_blocks(const DimVector& sizes, int64_t block, const float* plain, float* blocked);
void from_blocks(const DimVector& sizes, int64_t block, const float* blocked, float* plain);

// [n, c, h, w] as rows of blocks: element (n, c, pixel) is at
// ((n * groups + c / block) * pixels + pixel) * block + c % block.
struct BlockedExtent {
  BlockedExtent(IntArrayRef sizes, int64_t block)
      : batch(sizes[0]), groups(sizes[1] / block), pixels(sizes[2] * sizes[3]), block(block) {}

  int64_t planes() const { return batch * groups; }
  int64_t plane() const { return pixels * block; }

  int64_t batch, groups, pixels, block;
};

// Calls f with the block, as a constant where it is the usual one, so that loops over it are
// vectors.
template <class F>
void visit_block(int64_t block, const F& f) {
  if (block == 16) return f(std::integral_constant<int64_t, 16>{});
  if (block == 8) return f(std::integral_constant<int64_t, 8>{});
  f(block);
}

}  // namespace gradtape::kernels
