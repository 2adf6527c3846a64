#include "gradtape/ops/activation.h"

#include <numbers>

#include "autograd/op_node.h"
#include "kernels/base/array.h"
#include "kernels/elementwise/activation.h"
#include "kernels/elementwise/elementwise.h"

#include "gradtape/ops/factory.h"

namespace gradtape {
namespace {

using namespace autograd;
using kernels::Activation;
using kernels::ActivationOf;

constexpr const char* record_name(Activation kind) {
  constexpr const char* kNames[] = {"GeluBackward0",    "GeluBackward0", "LeakyReluBackward0",
                                    "EluBackward0",     "EluBackward1",  "SiluBackward0",
                                    "SoftplusBackward0"};
  return kNames[static_cast<int>(kind)];
}

// 1 where the mask holds, in x's dtype.
Tensor as_factor(const Tensor& mask, const Tensor& x) { return mask.to(x.dtype()); }

// The second derivative at x, for gradients of gradients; undefined where it is 0 everywhere. At a
// kink it is 0, as in PyTorch.
// gelu: phi (2 - x^2), phi being the normal density; its approximation, with u the inner cubic and
// t = tanh(u): (1 - t^2) (u' + x u'' / 2 - x t u'^2).
Tensor second_slope(const ActivationOf& which, const Tensor& x) {
  switch (which.kind) {
    case Activation::kGelu: {
      constexpr double kDensity = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
      const Tensor square = x.mul(x);
      return square.mul(-0.5).exp().mul(kDensity).mul(square.neg().add(2));
    }
    case Activation::kGeluTanh: {
      constexpr double kScale = std::numbers::inv_sqrtpi * std::numbers::sqrt2, kCubic = 0.044715;
      const Tensor square = x.mul(x);
      const Tensor t = x.mul(square.mul(kCubic).add(1)).mul(kScale).tanh();
      const Tensor slope = square.mul(3 * kCubic).add(1).mul(kScale);
      const Tensor bend = square.mul(3 * kCubic * kScale);  // x u'' / 2
      return t.mul(t).neg().add(1).mul(slope.add(bend).sub(x.mul(t).mul(slope).mul(slope)));
    }
    case Activation::kElu:
      return x.clamp_max(0).exp().mul(which.a).mul(as_factor(x.lt(0), x));
    case Activation::kEluOfResult:
      return as_factor(x.lt(0), x);
    case Activation::kSilu: {
      const Tensor s = x.sigmoid();
      return s.mul(s.neg().add(1)).mul(x.mul(s.mul(-2).add(1)).add(2));
    }
    case Activation::kSoftplus: {
      const Tensor scaled = x.mul(which.a);
      const Tensor s = scaled.sigmoid();
      return s.mul(s.neg().add(1)).mul(which.a).mul(as_factor(scaled.lt(which.b), x));
    }
    default:
      return {};
  }
}

// grad f'(x), one pass over memory; an op, so it has a gradient of its own.
template <Activation kKind>
struct ActivationGrad {
  ActivationOf which;

  static constexpr const char* name = record_name(kKind);
  static constexpr Reads reads[] = {kInput1, kInput0 | kInput1};
  Tensor forward(const Tensor& grad, const Tensor& x) const {
    return kernels::activation_grad(which, grad, x);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor x = saved.input(1);
    if (i == 0) return apply(*this, grad, x);
    const Tensor second = second_slope(which, x);
    return second.defined() ? grad.mul(saved.input(0)).mul(second) : zeros_like(grad);
  }
};

template <Activation kKind>
struct ActivationOp {
  ActivationOf which;

  static constexpr const char* name = record_name(kKind);
  static constexpr Reads reads[] = {kInput0};
  Tensor forward(const Tensor& x) const { return kernels::activation(which, x); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return apply(ActivationGrad<kKind>{which}, grad, saved.input(0));
  }
};

// An activation in place. Its input is gone, so the gradient is kGradKind's at the result; that of
// a negative constant cannot be told from it.
template <Activation kKind, Activation kGradKind>
struct InplaceActivation {
  double a;

  static constexpr bool kLeaky = kKind == Activation::kLeakyRelu;
  static constexpr const char* name = kLeaky ? "LeakyReluBackward1" : "EluBackward1";
  static constexpr Reads reads[] = {kOutput};
  Tensor forward(const Tensor& x, const Tensor& out) const {
    kernels::check_no_internal_overlap(out.impl());
    kernels::copy(out, kernels::activation({kKind, a}, x));
    return out;
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    GRADTAPE_CHECK(a >= 0, "In-place ", kLeaky ? "leakyReLu" : "elu",
                   " backward calculation is triggered with a negative slope which is not "
                   "supported. This is caused by calling in-place forward function with a negative "
                   "slope, please call out-of-place version instead.");
    return apply(ActivationGrad<kGradKind>{{kGradKind, a}}, grad, saved.output());
  }
};

void check_dtype(const char* op, const Tensor& self) {
  GRADTAPE_CHECK(self.is_floating_point(), op, ": a floating point dtype is required; got self ",
                 self.dtype(), " ", self.sizes());
}

template <Activation kKind>
Tensor activate(const char* op, const Tensor& self, double a = 0, double b = 0) {
  check_dtype(op, self);
  return apply(ActivationOp<kKind>{{kKind, a, b}}, self);
}

}  // namespace

Tensor gelu(const Tensor& self, std::string_view approximate) {
  GRADTAPE_CHECK(approximate == "none" || approximate == "tanh",
                 "approximate argument must be either none or tanh.; gelu got '", approximate, "'");
  if (approximate == "tanh") return activate<Activation::kGeluTanh>("gelu", self);
  return activate<Activation::kGelu>("gelu", self);
}

Tensor leaky_relu(const Tensor& self, const Scalar& negative_slope) {
  return activate<Activation::kLeakyRelu>("leaky_relu", self, negative_slope.toDouble());
}

Tensor& leaky_relu_(Tensor& self, const Scalar& negative_slope) {
  constexpr Activation kKind = Activation::kLeakyRelu;  // the result has the sign of x
  check_dtype("leaky_relu_", self);
  return apply_inplace(InplaceActivation<kKind, kKind>{negative_slope.toDouble()}, self);
}

Tensor elu(const Tensor& self, const Scalar& alpha) {
  return activate<Activation::kElu>("elu", self, alpha.toDouble());
}

Tensor& elu_(Tensor& self, const Scalar& alpha) {
  check_dtype("elu_", self);
  using Op = InplaceActivation<Activation::kElu, Activation::kEluOfResult>;
  return apply_inplace(Op{alpha.toDouble()}, self);
}

Tensor silu(const Tensor& self) { return activate<Activation::kSilu>("silu", self); }

Tensor softplus(const Tensor& self, const Scalar& beta, const Scalar& threshold) {
  GRADTAPE_CHECK(beta.toDouble() != 0, "softplus: beta must not be 0; got self ", self.sizes());
  return activate<Activation::kSoftplus>("softplus", self, beta.toDouble(), threshold.toDouble());
}

}  // namespace gradtape
