#pragma once

#include <cstdint>
#include <type_traits>

namespace gradtape::kernels {

// Integers overflow by wrapping around, as in PyTorch; in C++ only unsigned ones do. Anything else
// (reals, expressions) passes through.
constexpr uint32_t wrapping(int32_t x) { return static_cast<uint32_t>(x); }
constexpr uint64_t wrapping(int64_t x) { return static_cast<uint64_t>(x); }
template <class X>
constexpr decltype(auto) wrapping(const X& x) {
  return (x);
}

}  // namespace gradtape::kernels
