#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "gradtape/core/allocator.h"
#include "gradtape/core/error.h"
#include "gradtape/core/storage.h"

using namespace gradtape;

namespace {

// Elements from last to first; out of memory the first time.
struct Backwards final : Storage::PrivateLayout {
  explicit Backwards(size_t bytes) : bytes(bytes) {}
  void restore(const std::byte* elements, std::byte* plain) const override {
    if (std::exchange(fails, false)) throw std::bad_alloc();
    std::reverse_copy(elements, elements + bytes, plain);
  }

  size_t bytes;
  mutable bool fails = true;
};

}  // namespace

TEST_SUITE("core/storage") {
  TEST_CASE("memory is aligned to 64 bytes") {
    for (const size_t bytes : {0, 4, 1000}) {
      const IntrusivePtr<Storage> storage = Storage::allocate(bytes);
      CHECK(storage->nbytes() == bytes);
      CHECK(reinterpret_cast<uintptr_t>(storage->data()) % 64 == 0);
      std::memset(storage->data(), 1, bytes);
    }
  }

  TEST_CASE("the version starts at 0 and counts writes") {
    const IntrusivePtr<Storage> storage = Storage::allocate(4);
    CHECK(storage->version() == 0);
    storage->bump_version();
    storage->bump_version();
    CHECK(storage->version() == 2);
  }

  TEST_CASE("borrowed memory is not copied and given back once, at the end") {
    std::vector<float> memory(8);
    std::vector<void*> freed;
    IntrusivePtr<Storage> storage =
        Storage::borrow(memory.data(), 32, [&](void* data) { freed.push_back(data); });
    CHECK(static_cast<void*>(storage->data()) == memory.data());
    CHECK(storage->nbytes() == 32);
    IntrusivePtr<Storage> second = storage;
    storage.reset();
    CHECK(freed.empty());
    second.reset();
    CHECK(freed == std::vector<void*>{memory.data()});
  }

  TEST_CASE("borrowed memory without a deleter is left alone") {
    float value = 3;
    Storage::borrow(&value, 4, nullptr).reset();
    CHECK(value == 3);
  }

  TEST_CASE("an alias has the memory and a version of its own") {
    const IntrusivePtr<Storage> storage = Storage::allocate(16);
    storage->bump_version();
    const IntrusivePtr<Storage> alias = Storage::alias(storage);
    CHECK(alias->data() == storage->data());
    CHECK(alias->nbytes() == 16);
    CHECK(alias->version() == 0);
    alias->bump_version();
    alias->bump_version();
    CHECK(storage->version() == 1);
  }

  TEST_CASE("an alias keeps the memory alive") {
    bool freed = false;
    float value = 0;
    IntrusivePtr<Storage> storage = Storage::borrow(&value, 4, [&](void*) { freed = true; });
    IntrusivePtr<Storage> alias = Storage::alias(std::move(storage));
    CHECK_FALSE(freed);
    alias.reset();
    CHECK(freed);
  }

  TEST_CASE("an alias of an alias of ... does not keep the ones between") {
    IntrusivePtr<Storage> storage = Storage::allocate(4);
    const IntrusivePtr<Storage> first = storage;
    for (int i = 0; i < 1000000; ++i) storage = Storage::alias(std::move(storage));
    CHECK(storage->data() == first->data());
    CHECK(first->use_count() == 2);
  }

  TEST_CASE("resize keeps the first bytes, growing and shrinking") {
    const IntrusivePtr<Storage> storage = Storage::allocate(4);
    std::memcpy(storage->data(), "abc", 4);
    storage->resize(1000);
    CHECK(storage->nbytes() == 1000);
    CHECK(std::memcmp(storage->data(), "abc", 4) == 0);
    storage->resize(2);
    CHECK(storage->nbytes() == 2);
    CHECK(std::memcmp(storage->data(), "ab", 2) == 0);
    storage->resize(0);
    storage->resize(64);
    std::memset(storage->data(), 1, 64);
  }

  TEST_CASE("borrowed memory is not resized") {
    float value = 0;
    const IntrusivePtr<Storage> storage = Storage::borrow(&value, 4, nullptr);
    CHECK_THROWS_WITH_AS(
        storage->resize(8),
        "resize_: memory that somebody else owns cannot be resized (from 4 to 8 bytes)", Error);
    CHECK(storage->nbytes() == 4);
  }

  TEST_CASE("an alias survives that its owner is resized") {
    const IntrusivePtr<Storage> storage = Storage::allocate(8);
    const IntrusivePtr<Storage> alias = Storage::alias(storage);
    std::memcpy(alias->data(), "abcdefg", 8);
    storage->resize(100);
    CHECK(std::memcmp(alias->data(), "abcdefg", 8) == 0);
    const IntrusivePtr<Storage> second = Storage::alias(storage);
    CHECK_THROWS_WITH_AS(storage->resize(200),
                         "resize_: memory that data() has handed out cannot be resized again (from "
                         "100 to 200 bytes)",
                         Error);
    CHECK(second->data() == storage->data());
  }

  TEST_CASE("a private layout that could not be restored stays, and nothing is lost") {
    constexpr size_t kBytes = 1 << 20;
    const IntrusivePtr<Storage> storage =
        Storage::allocate(kBytes, std::make_unique<Backwards>(kBytes));
    storage->private_data()[0] = std::byte{7};
    empty_cache();
    deallocate(allocate(kBytes), kBytes);
    const size_t cached = cached_bytes();
    CHECK_THROWS_AS(storage->data(), std::bad_alloc);
    CHECK(cached_bytes() == cached);
    CHECK(storage->private_layout() != nullptr);
    CHECK(storage->data()[kBytes - 1] == std::byte{7});
    CHECK(storage->private_layout() == nullptr);
  }
}
