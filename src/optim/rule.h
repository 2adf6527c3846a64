#pragma once

#include <cmath>
#include <tuple>

#include "kernels/optim/fused.h"

#include "gradtape/ops/factory.h"
#include "gradtape/optim/options.h"

// What the update rules share.
namespace gradtape::optim {

inline void check_at_least_zero(const char* what, double value) {
  GRADTAPE_CHECK(value >= 0, "Invalid ", what, ": ", value, "; it must be at least 0");
}
inline void check_lr(double lr) {
  check_at_least_zero("learning rate", lr);
  GRADTAPE_CHECK(std::isfinite(lr), "Invalid learning rate: ", lr, "; it must be finite");
}
inline void check_betas(const std::tuple<double, double>& betas) {
  const auto check = [](int index, double beta) {
    GRADTAPE_CHECK(0 <= beta && beta < 1, "Invalid beta parameter at index ", index, ": ", beta,
                   "; it must be in [0, 1)");
  };
  check(0, std::get<0>(betas));
  check(1, std::get<1>(betas));
}

// The state, which begins at zero with its parameter's shape and dtype.
inline const Tensor& from_zero(Tensor& state, const Tensor& parameter) {
  if (!state.defined()) state = zeros(parameter.sizes(), parameter.dtype());
  return state;
}

// kernels::fused over a parameter, whose version moves on.
template <class Formula, class... States>
void fused(const char* rule, const Formula& formula, const Tensor& parameter, const Tensor& grad,
           const States&... states) {
  kernels::fused(rule, formula, parameter, grad, states...);
  parameter.storage()->bump_version();
}

// What a rule descends along: the gradient, turned round to climb, with L2 decay.
struct Descent {
  template <class Options>
  explicit Descent(const Options& options)
      : sign(options.maximize() ? -1 : 1), decay(options.weight_decay()) {}
  template <class T>
  T operator()(T g, T p) const {
    // Without decay an infinite p, such as a mask's, must not become 0 * p, which is NaN.
    return decay == 0 ? T(sign) * g : T(sign) * g + T(decay) * p;
  }

  double sign, decay;
};

// Rounded as a number that PyTorch keeps in a tensor of the default dtype.
inline double in_default_dtype(double value) {
  return get_default_dtype() == kFloat32 ? static_cast<double>(static_cast<float>(value)) : value;
}

}  // namespace gradtape::optim
