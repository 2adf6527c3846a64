#pragma once

#include <string>

#include "gradtape/core/device.h"
#include "gradtape/core/dtype.h"
#include "gradtape/core/error.h"
#include "gradtape/core/intrusive_ptr.h"
#include "gradtape/core/tensor_impl.h"
#include "gradtape/core/tensor_options.h"

namespace gradtape {

/// A tensor's handle, geometry and memory, on which no op can be called: what kernels take and
/// give, so that the compiler keeps them from recording. Tensor (gradtape/ops/tensor.h) adds the
/// rest.
class TensorBase {
 public:
  TensorBase() = default;
  explicit TensorBase(IntrusivePtr<TensorImpl> impl) : impl_(std::move(impl)) {}

  bool defined() const { return impl_ != nullptr; }
  void reset() { impl_.reset(); }
  bool is_same(const TensorBase& other) const { return impl_ == other.impl_; }
  uint32_t use_count() const { return impl_ ? impl_->use_count() : 0; }

  int64_t dim() const { return static_cast<int64_t>(impl().sizes().size()); }
  int64_t ndimension() const { return dim(); }
  int64_t size(int64_t dim) const;
  IntArrayRef sizes() const { return impl().sizes(); }
  int64_t stride(int64_t dim) const;
  IntArrayRef strides() const { return impl().strides(); }
  int64_t storage_offset() const { return impl().offset(); }
  int64_t numel() const { return impl().numel(); }
  TypeMeta dtype() const { return TypeMeta(scalar_type()); }
  ScalarType scalar_type() const { return impl().dtype(); }
  size_t itemsize() const { return dtype().itemsize(); }
  size_t element_size() const { return itemsize(); }
  size_t nbytes() const { return numel() * itemsize(); }
  Device device() const { return Device(kCPU); }
  Layout layout() const { return kStrided; }
  TensorOptions options() const { return TensorOptions(dtype()); }
  bool is_contiguous() const { return impl().is_contiguous(); }
  bool is_floating_point() const { return gradtape::is_floating_point(dtype()); }
  bool is_cpu() const { return true; }
  bool is_cuda() const { return false; }
  bool is_alias_of(const TensorBase& other) const { return storage() == other.storage(); }
  const IntrusivePtr<Storage>& storage() const { return impl().storage(); }
  std::string toString() const;
  void print() const;

  /// First element. Throws: Error if T is not the dtype.
  template <class T>
  T* data_ptr() const {
    check_element_type(dtype_of<T>());
    return reinterpret_cast<T*>(impl().data());
  }
  void* data_ptr() const { return impl().data(); }

  TensorImpl& impl() const {
    if (!impl_) [[unlikely]]
      fail_undefined();
    return *impl_;
  }
  TensorImpl* unsafeGetTensorImpl() const { return impl_.get(); }

 private:
  [[noreturn]] static void fail_undefined();
  void check_element_type(ScalarType asked) const;

  IntrusivePtr<TensorImpl> impl_;
};

}  // namespace gradtape
