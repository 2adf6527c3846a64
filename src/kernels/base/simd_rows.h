#pragma once

#include <cstdint>
#include <type_traits>

#include <xsimd/xsimd.hpp>

// Loops over contiguous rows whose body is written once, for vectors and for what is left over.
namespace gradtape::kernels {

// f(j, zero) for every j < n: a vector of places from j, with zero a vector, or one with a T.
template <class T, class F>
inline void for_vectors(int64_t n, const F& f) {
  using Batch = xsimd::batch<T>;
  int64_t j = 0;
  for (; j + static_cast<int64_t>(Batch::size) <= n; j += Batch::size) f(j, Batch(T{0}));
  for (; j < n; ++j) f(j, T{0});
}

template <class V, class T>
inline V load(const T* from) {
  if constexpr (std::is_same_v<V, T>) {
    return *from;
  } else {
    return V::load_unaligned(from);
  }
}

template <class V, class T>
inline void store(const V& value, T* to) {
  if constexpr (std::is_same_v<V, T>) {
    *to = value;
  } else {
    value.store_unaligned(to);
  }
}

// A sum of what for_vectors gives.
template <class T>
class RowSum {
 public:
  void add(const xsimd::batch<T>& values) { lanes_ += values; }
  void add(T value) { rest_ += value; }
  T total() const { return xsimd::hadd(lanes_) + rest_; }

 private:
  xsimd::batch<T> lanes_ = xsimd::batch<T>(T{0});
  T rest_ = 0;
};

}  // namespace gradtape::kernels
