#include "gradtape/optim/asgd.h"

#include <algorithm>
#include <cmath>

#include "optim/rule.h"

namespace gradtape::optim {

void ASGDOptions::check() const {
  check_lr(lr());
  check_at_least_zero("lambd value", lambd());
  check_at_least_zero("alpha value", alpha());
  check_at_least_zero("t0 value", t0());
  check_at_least_zero("weight_decay value", weight_decay());
}

void ASGD::update(Tensor& parameter, const Tensor& grad, ASGDParamState& state,
                  const ASGDOptions& options) {
  const double lr = options.lr(), lambd = options.lambd();
  const Descent descent(options);
  if (!state.ax().defined()) state.eta(in_default_dtype(lr));
  const double eta = state.eta(), mu = state.mu(), shrink = 1 - lambd * eta;
  const double keep = mu == 1 ? 0 : 1;  // of the average
  fused(
      "ASGD",
      [=]<class T>(T& p, T g, T& ax) {
        const T d = descent(g, p);
        p = T(shrink) * p - T(eta) * d;
        ax = T(keep) * ax + T(mu) * (p - T(keep) * ax);
      },
      parameter, grad, from_zero(state.ax(), parameter));
  const auto step = static_cast<double>(state.step());
  state.eta(in_default_dtype(lr / std::pow(1 + lambd * lr * step, options.alpha())));
  state.mu(in_default_dtype(1 / std::max(1., step - options.t0())));
}

}  // namespace gradtape::optim
