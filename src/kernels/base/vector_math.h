#pragma once

#include <cmath>
#include <limits>

#include <xsimd/xsimd.hpp>

// xsimd's functions where they are wrong at the ends of their range: subnormal numbers and the
// signs of zeros.
namespace gradtape::kernels {

// value with f of x, one by one, where the mask holds.
template <class T, class Mask, class F>
xsimd::batch<T> replaced(const xsimd::batch<T>& value, const Mask& mask, const xsimd::batch<T>& x,
                         const F& f) {
  using V = xsimd::batch<T>;
  if (!xsimd::any(mask)) [[likely]]
    return value;
  alignas(64) T from[V::size], to[V::size];
  alignas(64) bool chosen[V::size];
  x.store_aligned(from);
  value.store_aligned(to);
  mask.store_unaligned(chosen);
  for (size_t i = 0; i < V::size; ++i) {
    if (chosen[i]) to[i] = f(from[i]);
  }
  return V::load_aligned(to);
}

// xsimd's exp ends where its value is subnormal or near the largest number.
template <class T>
xsimd::batch<T> exp_of(const xsimd::batch<T>& x) {
  using V = xsimd::batch<T>;
  constexpr bool kSingle = std::is_same_v<T, float>;
  const V least(kSingle ? T(-104) : T(-746)), low(kSingle ? T(-87.3) : T(-708.3));
  const V high(kSingle ? T(88.3) : T(709.4)), most(kSingle ? T(88.8) : T(709.8));
  const auto near_end = ((x > least) & (x < low)) | ((x > high) & (x < most));
  return replaced(xsimd::exp(x), near_end, x, [](T one) { return std::exp(one); });
}

template <class T>
xsimd::batch<T> expm1_of(const xsimd::batch<T>& x) {
  using V = xsimd::batch<T>;
  const auto near_end = std::is_same_v<T, float> ? (x > V(T(88.3))) & (x < V(T(88.8)))
                                                 : (x > V(T(709.4))) & (x < V(T(709.8)));
  const V value = xsimd::select(x == V(0), x, xsimd::expm1(x));
  return replaced(value, near_end, x, [](T one) { return std::expm1(one); });
}

template <class T>
xsimd::batch<T> log1p_of(const xsimd::batch<T>& x) {
  using V = xsimd::batch<T>;
  return xsimd::select(x == V(0), x, xsimd::log1p(x));
}

template <class T>
auto is_subnormal(const xsimd::batch<T>& x) {
  using V = xsimd::batch<T>;
  return (x > V(0)) & (x < V(std::numeric_limits<T>::min()));
}
template <class T>
xsimd::batch<T> log_of(const xsimd::batch<T>& x) {
  return replaced(xsimd::log(x), is_subnormal(x), x, [](T one) { return std::log(one); });
}
template <class T>
xsimd::batch<T> log2_of(const xsimd::batch<T>& x) {
  return replaced(xsimd::log2(x), is_subnormal(x), x, [](T one) { return std::log2(one); });
}
template <class T>
xsimd::batch<T> log10_of(const xsimd::batch<T>& x) {
  return replaced(xsimd::log10(x), is_subnormal(x), x, [](T one) { return std::log10(one); });
}

}  // namespace gradtape::kernels
