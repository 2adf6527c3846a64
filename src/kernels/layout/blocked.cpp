#include "kernels/layout/blocked.h"

#include <memory>

namespace gradtape::kernels {
namespace {

// Both orders as [n, c / block, block, pixels]: what a transposing copy understands.
struct Orders {
  DimVector sizes, plain, blocked;

  Orders(const DimVector& array, int64_t block) {
    const int64_t pixels = array[2] * array[3], group = block * pixels;
    sizes = {array[0], array[1] / block, block, pixels};
    plain = {array[1] * pixels, group, pixels, 1};
    blocked = {array[1] * pixels, group, 1, block};
  }
};

TensorBase borrowed(std::byte* memory, size_t bytes, ScalarType dtype, const DimVector& sizes,
                    const DimVector& strides) {
  return TensorBase(IntrusivePtr(
      new TensorImpl(Storage::borrow(memory, bytes, nullptr), dtype, sizes, strides, 0)));
}

class BlockedLayout final : public Storage::PrivateLayout, public Pooled<BlockedLayout> {
 public:
  BlockedLayout(DimVector sizes, ScalarType dtype, int64_t block)
      : sizes_(std::move(sizes)), dtype_(dtype), block_(block) {}

  void restore(const std::byte* elements, std::byte* plain) const override {
    if (dtype_ == kFloat32) {
      return from_blocks(sizes_, block_, reinterpret_cast<const float*>(elements),
                         reinterpret_cast<float*>(plain));
    }
    const Orders orders(sizes_, block_);
    const size_t bytes = bytes_of(sizes_, dtype_);
    copy(borrowed(plain, bytes, dtype_, orders.sizes, orders.plain),
         borrowed(const_cast<std::byte*>(elements), bytes, dtype_, orders.sizes, orders.blocked));
  }

  const DimVector& sizes() const { return sizes_; }
  int64_t block() const { return block_; }

 private:
  DimVector sizes_;
  ScalarType dtype_;
  int64_t block_;
};

}  // namespace

int64_t block_of(const TensorBase& array, const Storage::PrivateLayout& layout) {
  const auto& blocked = static_cast<const BlockedLayout&>(layout);
  const TensorImpl& impl = array.impl();
  const bool whole = impl.is_contiguous() && impl.sizes() == blocked.sizes();
  return whole ? blocked.block() : 0;
}

TensorBase make_blocked(IntArrayRef sizes, ScalarType dtype, int64_t block) {
  const size_t bytes = bytes_of(sizes, dtype);
  if (bytes == 0) return make_array(sizes, dtype);
  return TensorBase(IntrusivePtr(new TensorImpl(
      Storage::allocate(bytes, std::make_unique<BlockedLayout>(DimVector(sizes), dtype, block)),
      dtype, sizes)));
}

TensorBase in_blocks(const TensorBase& array, int64_t block) {
  if (block_of(array) == block) return block ? array : dense(array);
  const TensorBase plain = dense(array);
  if (block == 0) return plain;
  TensorBase result = make_blocked(array.sizes(), array.dtype(), block);
  if (array.dtype() == kFloat32) {
    to_blocks(array.impl().sizes(), block, elements<float>(plain, 0),
              elements<float>(result, block));
    return result;
  }
  const Orders orders(array.impl().sizes(), block);
  copy(borrowed(elements(result, block), result.nbytes(), array.dtype(), orders.sizes,
                orders.blocked),
       window(plain, orders.sizes, orders.plain, plain.impl().offset()));
  return result;
}

}  // namespace gradtape::kernels
