#include "gradtape/optim/sgd.h"

#include <cmath>

#include "optim/rule.h"

namespace gradtape::optim {

void SGDOptions::check() const {
  check_lr(lr());
  check_at_least_zero("momentum value", momentum());
  check_at_least_zero("weight_decay value", weight_decay());
  GRADTAPE_CHECK(!std::isnan(dampening()), "Invalid dampening value: ", dampening(),
                 "; it must be a number");
  GRADTAPE_CHECK(!nesterov() || (momentum() > 0 && dampening() == 0),
                 "Nesterov momentum requires a momentum and zero dampening; got momentum ",
                 momentum(), ", dampening ", dampening());
}

void SGD::update(Tensor& parameter, const Tensor& grad, SGDParamState& state,
                 const SGDOptions& options) {
  const double lr = options.lr(), momentum = options.momentum();
  const Descent descent(options);
  if (momentum == 0) {
    fused(
        "SGD", [=]<class T>(T& p, T g) { p -= T(lr) * descent(g, p); }, parameter, grad);
    return;
  }
  const bool first = !state.momentum_buffer().defined();
  const double keep = first ? 0 : momentum, take = first ? 1 : 1 - options.dampening();
  // The step is d + momentum b with Nesterov, b without.
  const double from_grad = options.nesterov() ? 1 : 0;
  const double from_buffer = options.nesterov() ? momentum : 1;
  fused(
      "SGD",
      [=]<class T>(T& p, T g, T& b) {
        const T d = descent(g, p);
        b = T(keep) * b + T(take) * d;
        p -= T(lr) * (T(from_grad) * d + T(from_buffer) * b);
      },
      parameter, grad, from_zero(state.momentum_buffer(), parameter));
}

}  // namespace gradtape::optim
