#include "gradtape/optim/rmsprop.h"

#include <cmath>
#include <string_view>

#include "optim/rule.h"

namespace gradtape::optim {

void RMSpropOptions::check() const {
  check_lr(lr());
  check_at_least_zero("epsilon value", eps());
  check_at_least_zero("momentum value", momentum());
  check_at_least_zero("weight_decay value", weight_decay());
  check_at_least_zero("alpha value", alpha());
}

bool RMSpropParamState::is_optional(const char* name, const Tensor&) const {
  return std::string_view(name) != "square_avg";
}

void RMSprop::update(Tensor& parameter, const Tensor& grad, RMSpropParamState& state,
                     const RMSpropOptions& options) {
  const double lr = options.lr(), alpha = options.alpha(), eps = options.eps();
  const double momentum = options.momentum();
  const Descent descent(options);
  const auto average = [=]<class T>(T p, T g, T& v) {
    const T d = descent(g, p);
    v = T(alpha) * v + T(1 - alpha) * d * d;
    return d;
  };
  const auto variance = [=]<class T>(T d, T v, T& m) {
    m = T(alpha) * m + T(1 - alpha) * d;
    return v - m * m;
  };
  const auto scaled = [=]<class T>(T d, T v) { return d / (std::sqrt(v) + T(eps)); };
  const auto move = [=]<class T>(T& p, T scaled, T& b) {
    b = T(momentum) * b + scaled;
    p -= T(lr) * b;
  };
  const Tensor& square_avg = from_zero(state.square_avg(), parameter);
  if (options.centered() && momentum > 0) {
    fused(
        "RMSprop",
        [=]<class T>(T& p, T g, T& v, T& m, T& b) {
          const T d = average(p, g, v);
          move(p, scaled(d, variance(d, v, m)), b);
        },
        parameter, grad, square_avg, from_zero(state.grad_avg(), parameter),
        from_zero(state.momentum_buffer(), parameter));
  } else if (options.centered()) {
    fused(
        "RMSprop",
        [=]<class T>(T& p, T g, T& v, T& m) {
          const T d = average(p, g, v);
          p -= T(lr) * scaled(d, variance(d, v, m));
        },
        parameter, grad, square_avg, from_zero(state.grad_avg(), parameter));
  } else if (momentum > 0) {
    fused(
        "RMSprop",
        [=]<class T>(T& p, T g, T& v, T& b) {
          const T d = average(p, g, v);
          move(p, scaled(d, v), b);
        },
        parameter, grad, square_avg, from_zero(state.momentum_buffer(), parameter));
  } else {
    fused(
        "RMSprop",
        [=]<class T>(T& p, T g, T& v) {
          const T d = average(p, g, v);
          p -= T(lr) * scaled(d, v);
        },
        parameter, grad, square_avg);
  }
}

}  // namespace gradtape::optim
