#pragma once

#include "gradtape/core/allocator.h"
#include "gradtape/core/dim_vector.h"
#include "gradtape/core/dtype.h"
#include "gradtape/core/intrusive_ptr.h"
#include "gradtape/core/storage.h"

namespace gradtape {

namespace autograd {
class AutogradMeta;  // a tensor's place in a graph; core never looks inside
void destroy(AutogradMeta* meta) noexcept;
}  // namespace autograd

/// What a Tensor points to: a strided window into a storage.
///
/// Element (i, j, ...) is at storage + (offset + i * strides[0] + j * strides[1] + ...) elements.
class TensorImpl : public RefCounted, public Pooled<TensorImpl> {
 public:
  TensorImpl(IntrusivePtr<Storage> storage, ScalarType dtype, DimVector sizes, DimVector strides,
             int64_t offset)
      : storage_(std::move(storage)),
        sizes_(std::move(sizes)),
        strides_(std::move(strides)),
        offset_(offset),
        dtype_(dtype) {
    update();
  }
  /// Row-major from the start of the storage.
  TensorImpl(IntrusivePtr<Storage> storage, ScalarType dtype, IntArrayRef sizes)
      : storage_(std::move(storage)), sizes_(sizes), strides_(sizes), offset_(0), dtype_(dtype) {
    int64_t stride = 1;
    for (size_t i = sizes.size(); i-- > 0;) {
      strides_[i] = stride;
      stride *= sizes[i] > 1 ? sizes[i] : 1;
      numel_ *= sizes[i];
    }
  }
  ~TensorImpl() {
    if (autograd_meta_) autograd::destroy(autograd_meta_);
  }
  static void destroy(TensorImpl* impl) noexcept { delete impl; }

  const IntrusivePtr<Storage>& storage() const { return storage_; }
  const DimVector& sizes() const { return sizes_; }
  const DimVector& strides() const { return strides_; }
  int64_t offset() const { return offset_; }
  int64_t numel() const { return numel_; }
  ScalarType dtype() const { return dtype_; }
  bool is_contiguous() const { return contiguous_; }
  [[gnu::always_inline]] std::byte* data() const {
    return storage_->data() + offset_ * element_size(dtype_);
  }

  /// Points this tensor at other memory or another window; what shares its impl sees it.
  void set(IntrusivePtr<Storage> storage, ScalarType dtype, DimVector sizes, DimVector strides,
           int64_t offset);

  /// A number that a Scalar was wrapped into: it takes part in type promotion as a scalar does.
  bool is_wrapped_number() const { return wrapped_number_; }
  void set_wrapped_number(bool wrapped) { wrapped_number_ = wrapped; }

  autograd::AutogradMeta* autograd_meta() const { return autograd_meta_; }
  void set_autograd_meta(autograd::AutogradMeta* meta) { autograd_meta_ = meta; }

 private:
  void update();  // numel_ and contiguous_ from sizes_ and strides_

  IntrusivePtr<Storage> storage_;
  DimVector sizes_;
  DimVector strides_;
  int64_t offset_;
  int64_t numel_ = 1;
  ScalarType dtype_;
  bool contiguous_ = true;
  bool wrapped_number_ = false;
  autograd::AutogradMeta* autograd_meta_ = nullptr;
};

/// Memory of a row-major tensor of these sizes.
///
/// Throws: Error if a size is negative or the number of bytes does not fit 63 bits.
size_t bytes_of(IntArrayRef sizes, ScalarType dtype);

/// Strides of a row-major tensor of these sizes.
DimVector contiguous_strides(IntArrayRef sizes);

/// The axis that dim means in a tensor of that rank: -1 is the last one.
///
/// Throws: Error naming op unless -rank <= dim < rank (rank 0 counts as 1).
int64_t wrap_dim(int64_t dim, int64_t rank, const char* op);

}  // namespace gradtape
