#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <deque>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "gradtape/core/allocator.h"

using gradtape::allocate;
using gradtape::cached_bytes;
using gradtape::deallocate;
using gradtape::empty_cache;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kCaching = false;
#else
constexpr bool kCaching = true;
#endif

}  // namespace

TEST_SUITE("core/allocator") {
  TEST_CASE("blocks are aligned to 64 bytes and wholly usable, also those of 0 bytes") {
    for (const size_t bytes : {0, 1, 63, 64, 65, 257, 320, 513, 4096, 100000, 1 << 22}) {
      void* block = allocate(bytes);
      CHECK(reinterpret_cast<uintptr_t>(block) % 64 == 0);
      std::memset(block, 0xAB, bytes);
      deallocate(block, bytes);
    }
  }

  TEST_CASE("blocks in use do not overlap") {
    std::vector<unsigned char*> blocks;
    for (int i = 0; i < 200; ++i) {
      blocks.push_back(static_cast<unsigned char*>(allocate(64 * (i % 20) + 1)));
      std::memset(blocks.back(), i, 64 * (i % 20) + 1);
    }
    for (int i = 0; i < 200; ++i) {
      const size_t bytes = 64 * (i % 20) + 1;
      CHECK(blocks[i][0] == static_cast<unsigned char>(i));
      CHECK(blocks[i][bytes - 1] == static_cast<unsigned char>(i));
      deallocate(blocks[i], bytes);
    }
  }

  TEST_CASE("a request that no machine can meet is bad_alloc") {
    CHECK_THROWS_AS(allocate(SIZE_MAX), std::bad_alloc);
    CHECK_THROWS_AS(allocate(SIZE_MAX / 2), std::bad_alloc);
    CHECK_THROWS_AS(allocate(size_t{1} << 62), std::bad_alloc);
  }

  TEST_CASE("empty_cache leaves no large block, and no small one whose neighbours are unused" *
            doctest::skip(!kCaching)) {
    empty_cache();
    const size_t before = cached_bytes();  // beside blocks in use
    deallocate(allocate(1000), 1000);
    CHECK(cached_bytes() == before + 1024);
    empty_cache();
    CHECK(cached_bytes() == before);

    std::vector<void*> blocks;
    for (int i = 0; i < 10000; ++i) blocks.push_back(allocate(500));
    void* kept = blocks[5000];
    for (void* block : blocks)
      if (block != kept) deallocate(block, 500);
    CHECK(cached_bytes() > 9990 * 500);
    empty_cache();
    CHECK(cached_bytes() <= before + (1 << 16));
    deallocate(kept, 500);
    empty_cache();
    CHECK(cached_bytes() <= before);
  }

  TEST_CASE("a block that was given back serves the next request of nearly its size" *
            doctest::skip(!kCaching)) {
    empty_cache();
    for (const size_t bytes : {1, 100, 5000, 1 << 20}) {
      void* first = allocate(bytes);
      deallocate(first, bytes);
      void* second = allocate(bytes - bytes / 50);
      CHECK(second == first);
      deallocate(second, bytes - bytes / 50);
    }
  }

  TEST_CASE("a cached block is at most a quarter larger than what was asked for" *
            doctest::skip(!kCaching)) {
    for (size_t bytes = 513; bytes < 100000; bytes += 61) {
      empty_cache();
      const size_t before = cached_bytes();
      deallocate(allocate(bytes), bytes);
      CHECK(cached_bytes() >= before + bytes);
      CHECK(cached_bytes() <= before + bytes + bytes / 4);
    }
  }

  TEST_CASE("a repeated pattern of requests asks the system for nothing new" *
            doctest::skip(!kCaching)) {
    const auto step = [] {
      std::vector<std::pair<void*, size_t>> blocks;
      for (size_t i = 0; i < 300; ++i) blocks.emplace_back(allocate(i * 37), i * 37);
      for (const auto& [block, bytes] : blocks) deallocate(block, bytes);
    };
    empty_cache();
    step();
    const size_t after_one = cached_bytes();
    for (int i = 0; i < 100; ++i) step();
    CHECK(cached_bytes() == after_one);
  }

  TEST_CASE("a block may be freed by another thread, and comes back when that thread ends" *
            doctest::skip(!kCaching)) {
    empty_cache();
    void* block = allocate(12345);
    std::thread([&] { deallocate(block, 12345); }).join();
    CHECK(cached_bytes() > 0);
    void* again = allocate(12345);
    CHECK(again == block);
    deallocate(again, 12345);
  }

  TEST_CASE("what a thread had cached serves others after its end" * doctest::skip(!kCaching)) {
    empty_cache();
    void* block = nullptr;
    std::thread([&] {
      block = allocate(70000);
      deallocate(block, 70000);
    }).join();
    void* again = allocate(70000);
    CHECK(again == block);
    deallocate(again, 70000);
  }

  TEST_CASE("freeing while a thread ends is allowed") {
    // Destroyed after the thread's cache, which is made later.
    struct Late {
      void* block = nullptr;
      ~Late() {
        if (block) deallocate(block, 100);
      }
    };
    std::thread([] {
      thread_local Late late;
      late.block = allocate(100);
    }).join();
  }

  TEST_CASE("a producer and a consumer run at constant memory") {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<void*> queue;
    constexpr size_t kBytes = 1000;
    constexpr int kBlocks = 100000;
    constexpr size_t kInFlight = 64;
    empty_cache();
    std::thread consumer([&] {
      for (int i = 0; i < kBlocks; ++i) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return !queue.empty(); });
        void* block = queue.front();
        queue.pop_front();
        lock.unlock();
        changed.notify_all();
        deallocate(block, kBytes);
      }
    });
    for (int i = 0; i < kBlocks; ++i) {
      void* block = allocate(kBytes);
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return queue.size() < kInFlight; });
      queue.push_back(block);
      lock.unlock();
      changed.notify_all();
    }
    consumer.join();
    // All blocks were freed by the consumer, which has ended: the shared cache holds every one that
    // was ever taken. Twice 4 MB wait in the threads at most.
    CHECK(cached_bytes() <= (size_t{10} << 20));
    empty_cache();
  }
}
