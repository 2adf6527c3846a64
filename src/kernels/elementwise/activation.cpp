#include "kernels/elementwise/activation.h"

#include <cmath>
#include <numbers>

#include <xsimd/xsimd.hpp>

#include "kernels/base/vector_math.h"
#include "kernels/elementwise/runs.h"
#include "kernels/elementwise/vector_runs.h"

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
  explicit LeakyRelu(const Scalar* parameters) : negative_slope(parameters[0].toDouble()) {}
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
  explicit Elu(const Scalar* parameters) : alpha(parameters[0].toDouble()) {}
  double alpha;

  template <class V>
  V value(const V& x) const {
    return xsimd::select(x > V(0), x, V(alpha) * expm1_of(x));
  }
  template <class V>
  V slope(const V& x) const {
    return xsimd::select(x > V(0), V(1), V(alpha) * exp_of(x));
  }
};

struct EluOfResult : Elu {
  using Elu::Elu;

  template <class V>
  V slope(const V& y) const {
    return xsimd::select(y > V(0), V(1), y + V(alpha));
  }
};

template <class V>
V sigmoid(const V& x) {
  return V(1) / (V(1) + exp_of(-x));
}

struct Silu {
  template <class V>
  V value(const V& x) const {
    return x / (V(1) + exp_of(-x));
  }
  template <class V>
  V slope(const V& x) const {
    const V s = sigmoid(x);
    return s * (V(1) + x * (V(1) - s));
  }
};

struct Softplus {
  explicit Softplus(const Scalar* parameters)
      : beta(parameters[0].toDouble()), threshold(parameters[1].toDouble()) {}
  double beta, threshold;

  template <class V>
  V value(const V& x) const {
    const V scaled = V(beta) * x;
    return xsimd::select(scaled > V(threshold), x, log1p_of(exp_of(scaled)) / V(beta));
  }
  template <class V>
  V slope(const V& x) const {
    // Its sigmoid, by the exponential that does not overflow.
    const V scaled = V(beta) * x, decay = exp_of(-xsimd::abs(scaled)), far = V(1) / (V(1) + decay);
    const V slope = xsimd::select(scaled < V(0), decay * far, far);
    return xsimd::select(scaled > V(threshold), V(1), slope);
  }
};

template <class Kind, class T>
void value_run(int64_t n, void* out, const void* const* in, unsigned fixed,
               const Scalar* parameters) {
  const auto kind = make_functor<Kind>(parameters);
  run_vectors<T>(
      n, out, [&](const auto& x) { return kind.value(x); }, Lanes<T>(in[0], fixed & 1));
}

// Of (grad, x).
template <class Kind, class T>
void slope_run(int64_t n, void* out, const void* const* in, unsigned fixed,
               const Scalar* parameters) {
  const auto kind = make_functor<Kind>(parameters);
  run_vectors<T>(
      n, out, [&](const auto& grad, const auto& x) { return grad * kind.slope(x); },
      Lanes<T>(in[0], fixed & 1), Lanes<T>(in[1], fixed & 2));
}

struct Kernels {
  Kernel value, slope;
};

template <class Kind>
constexpr Kernels kernels_of(const char* name, const char* name_of_slope, int parameters) {
  const auto of = [=](const char* title, Run of_float, Run of_double) {
    return Kernel{title,     false, false, kHeavyGrain, with_floats({}, of_float, of_double),
                  parameters};
  };
  return {of(name, value_run<Kind, float>, value_run<Kind, double>),
          of(name_of_slope, slope_run<Kind, float>, slope_run<Kind, double>)};
}

const Kernels& kernels_of(Activation kind) {
  static constexpr Kernels kAll[] = {
      kernels_of<Gelu>("GeluKernelImpl", "GeluBackwardKernelImpl", 0),
      kernels_of<GeluTanh>("GeluKernelImpl", "GeluBackwardKernelImpl", 0),
      kernels_of<LeakyRelu>("leaky_relu_cpu", "leaky_relu_backward_cpu", 1),
      kernels_of<Elu>("elu_cpu", "elu_backward_cpu", 1),
      kernels_of<EluOfResult>("elu_cpu", "elu_backward_cpu", 1),
      kernels_of<Silu>("silu_cpu", "silu_backward_cpu", 0),
      kernels_of<Softplus>("softplus_cpu", "softplus_backward_cpu", 2)};
  return kAll[static_cast<size_t>(kind)];
}

}  // namespace

TensorBase activation(const ActivationOf& which, const TensorBase& x) {
  const Scalar parameters[] = {which.a, which.b};
  return unary(kernels_of(which.kind).value, x, {}, parameters);
}

TensorBase activation_grad(const ActivationOf& which, const TensorBase& grad, const TensorBase& x) {
  const Scalar parameters[] = {which.a, which.b};
  return binary(kernels_of(which.kind).slope, grad, x, {}, parameters);
}

}  // namespace gradtape::kernels
