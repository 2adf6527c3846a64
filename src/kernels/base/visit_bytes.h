#pragma once

#include <cstddef>
#include <cstdint>

namespace gradtape::kernels {

// An unsigned integer as wide as an element, which may alias any other type: what only moves
// elements needs no more than their bytes.
template <size_t Bytes>
struct Unit;
template <>
struct Unit<1> {
  using type [[gnu::may_alias]] = uint8_t;
};
template <>
struct Unit<2> {
  using type [[gnu::may_alias]] = uint16_t;
};
template <>
struct Unit<4> {
  using type [[gnu::may_alias]] = uint32_t;
};
template <>
struct Unit<8> {
  using type [[gnu::may_alias]] = uint64_t;
};

// Calls f with the unit of so many bytes: 1, 2, 4 or 8.
template <class F>
void visit_width(size_t bytes, const F& f) {
  switch (bytes) {
    case 1:
      return f(Unit<1>{});
    case 2:
      return f(Unit<2>{});
    case 4:
      return f(Unit<4>{});
    default:
      return f(Unit<8>{});
  }
}

}  // namespace gradtape::kernels
