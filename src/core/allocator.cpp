#include "gradtape/core/allocator.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

namespace gradtape {
namespace {

constexpr std::align_val_t kAlignment{64};

#if defined(__has_feature)
#define GRADTAPE_HAS_FEATURE(feature) __has_feature(feature)
#else
#define GRADTAPE_HAS_FEATURE(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    GRADTAPE_HAS_FEATURE(address_sanitizer) || GRADTAPE_HAS_FEATURE(thread_sanitizer)
constexpr bool kCaching = false;
#else
constexpr bool kCaching = true;
#endif

// Sizes are rounded up to one of four steps between powers of two, from 64 bytes on, so that at
// most a fifth of a block is unused and blocks of nearly the same size serve each other.
constexpr int kClasses = 4 * 40;

// More than any machine has; what is asked for by mistake must not index beyond the lists. The
// sanitizers end the program where their own limit of 2^40 is passed.
constexpr size_t kLargest = size_t{1} << (kCaching ? 44 : 39);

constexpr int class_of(size_t bytes) {
  const size_t units = (bytes + 63) / 64;
  if (units <= 4) return units == 0 ? 0 : static_cast<int>(units) - 1;
  const int log = std::bit_width(units - 1) - 1;  // 2^log < units <= 2^(log + 1)
  const int quarter = static_cast<int>((units - 1) >> (log - 2)) & 3;
  return 4 * (log - 1) + quarter;
}

constexpr size_t bytes_of(int size_class) {
  if (size_class < 4) return 64 * (static_cast<size_t>(size_class) + 1);
  const int log = size_class / 4 + 1;
  return 64 * (static_cast<size_t>(5 + size_class % 4) << (log - 2));
}

static_assert(bytes_of(class_of(1)) == 64 && bytes_of(class_of(256)) == 256);
static_assert(bytes_of(class_of(257)) == 320 && bytes_of(class_of(512)) == 512);
static_assert(bytes_of(class_of(513)) == 640 && bytes_of(class_of(1025)) == 1280);
static_assert(class_of(kLargest) < kClasses);

struct Block {
  Block* next;
};

struct FreeList {
  Block* head = nullptr;
  size_t count = 0;

  void push(void* memory) {
    head = new (memory) Block{head};
    ++count;
  }
  void* pop() {
    Block* block = head;
    head = block->next;
    __builtin_prefetch(head);  // where the next pop will read
    --count;
    return block;
  }
};

// Small blocks are cut from slabs, all of one size: the system would add half of their size to
// each, and a long tape is as fast as the memory it covers. A slab begins with this, found by its
// alignment.
constexpr size_t kSlab = 1 << 16, kLargestCut = 512;
struct Slab {
  size_t waiting;  // blocks of it that wait; counted when slabs are returned
  Slab* next;
};
static_assert(sizeof(Slab) <= 64);

constexpr size_t blocks_in_slab(int size_class) { return (kSlab - 64) / bytes_of(size_class); }

Slab* slab_of(void* block) {
  return reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(block) & ~(kSlab - 1));
}

void free_slab(Slab* slab) { ::operator delete (slab, std::align_val_t{kSlab}); }

// Returns the slabs of which every block waits here; the other blocks stay.
void free_whole_slabs(FreeList& list, int size_class) {
  for (Block* block = list.head; block; block = block->next) slab_of(block)->waiting = 0;
  for (Block* block = list.head; block; block = block->next) ++slab_of(block)->waiting;
  constexpr size_t kGone = -1;
  Slab* whole = nullptr;
  FreeList parts;
  while (list.head) {
    void* block = list.pop();
    Slab* slab = slab_of(block);
    if (slab->waiting == blocks_in_slab(size_class)) {
      slab->waiting = kGone;
      slab->next = whole;
      whole = slab;
    } else if (slab->waiting != kGone) {
      parts.push(block);
    }
  }
  while (whole) free_slab(std::exchange(whole, whole->next));
  list = parts;
}

void free_all(std::array<FreeList, kClasses>& lists) {
  for (int i = 0; i < kClasses; ++i) {
    if (bytes_of(i) <= kLargestCut) {
      free_whole_slabs(lists[i], i);
    } else {
      while (lists[i].head) ::operator delete(lists[i].pop(), kAlignment);
    }
  }
}

size_t bytes_in(const std::array<FreeList, kClasses>& lists) {
  size_t bytes = 0;
  for (int i = 0; i < kClasses; ++i) bytes += lists[i].count * bytes_of(i);
  return bytes;
}

// What threads have too much of, or left behind.
struct Shared {
  std::mutex mutex;
  std::array<FreeList, kClasses> lists;
};
// Never destroyed: tensors with static lifetime may be freed after it would be.
Shared& shared() {
  static Shared* instance = new Shared;
  return *instance;
}

// A thread keeps at most this much of one class for itself; half of it moves at a time, so that a
// producer's blocks come back to it from the consumer.
constexpr std::array<uint32_t, kClasses> kKeepAtMost = [] {
  std::array<uint32_t, kClasses> most{};
  for (int i = 0; i < kClasses; ++i) {
    const size_t blocks = (size_t{4} << 20) / bytes_of(i);
    most[i] = static_cast<uint32_t>(blocks < 4 ? 4 : blocks > 4096 ? 4096 : blocks);
  }
  return most;
}();

struct Local {
  std::array<FreeList, kClasses> lists;

