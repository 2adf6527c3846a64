#include "gradtape/core/tensor_impl.h"

#include "core/checked.h"

namespace gradtape {

void TensorImpl::set(IntrusivePtr<Storage> storage, ScalarType dtype, DimVector sizes,
                     DimVector strides, int64_t offset) {
  storage_ = std::move(storage);
  dtype_ = dtype;
  sizes_ = std::move(sizes);
  strides_ = std::move(strides);
  offset_ = offset;
  update();
}

// As in PyTorch: axes of size 1 may have any stride, and a tensor without elements is contiguous.
// The sizes but those of 0 must have a product, so that any part of them has one.
void TensorImpl::update() {
  bool empty = false;
  contiguous_ = true;
  int64_t expected = 1;
  for (size_t i = sizes_.size(); i-- > 0;) {
    const int64_t size = sizes_[i];
    if (size == 1) continue;
    contiguous_ &= strides_[i] == expected;
    if (size == 0) {
      empty = true;
    } else {
      GRADTAPE_CHECK(!__builtin_mul_overflow(expected, size, &expected),
                     "numel: integer multiplication overflow with sizes ", sizes_);
    }
  }
  numel_ = empty ? 0 : expected;
  if (empty) contiguous_ = true;
}

// Without elements too the strides must fit, which take a size of 0 for 1.
size_t bytes_of(IntArrayRef sizes, ScalarType dtype) {
  int64_t bytes = static_cast<int64_t>(element_size(dtype));
  bool empty = false;
  for (const int64_t size : sizes) {
    GRADTAPE_CHECK(size >= 0, "Trying to create tensor with negative dimension ", size, ": ",
                   sizes);
    empty |= size == 0;
    GRADTAPE_CHECK(!__builtin_mul_overflow(bytes, std::max<int64_t>(size, 1), &bytes),
                   "Storage size calculation overflowed with sizes=", sizes);
  }
  return empty ? 0 : static_cast<size_t>(bytes);
}

DimVector contiguous_strides(IntArrayRef sizes) {
  DimVector strides(sizes.size());
  int64_t stride = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    strides[i] = stride;
    stride = checked_mul(stride, std::max<int64_t>(sizes[i], 1));
  }
  return strides;
}

int64_t wrap_dim(int64_t dim, int64_t rank, const char* op) {
  const int64_t limit = std::max<int64_t>(rank, 1);
  GRADTAPE_CHECK(dim >= -limit && dim < limit, op,
                 ": Dimension out of range (expected to be in range of [", -limit, ", ", limit - 1,
                 "], but got ", dim, ")");
  return dim < 0 ? dim + limit : dim;
}

}  // namespace gradtape
