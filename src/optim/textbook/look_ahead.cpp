#include "optim/rule.h"

#include "gradtape/optim/textbook.h"

namespace gradtape::optim::textbook::detail {

void LookAhead::move(const Tensor& parameter, double momentum, const Tensor& velocity) {
  if (!velocity.defined()) return;
  save(parameter);
  fused(
      "look-ahead", [=]<class T>(T& w, T v) { w += T(momentum) * v; }, parameter, velocity);
}

void check_closure(const Optimizer::LossClosure& closure) {
  GRADTAPE_CHECK(
      closure,
      "step: this rule takes the gradient at the look-ahead point w + e v, so it needs a "
      "closure that computes the loss and its gradients there; got none");
}

}  // namespace gradtape::optim::textbook::detail
