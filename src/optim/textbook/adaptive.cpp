#include <cmath>

#include "optim/rule.h"

#include "gradtape/optim/textbook.h"

// The rules of a learning rate for each parameter.
namespace gradtape::optim::textbook {

void AdaGrad::update(Tensor& parameter, const Tensor& grad, AdaGradState& state,
                     const AdaGradOptions& options) {
  const double a = options.maximize() ? -options.lr() : options.lr(), d = options.delta();
  fused(
      "textbook::AdaGrad",
      [=]<class T>(T& w, T g, T& r) {
        r += g * g;
        w -= T(a) / (T(d) + std::sqrt(r)) * g;
      },
      parameter, grad, from_zero(state.square_sum(), parameter));
}

void RMSProp::update(Tensor& parameter, const Tensor& grad, RMSPropState& state,
                     const RMSPropOptions& options) {
  const double a = options.maximize() ? -options.lr() : options.lr();
  const double p = options.decay(), d = options.delta();
  fused(
      "textbook::RMSProp",
      [=]<class T>(T& w, T g, T& r) {
        r = T(p) * r + T(1 - p) * g * g;
        w -= T(a) / std::sqrt(T(d) + r) * g;
      },
      parameter, grad, from_zero(state.square_mean(), parameter));
}

void RMSPropNesterov::update(Tensor& parameter, const Tensor& grad, RMSPropNesterovState& state,
                             const RMSPropNesterovOptions& options) {
  const double a = options.maximize() ? -options.lr() : options.lr();
  const double e = options.momentum(), p = options.decay();
  fused(
      "textbook::RMSPropNesterov",
      [=]<class T>(T& w, T g, T& r, T& v) {
        r = T(p) * r + T(1 - p) * g * g;
        // 1 where r is 0: in numbers, as a branch would not be vectorized.
        const T none = static_cast<T>(r == T(0));
        v = T(e) * v - T(a) * (1 - none) / (std::sqrt(r) + none) * g;
        w += v;
      },
      parameter, grad, from_zero(state.square_mean(), parameter),
      from_zero(state.velocity(), parameter));
}

void Adam::update(Tensor& parameter, const Tensor& grad, AdamState& state,
                  const AdamOptions& options) {
  const double a = options.maximize() ? -options.lr() : options.lr(), d = options.delta();
  const auto [beta1, beta2] = options.betas();
  const double p1 = beta1, p2 = beta2, t = static_cast<double>(state.step());
  const double mean_scale = 1 / (1 - std::pow(p1, t)), square_scale = 1 / (1 - std::pow(p2, t));
  fused(
      "textbook::Adam",
      [=]<class T>(T& w, T g, T& s, T& r) {
        s = T(p1) * s + T(1 - p1) * g;
        r = T(p2) * r + T(1 - p2) * g * g;
        w -= T(a) * (s * T(mean_scale)) / (std::sqrt(r * T(square_scale)) + T(d));
      },
      parameter, grad, from_zero(state.mean(), parameter),
      from_zero(state.square_mean(), parameter));
}

}  // namespace gradtape::optim::textbook
