#include "gradtape/ops/activation.h"

#include <numbers>

#include "autograd/record.h"
#include "kernels/activation.h"

namespace gradtape {
namespace {

using namespace autograd;

Tensor gelu_backward(const Tensor& grad, const Tensor& x, bool approximate);

// Phi(x) = (1 + erf(x / sqrt 2)) / 2, phi its derivative: gelu' = Phi + x phi.
struct Gelu {
  bool approximate;

  static constexpr const char* name = "GeluBackward0";
  static constexpr Reads reads[] = {kInput0};
  Tensor forward(const Tensor& x) const { return kernels::gelu(x, approximate); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return gelu_backward(grad, saved.input(0), approximate);
  }
};

// gelu'' = phi (2 - x^2); of the approximation, with u its inner cubic and t = tanh(u),
// (1 - t^2) (u' + x u'' / 2 - x t u'^2).
Tensor second_slope(const Tensor& x, bool approximate) {
  const Tensor square = x.mul(x);
  if (!approximate) {
    constexpr double kDensity = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
    return square.mul(-0.5).exp().mul(kDensity).mul(square.neg().add(2));
  }
  constexpr double kScale = std::numbers::inv_sqrtpi * std::numbers::sqrt2, kCubic = 0.044715;
  const Tensor t = x.mul(square.mul(kCubic).add(1)).mul(kScale).tanh();
  const Tensor slope = square.mul(3 * kCubic).add(1).mul(kScale);
  const Tensor bend = square.mul(3 * kCubic * kScale);  // x u'' / 2
  return t.mul(t).neg().add(1).mul(slope.add(bend).sub(x.mul(t).mul(slope).mul(slope)));
}

struct GeluGrad {
  bool approximate;

  static constexpr const char* name = "GeluBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0 | kInput1};
  Tensor forward(const Tensor& grad, const Tensor& x) const {
    return kernels::gelu_grad(grad, x, approximate);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor x = saved.input(1);
    if (i == 0) return gelu_backward(grad, x, approximate);
    return grad.mul(saved.input(0)).mul(second_slope(x, approximate));
  }
};

Tensor gelu_backward(const Tensor& grad, const Tensor& x, bool approximate) {
  return apply(GeluGrad{approximate}, grad, x);
}

}  // namespace

Tensor gelu(const Tensor& self, std::string_view approximate) {
  GRADTAPE_CHECK(approximate == "none" || approximate == "tanh",
                 "approximate argument must be either none or tanh.; gelu got '", approximate, "'");
  GRADTAPE_CHECK(self.is_floating_point(), "gelu: a floating point dtype is required; got self ",
                 self.dtype(), " ", self.sizes());
  return apply(Gelu{approximate == "tanh"}, self);
}

}  // namespace gradtape
