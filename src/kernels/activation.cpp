#include "kernels/activation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <xsimd/xsimd.hpp>

#include "kernels/blocked.h"
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

struct Gelu {
  template <class V>
  V value(const V& x) const {
    return V(0.5) * x * (V(1) + erf_of(V(kInverseSqrt2) * x));
  }
  template <class V>
  V slope(const V& x) const {
    const V density = V(kInverseSqrt2Pi) * xsimd::exp(V(-0.5) * x * x);
    return V(0.5) * (V(1) + erf_of(V(kInverseSqrt2) * x)) + x * density;
  }
};

struct GeluTanh {
  template <class V>
  V value(const V& x) const {
    const V inner = V(kTanhScale) * (x + V(kTanhCubic) * x * x * x);
    return V(0.5) * x * (V(1) + xsimd::tanh(inner));
  }
  template <class V>
  V slope(const V& x) const {
    const V t = xsimd::tanh(V(kTanhScale) * (x + V(kTanhCubic) * x * x * x));
    const V inner_slope = V(kTanhScale) * (V(1) + V(3 * kTanhCubic) * x * x);
    return V(0.5) * (V(1) + t) + V(0.5) * x * (V(1) - t * t) * inner_slope;
  }
};

struct LeakyRelu {
  double negative_slope;

  template <class V>
  V value(const V& x) const {
    return xsimd::select(x > V(0), x, x * V(negative_slope));
  }
  template <class V>
  V slope(const V& x) const {
    return xsimd::select(x > V(0), V(1), V(negative_slope));
  }
};

struct Elu {
  double alpha;

  template <class V>
  V value(const V& x) const {
    return xsimd::select(x > V(0), x, V(alpha) * xsimd::expm1(x));
  }
  template <class V>
  V slope(const V& x) const {
    return xsimd::select(x > V(0), V(1), V(alpha) * xsimd::exp(x));
  }
};

struct EluOfResult : Elu {
  template <class V>
  V slope(const V& y) const {
    return xsimd::select(y > V(0), V(1), y + V(alpha));
  }
};

template <class V>
V sigmoid(const V& x) {
  return V(1) / (V(1) + xsimd::exp(-x));
}

struct Silu {
  template <class V>
  V value(const V& x) const {
    return x / (V(1) + xsimd::exp(-x));
  }
  template <class V>
  V slope(const V& x) const {
    const V s = sigmoid(x);
    return s * (V(1) + x * (V(1) - s));
  }
};

struct Softplus {
  double beta, threshold;

  template <class V>
  V value(const V& x) const {
    const V scaled = V(beta) * x;
    return xsimd::select(scaled > V(threshold), x, xsimd::log1p(xsimd::exp(scaled)) / V(beta));
  }
  template <class V>
  V slope(const V& x) const {
    const V scaled = V(beta) * x;
    return xsimd::select(scaled > V(threshold), V(1), sigmoid(scaled));
  }
};

template <class F>
Tensor visit(const ActivationOf& which, const F& f) {
  switch (which.kind) {
    case Activation::kGelu:
      return f(Gelu{});
    case Activation::kGeluTanh:
      return f(GeluTanh{});
    case Activation::kLeakyRelu:
      return f(LeakyRelu{which.a});
    case Activation::kElu:
      return f(Elu{which.a});
    case Activation::kEluOfResult:
      return f(EluOfResult{{which.a}});
    case Activation::kSilu:
      return f(Silu{});
    default:
      return f(Softplus{which.a, which.b});
  }
}

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

}  // namespace

// Plain passes, which keep a private layout.
Tensor activation(const ActivationOf& which, const Tensor& x) {
  const int64_t block = block_of(x);
  const Tensor source = in_blocks(x, block);
  return visit(which, [&](const auto& kind) {
    Tensor result = make_array(x.impl().sizes(), x.dtype(), block);
    visit_floating(x.dtype(), "activation", [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* const data = elements<T>(source, block);
      vector_loop(x.numel(), data, data, elements<T>(result, block),
                  [&](const auto& v, const auto&) { return kind.value(v); });
    });
    return result;
  });
}

Tensor activation_grad(const ActivationOf& which, const Tensor& grad, const Tensor& x) {
  const int64_t block = block_of(x);
  const Tensor source = in_blocks(x, block), g = in_blocks(grad, block);
  return visit(which, [&](const auto& kind) {
    Tensor result = make_array(x.impl().sizes(), x.dtype(), block);
    visit_floating(x.dtype(), "activation", [&](auto tag) {
      using T = typename decltype(tag)::type;
      vector_loop(x.numel(), elements<T>(source, block), elements<T>(g, block),
                  elements<T>(result, block),
                  [&](const auto& v, const auto& up) { return up * kind.slope(v); });
    });
    return result;
  });
}

}  // namespace gradtape::kernels
