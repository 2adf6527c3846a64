#pragma once

#include <cstddef>

namespace gradtape {

/// The caching allocator beneath storages, tensors and records: a block that is given back waits
/// for the next request of its size, first in its thread, then for all threads, so that a training
/// step that repeats asks the system for nothing. Blocks may be freed by another thread than the
/// one that took them. Under sanitizers every call passes to malloc, so that use after free is
/// seen.
///
/// Blocks are aligned to 64 bytes; bytes may be 0.
/// Throws: std::bad_alloc if the system has no more memory.
void* allocate(size_t bytes);
/// Gives back a block; bytes is what was asked for.
void deallocate(void* block, size_t bytes) noexcept;
/// Returns every block that waits in this thread's cache and in the shared one to the system; those
/// of up to 512 bytes as far as no block of the 64 KB around them is in use.
void empty_cache() noexcept;
/// Bytes that wait in the shared cache and in this thread's.
size_t cached_bytes() noexcept;

/// Classes derived from Pooled<T> come from the caching allocator when made with new.
template <class T>
struct Pooled {
  static void* operator new(size_t bytes) { return allocate(bytes); }
  static void operator delete(void* block, size_t bytes) noexcept { deallocate(block, bytes); }
};

}  // namespace gradtape
