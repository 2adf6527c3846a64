#include "optim/rule.h"

#include "gradtape/optim/textbook.h"

namespace gradtape::optim::textbook::detail {

void LookAhead::move(const Tensor& parameter, double momentum, const Tensor& velocity) {
  if (!velocity.defined()) return;
  saved_.emplace_back(parameter, parameter.detach().clone());
  kernels::fused(
      "look-ahead", [=]<class T>(T& w, T v) { w += T(momentum) * v; }, parameter, velocity);
}

LookAhead::~LookAhead() {
  // Backwards: a parameter that was moved twice was at w the first time.
  for (auto entry = saved_.rbegin(); entry != saved_.rend(); ++entry)
    entry->first.copy_(entry->second);
}

void check_closure(const Optimizer::LossClosure& closure) {
  GRADTAPE_CHECK(
      closure,
      "step: this rule takes the gradient at the look-ahead point w + e v, so it needs a "
      "closure that computes the loss and its gradients there; got none");
}

}  // namespace gradtape::optim::textbook::detail
