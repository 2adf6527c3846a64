#include "gradtape/core/storage.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

#include "core/memory_error.h"

#include "gradtape/core/allocator.h"
#include "gradtape/core/error.h"

namespace gradtape {
namespace {
constexpr size_t kHeader = (sizeof(Storage) + 63) / 64 * 64;

// As gradtape::allocate, but what a user asked for and cannot have is an Error.
std::byte* take(size_t bytes, size_t header = 0) {
  try {
    return static_cast<std::byte*>(gradtape::allocate(header + bytes));
  } catch (const std::bad_alloc&) {
    detail::fail_memory(bytes);
  }
}

// Unset memory is NaN in Debug, for float32 and float64 alike, so that reading it shows.
void poison([[maybe_unused]] std::byte* data, [[maybe_unused]] size_t bytes) {
#ifndef NDEBUG
  if (bytes) std::memset(data, 0xFF, bytes);
#endif
}
}  // namespace

void detail::fail_memory(size_t bytes) {
  fail("DefaultCPUAllocator: can't allocate memory: you tried to allocate ", bytes, " bytes.");
}

struct Storage::Private : Pooled<Private> {
  std::unique_ptr<PrivateLayout> layout;
  std::mutex mutex;
  std::byte* restored = nullptr;
  size_t restored_bytes = 0;
};

IntrusivePtr<Storage> Storage::allocate(size_t bytes) {
  std::byte* const block = take(bytes, kHeader);
  poison(block + kHeader, bytes);
  auto* storage = new (block) Storage(block + kHeader, bytes);
  storage->block_bytes_ = kHeader + bytes;
  return IntrusivePtr(storage);
}

IntrusivePtr<Storage> Storage::allocate(size_t bytes, std::unique_ptr<PrivateLayout> layout) {
  IntrusivePtr<Storage> storage = allocate(bytes);
  storage->private_ = new Private;
  storage->private_->layout = std::move(layout);
  storage->data_ = nullptr;
  return storage;
}

const Storage::PrivateLayout* Storage::layout_of_private() const {
  return private_ ? private_->layout.get() : nullptr;
}

std::byte* Storage::private_data() const {
  return reinterpret_cast<std::byte*>(const_cast<Storage*>(this)) + kHeader;
}

std::byte* Storage::plain_data() const {
  if (!private_) return nullptr;  // borrowed from nowhere
  const std::scoped_lock lock(private_->mutex);
  if (!private_->restored) {
    std::byte* const plain = take(bytes_);
    try {
      private_->layout->restore(private_data(), plain);
    } catch (...) {
      deallocate(plain, bytes_);
      throw;
    }
    private_->restored = plain;
    private_->restored_bytes = bytes_;
    data_.store(plain, std::memory_order_release);
  }
  return private_->restored;
}

IntrusivePtr<Storage> Storage::borrow(void* data, size_t bytes,
                                      std::function<void(void*)> deleter) {
  IntrusivePtr<Storage> storage = allocate(0);
  storage->data_ = static_cast<std::byte*>(data);
  storage->bytes_ = bytes;
  storage->foreign_ = new Foreign{std::move(deleter), nullptr, data};
  return storage;
}

IntrusivePtr<Storage> Storage::alias(IntrusivePtr<Storage> owner) {
  // No chain of aliases: each keeps the first alone.
  if (owner->foreign_ && owner->foreign_->owner) {
    IntrusivePtr<Storage> first = owner->foreign_->owner;
    owner = std::move(first);
  }
  owner->aliased_ = true;
  IntrusivePtr<Storage> storage = allocate(0);
  storage->data_ = owner->data();
  storage->bytes_ = owner->bytes_;
  storage->foreign_ = new Foreign{nullptr, std::move(owner), nullptr};
  return storage;
}

void Storage::resize(size_t bytes) {
  GRADTAPE_CHECK(!foreign_, "resize_: memory that somebody else owns cannot be resized (from ",
                 bytes_, " to ", bytes, " bytes)");
  GRADTAPE_CHECK(!(detached_ && aliased_),
                 "resize_: memory that data() has handed out cannot be resized again (from ",
                 bytes_, " to ", bytes, " bytes)");
  std::byte* const fresh = take(bytes);
  poison(fresh, bytes);
  std::memcpy(fresh, data(), std::min(bytes, bytes_));
  free_memory();
  data_ = fresh;
  bytes_ = bytes;
  detached_ = true;
}

void Storage::free_memory() noexcept {
  if (detached_) deallocate(data_, bytes_);
  if (foreign_) {
    if (foreign_->deleter) foreign_->deleter(foreign_->start);
    delete foreign_;
  }
}

void Storage::destroy(Storage* storage) noexcept {
  storage->free_memory();
  if (Private* const hidden = storage->private_) {
    if (hidden->restored) deallocate(hidden->restored, hidden->restored_bytes);
    delete hidden;
  }
  const size_t bytes = storage->block_bytes_;
  storage->~Storage();
  deallocate(storage, bytes);
}

}  // namespace gradtape
