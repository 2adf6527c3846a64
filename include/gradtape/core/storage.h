#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "gradtape/core/intrusive_ptr.h"

namespace gradtape {

/// Memory that tensors share, with the version counter that every in-place op moves on.
class Storage : public RefCounted {
 public:
  /// An order of elements in memory that only the kernel that chose it knows.
  class PrivateLayout {
   public:
    virtual ~PrivateLayout() = default;
    /// Writes the elements in row-major order.
    virtual void restore(const std::byte* elements, std::byte* plain) const = 0;
  };

  /// bytes of fresh memory, aligned to 64; filled with NaN bit patterns in Debug.
  ///
  /// Throws: Error, in PyTorch's words, if there is not so much.
  static IntrusivePtr<Storage> allocate(size_t bytes);
  /// Memory of somebody else; deleter (may be empty) runs when the last tensor over it is gone.
  static IntrusivePtr<Storage> borrow(void* data, size_t bytes, std::function<void(void*)> deleter);
  /// The same memory behind a version counter of its own: what Tensor::data() hands out.
  static IntrusivePtr<Storage> alias(IntrusivePtr<Storage> owner);
  /// Fresh memory whose elements will be written to private_data() in an order of their own.
  static IntrusivePtr<Storage> allocate(size_t bytes, std::unique_ptr<PrivateLayout> layout);

  /// The elements in plain order. Of a private storage the first call restores it, for good: any
  /// number of threads may ask at the same time, and the version stays.
  [[gnu::always_inline]] std::byte* data() const {
    std::byte* const data = data_.load(std::memory_order_acquire);
    if (data) [[likely]]
      return data;
    return plain_data();
  }
  /// The order of private_data(), null once data() has been asked for. For kernels that know it.
  const PrivateLayout* private_layout() const {
    return data_.load(std::memory_order_acquire) ? nullptr : layout_of_private();
  }
  std::byte* private_data() const;
  size_t nbytes() const { return bytes_; }
  /// Whether there may be other storages over the same memory.
  bool is_shared() const { return foreign_ != nullptr || aliased_; }
  uint32_t version() const { return version_.load(std::memory_order_relaxed); }
  void bump_version() {
    if (__libc_single_threaded) {  // see RefCounted
      version_.store(version() + 1, std::memory_order_relaxed);
    } else {
      version_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  /// Grows or shrinks, keeping the first bytes.
  ///
  /// Throws: Error if the memory is borrowed, or an alias points into it.
  void resize(size_t bytes);

  static void destroy(Storage* storage) noexcept;

 private:
  struct Foreign {
    std::function<void(void*)> deleter;
    IntrusivePtr<Storage> owner;
    void* start = nullptr;
  };

  struct Private;

  Storage(std::byte* data, size_t bytes) : data_(data), bytes_(bytes) {}
  ~Storage() = default;
  void free_memory() noexcept;
  std::byte* plain_data() const;
  const PrivateLayout* layout_of_private() const;

  // Behind the header in the same block, unless resized (own block), foreign, or restored from a
  // private layout, whose memory stays as long as a kernel may still be reading it. Null until
  // then.
  mutable std::atomic<std::byte*> data_;
  size_t bytes_;
  size_t block_bytes_ = 0;
  std::atomic<uint32_t> version_{0};
  bool detached_ = false;
  bool aliased_ = false;
  Foreign* foreign_ = nullptr;
  Private* private_ = nullptr;
};

}  // namespace gradtape
