#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "gradtape/core/array_ref.h"
#include "gradtape/core/error.h"

// Arithmetic on sizes, strides and offsets that a user gave: what does not fit an int64_t is an
// Error that names the numbers, never a wrong size.
namespace gradtape {

namespace detail {
[[noreturn, gnu::cold, gnu::noinline]] void fail_overflow(int64_t a, const char* sign, int64_t b);
}  // namespace detail

// Throws: Error if the result does not fit.
inline int64_t checked_add(int64_t a, int64_t b) {
  int64_t result;
  if (__builtin_add_overflow(a, b, &result)) [[unlikely]]
    detail::fail_overflow(a, " + ", b);
  return result;
}
inline int64_t checked_sub(int64_t a, int64_t b) {
  int64_t result;
  if (__builtin_sub_overflow(a, b, &result)) [[unlikely]]
    detail::fail_overflow(a, " - ", b);
  return result;
}
inline int64_t checked_mul(int64_t a, int64_t b) {
  int64_t result;
  if (__builtin_mul_overflow(a, b, &result)) [[unlikely]]
    detail::fail_overflow(a, " * ", b);
  return result;
}

// a + b, a - b and a * b, or the end of the range that they lie beyond: for numbers that only have
// to be compared.
inline int64_t clamped_add(int64_t a, int64_t b) {
  int64_t result;
  if (!__builtin_add_overflow(a, b, &result)) return result;
  return b < 0 ? INT64_MIN : INT64_MAX;
}
inline int64_t clamped_sub(int64_t a, int64_t b) {
  int64_t result;
  if (!__builtin_sub_overflow(a, b, &result)) return result;
  return b < 0 ? INT64_MAX : INT64_MIN;
}
inline int64_t clamped_mul(int64_t a, int64_t b) {
  int64_t result;
  if (!__builtin_mul_overflow(a, b, &result)) return result;
  return (a < 0) == (b < 0) ? INT64_MAX : INT64_MIN;
}

// How many steps cover size: size / step, rounded up. Neither is negative, step is not 0.
constexpr int64_t ceil_div(int64_t size, int64_t step) {
  return size / step + (size % step != 0 ? 1 : 0);
}

// The product of sizes.
inline int64_t numel_of(IntArrayRef sizes) {
  int64_t product = 1;
  for (const int64_t size : sizes) {
    if (__builtin_mul_overflow(product, size, &product)) [[unlikely]]
      detail::fail("numel: integer multiplication overflow with sizes ", sizes);
  }
  return product;
}

// The largest stride: its bytes, several times over, still fit an int64_t, so that a walk may step
// along an axis of one element and back. No memory is as large.
inline constexpr int64_t kLargestStride = int64_t{1} << 56;

// The stride of every step-th element; what is never stepped along need not be exact.
inline int64_t stride_of_steps(int64_t stride, int64_t step) {
  return std::min(clamped_mul(stride, step), kLargestStride);
}

// Throws: Error, in PyTorch's words, if this machine cannot have so many bytes of memory. For what
// is made, and touched, before the tensor that it is for; storages say the same themselves.
void check_affordable(size_t bytes);
inline void check_affordable(int64_t count, size_t itemsize) {
  check_affordable(static_cast<size_t>(clamped_mul(count, static_cast<int64_t>(itemsize))));
}

// How many elements of memory a window with these sizes and strides (none of them negative) needs:
// one past the place of its last element, or 0 if it has none.
int64_t reach_of(IntArrayRef sizes, IntArrayRef strides, int64_t offset = 0);

}  // namespace gradtape
