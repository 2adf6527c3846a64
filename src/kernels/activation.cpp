#include "kernels/activation.h"

#include <cmath>
#include <numbers>

#include <xsimd/xsimd.hpp>

#include "kernels/array.h"
#include "kernels/parallel.h"

namespace gradtape::kernels {
namespace {

constexpr double kInverseSqrt2 = 1 / std::numbers::sqrt2;
constexpr double kInverseSqrt2Pi = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
constexpr double kTanhScale = std::numbers::inv_sqrtpi * std::numbers::sqrt2;  // sqrt(2 / pi)
constexpr double kTanhCubic = 0.044715;

// xsimd's erf in double is off by up to 68 ulp: there each lane asks the standard library.
template <class V>
V erf_of(const V& x) {
  if constexpr (std::is_same_v<V, xsimd::batch<double>>) {
    alignas(64) double lanes[V::size];
    x.store_aligned(lanes);
    for (double& lane : lanes) lane = std::erf(lane);
    return V::load_aligned(lanes);
  } else {
    return xsimd::erf(x);
  }
}

struct Exact {
  template <class V>
  static V value(const V& x) {
    return V(0.5) * x * (V(1) + erf_of(V(kInverseSqrt2) * x));
  }
  template <class V>
  static V slope(const V& x) {
    const V density = V(kInverseSqrt2Pi) * xsimd::exp(V(-0.5) * x * x);
    return V(0.5) * (V(1) + erf_of(V(kInverseSqrt2) * x)) + x * density;
  }
};

struct Approximate {
  template <class V>
  static V value(const V& x) {
    const V inner = V(kTanhScale) * (x + V(kTanhCubic) * x * x * x);
    return V(0.5) * x * (V(1) + xsimd::tanh(inner));
  }
  template <class V>
  static V slope(const V& x) {
    const V t = xsimd::tanh(V(kTanhScale) * (x + V(kTanhCubic) * x * x * x));
    const V inner_slope = V(kTanhScale) * (V(1) + V(3 * kTanhCubic) * x * x);
    return V(0.5) * (V(1) + t) + V(0.5) * x * (V(1) - t * t) * inner_slope;
  }
};

// Whole vectors, and one more over a padded copy of the rest.
template <class T, class F>
void vector_loop(int64_t n, const T* a, const T* b, T* out, const F& f) {
  using V = xsimd::batch<T>;
  constexpr auto kSize = static_cast<int64_t>(V::size);
  parallel_for(n, 4096, [&](int64_t begin, int64_t end) {
    int64_t i = begin;
    for (; i + kSize <= end; i += kSize) {
      f(V::load_unaligned(a + i), V::load_unaligned(b + i)).store_unaligned(out + i);
    }
    if (i == end) return;
    alignas(64) T left[kSize] = {}, right[kSize] = {};
    std::copy(a + i, a + end, left);
    std::copy(b + i, b + end, right);
    f(V::load_aligned(left), V::load_aligned(right)).store_aligned(left);
    std::copy(left, left + (end - i), out + i);
  });
}

template <class Kind>
Tensor values(const Tensor& x) {
  const Tensor source = dense(x);
  Tensor result = make_array(x.impl().sizes(), x.dtype());
  visit_floating(x.dtype(), "gelu", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* const data = source.data_ptr<T>();
    vector_loop(x.numel(), data, data, result.data_ptr<T>(),
                [](const auto& v, const auto&) { return Kind::value(v); });
  });
  return result;
}

template <class Kind>
Tensor gradients(const Tensor& grad, const Tensor& x) {
  const Tensor source = dense(x), g = dense(grad);
  Tensor result = make_array(x.impl().sizes(), x.dtype());
  visit_floating(x.dtype(), "gelu", [&](auto tag) {
    using T = typename decltype(tag)::type;
    vector_loop(x.numel(), source.data_ptr<T>(), g.data_ptr<T>(), result.data_ptr<T>(),
                [](const auto& v, const auto& up) { return up * Kind::slope(v); });
  });
  return result;
}

}  // namespace

Tensor gelu(const Tensor& x, bool approximate) {
  return approximate ? values<Approximate>(x) : values<Exact>(x);
}

Tensor gelu_grad(const Tensor& grad, const Tensor& x, bool approximate) {
  return approximate ? gradients<Approximate>(grad, x) : gradients<Exact>(grad, x);
}

}  // namespace gradtape::kernels