  ~Local() {
    const std::lock_guard lock(shared().mutex);
    give_all();
  }
  // With shared's mutex held.
  void give_all() {
    for (int i = 0; i < kClasses; ++i) {
      while (lists[i].head) shared().lists[i].push(lists[i].pop());
    }
  }
};

// Trivially destructible, so that it can be asked after the thread's cache has ended.
thread_local Local* local = nullptr;
thread_local bool ended = false;

Local* make_local() {
  if (ended) return nullptr;
  thread_local struct Owner {
    Local cache;
    ~Owner() {
      local = nullptr;
      ended = true;
    }
  } owner;
  local = &owner.cache;
  return local;
}

void* take_shared(int size_class, Local* mine) {
  Shared& common = shared();
  const std::lock_guard lock(common.mutex);
  FreeList& list = common.lists[size_class];
  if (!list.head) return nullptr;
  void* block = list.pop();
  if (mine) {
    for (size_t i = kKeepAtMost[size_class] / 2; i > 1 && list.head; --i) {
      mine->lists[size_class].push(list.pop());
    }
  }
  return block;
}

void give_shared(int size_class, FreeList* from, size_t count) {
  Shared& common = shared();
  const std::lock_guard lock(common.mutex);
  for (; count > 0; --count) common.lists[size_class].push(from->pop());
}

// Asked for without exceptions: under AddressSanitizer the other operator new ends the program.
void* take_from_system(size_t bytes, std::align_val_t alignment) {
  void* block = ::operator new(bytes, alignment, std::nothrow);
  if (!block) {
    empty_cache();  // blocks of other sizes may be what is missing
    block = ::operator new(bytes, alignment, std::nothrow);
  }
  if (!block) throw std::bad_alloc();
  return block;
}

// The first block of a new slab; the others wait.
void* cut_slab(int size_class, Local* mine) {
  auto* slab = static_cast<std::byte*>(take_from_system(kSlab, std::align_val_t{kSlab}));
  FreeList rest;
  FreeList& list = mine ? mine->lists[size_class] : rest;
  for (size_t i = blocks_in_slab(size_class); i-- > 1;)
    list.push(slab + 64 + i * bytes_of(size_class));
  give_shared(size_class, &rest, rest.count);
  return slab + 64;
}

}  // namespace

void* allocate(size_t bytes) {
  if (bytes > kLargest) [[unlikely]]
    throw std::bad_alloc();
  if constexpr (!kCaching) return take_from_system(bytes, kAlignment);
  const int size_class = class_of(bytes);
  Local* mine = local ? local : make_local();
  if (mine && mine->lists[size_class].head) [[likely]]
    return mine->lists[size_class].pop();
  if (void* block = take_shared(size_class, mine)) return block;
  const size_t size = bytes_of(size_class);
  return size <= kLargestCut ? cut_slab(size_class, mine) : take_from_system(size, kAlignment);
}

void deallocate(void* block, size_t bytes) noexcept {
  if constexpr (!kCaching) {
    ::operator delete(block, kAlignment);
    return;
  }
  const int size_class = class_of(bytes);
  Local* mine = local ? local : make_local();
  if (!mine) {
    FreeList one;
    one.push(block);
    give_shared(size_class, &one, 1);
    return;
  }
  FreeList& list = mine->lists[size_class];
  list.push(block);
  if (list.count > kKeepAtMost[size_class]) [[unlikely]] {
    give_shared(size_class, &list, list.count / 2);
  }
}

void empty_cache() noexcept {
  Shared& common = shared();
  const std::lock_guard lock(common.mutex);
  if (local) local->give_all();
  free_all(common.lists);
}

size_t cached_bytes() noexcept {
  Shared& common = shared();
  const std::lock_guard lock(common.mutex);
  return bytes_in(common.lists) + (local ? bytes_in(local->lists) : 0);
}

}  // namespace gradtape
