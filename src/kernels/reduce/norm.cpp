#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/reduce/loop.h"
#include "kernels/reduce/reduce.h"

namespace gradtape::kernels {
namespace {

template <class T>
struct SumAbs {
  using In = T;
  using Acc = T;
  using Out = T;
  T identity() const { return 0; }
  auto map(auto x, auto) const {
    using std::abs;
    using xsimd::abs;
    return abs(x);
  }
  auto combine(auto a, auto b) const { return a + b; }
  T finish(T value) const { return value; }
};

template <class T>
struct SumSquares : SumAbs<T> {
  auto map(auto x, auto) const { return x * x; }
  T finish(T value) const { return std::sqrt(value); }
};

template <class T>
struct CountNonzero : SumAbs<T> {
  T map(T x, T) const { return x != 0 ? T{1} : T{0}; }
  // Of a NaN too, which xsimd 8.1's != takes for equal to everything.
  auto map(xsimd::batch<T> x, xsimd::batch<T>) const {
    using Batch = xsimd::batch<T>;
    return xsimd::select(x == Batch(T{0}), Batch(T{0}), Batch(T{1}));
  }
};

template <class T>
struct SumPowers : SumAbs<T> {
  T p;
  T map(T x, T) const { return std::pow(std::abs(x), p); }
  auto map(xsimd::batch<T> x, xsimd::batch<T>) const {
    // xsimd's pow misses the special cases (0, infinity) that the standard library's has.
    constexpr size_t W = xsimd::batch<T>::size;
    alignas(64) T lanes[W];
    x.store_aligned(lanes);
    for (T& lane : lanes) lane = map(lane, T{});
    return xsimd::batch<T>::load_aligned(lanes);
  }
  T finish(T value) const { return std::pow(value, 1 / p); }
};

template <class T, bool kMax>
struct ExtremeAbs : SumAbs<T> {
  T identity() const { return kMax ? T{0} : std::numeric_limits<T>::infinity(); }
  T combine(T a, T b) const { return ((kMax ? a > b : a < b) || a != a) ? a : b; }
  auto combine(xsimd::batch<T> a, xsimd::batch<T> b) const {
    return xsimd::select((kMax ? a > b : a < b) | xsimd::isnan(a), a, b);
  }
};

}  // namespace

TensorBase norm(const TensorBase& input, double p, AxisMask axes, DimVector sizes) {
  TensorBase result = make_array(std::move(sizes), input.dtype());
  void* out = result.impl().data();
  if (reduced_count(input, axes) == 0) {  // even of the smallest |x|
    std::memset(out, 0, result.nbytes());
    return result;
  }
  visit_floating(input.dtype(), "norm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (p == 2) {
      reduce_into(SumSquares<T>{}, input, axes, out);
    } else if (p == 1) {
      reduce_into(SumAbs<T>{}, input, axes, out);
    } else if (p == 0) {
      reduce_into(CountNonzero<T>{}, input, axes, out);
    } else if (std::isinf(p) && p > 0) {
      reduce_into(ExtremeAbs<T, true>{}, input, axes, out);
    } else if (std::isinf(p)) {
      reduce_into(ExtremeAbs<T, false>{}, input, axes, out);
    } else {
      reduce_into(SumPowers<T>{{}, static_cast<T>(p)}, input, axes, out);
    }
  });
  return result;
}

}  // namespace gradtape::kernels
