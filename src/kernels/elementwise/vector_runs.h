#pragma once

#include <algorithm>
#include <cstdint>

#include <xsimd/xsimd.hpp>

// Runs made of one function of vectors.
namespace gradtape::kernels {

// Whole vectors, and one more over a padded copy of the rest, so that a value does not depend on
// its place. A fixed input is one element for all.
template <class T>
class Lanes {
 public:
  using V = xsimd::batch<T>;
  static constexpr auto kSize = static_cast<int64_t>(V::size);

  Lanes(const void* from, bool fixed) : from_(static_cast<const T*>(from)), fixed_(fixed) {}

  V whole(int64_t i) const { return fixed_ ? V(*from_) : V::load_unaligned(from_ + i); }
  V rest(int64_t i, int64_t count) const {
    if (fixed_) return V(*from_);
    alignas(64) T padded[kSize];
    std::fill_n(padded, kSize, T{1});  // which every function knows
    std::copy_n(from_ + i, count, padded);
    return V::load_aligned(padded);
  }

 private:
  const T* from_;
  bool fixed_;
};

// out[i] = f(inputs[i]...).
template <class T, class F, class... Inputs>
void run_vectors(int64_t n, void* out, const F& f, const Inputs&... inputs) {
  constexpr int64_t kSize = Lanes<T>::kSize;
  auto* to = static_cast<T*>(out);
  int64_t i = 0;
  for (; i + kSize <= n; i += kSize) f(inputs.whole(i)...).store_unaligned(to + i);
  if (i == n) return;
  alignas(64) T last[kSize];
  f(inputs.rest(i, n - i)...).store_aligned(last);
  std::copy_n(last, n - i, to + i);
}

}  // namespace gradtape::kernels
