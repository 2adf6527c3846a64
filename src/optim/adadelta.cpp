#include "gradtape/optim/adadelta.h"

#include <cmath>

#include "optim/rule.h"

namespace gradtape::optim {

void AdadeltaOptions::check() const {
  check_lr(lr());
  GRADTAPE_CHECK(0 <= rho() && rho() <= 1, "Invalid rho value: ", rho(), "; it must be in [0, 1]");
  check_at_least_zero("epsilon value", eps());
  check_at_least_zero("weight_decay value", weight_decay());
}

void Adadelta::update(Tensor& parameter, const Tensor& grad, AdadeltaParamState& state,
                      const AdadeltaOptions& options) {
  const double lr = options.lr(), rho = options.rho(), eps = options.eps();
  const Descent descent(options);
  fused(
      "Adadelta",
      [=]<class T>(T& p, T g, T& v, T& u) {
        const T d = descent(g, p);
        v = T(rho) * v + T(1 - rho) * d * d;
        const T delta = std::sqrt(u + T(eps)) / std::sqrt(v + T(eps)) * d;
        u = T(rho) * u + T(1 - rho) * delta * delta;
        p -= T(lr) * delta;
      },
      parameter, grad, from_zero(state.square_avg(), parameter),
      from_zero(state.acc_delta(), parameter));
}

}  // namespace gradtape::optim
