#include "gradtape/optim/rprop.h"

#include <cmath>

#include "optim/rule.h"

namespace gradtape::optim {

void RpropOptions::check() const {
  check_lr(lr());
  const auto [shrink, grow] = etas();
  GRADTAPE_CHECK(0 < shrink && shrink < 1 && 1 < grow && std::isfinite(grow),
                 "Invalid eta values: ", shrink, ", ", grow,
                 "; the first must be in (0, 1), the second above 1");
  const auto [smallest, largest] = step_sizes();
  GRADTAPE_CHECK(0 <= smallest && smallest <= largest, "Invalid step_sizes values: ", smallest,
                 ", ", largest, "; the first must be at least 0, the second at least the first");
}

void Rprop::update(Tensor& parameter, const Tensor& grad, RpropParamState& state,
                   const RpropOptions& options) {
  const auto [first_eta, second_eta] = options.etas();
  const auto [first_size, second_size] = options.step_sizes();
  const double shrink = first_eta, grow = second_eta, smallest = first_size, largest = second_size;
  const double sign = options.maximize() ? -1 : 1;
  if (!state.step_size().defined())
    state.step_size(full(parameter.sizes(), options.lr(), parameter.dtype()));
  fused(
      "Rprop",
      [=]<class T>(T& p, T g, T& before, T& size) {
        // Choices between finished values, none inside another: anything else would branch.
        const T plus = T(grow), minus = T(shrink), least = T(smallest), most = T(largest);
        const T d = T(sign) * g, agreement = d * before;
        const T grown = agreement > 0 ? plus : T(1);
        const T factor = agreement < 0 ? minus : grown;
        const T wanted = size * factor;
        const T enough = wanted < least ? least : wanted;
        size = enough > most ? most : enough;
        before = agreement < 0 ? T(0) : d;
        const T down = before > 0 ? size : T(0), up = before < 0 ? size : T(0);
        p += up - down;
      },
      parameter, grad, from_zero(state.prev(), parameter), state.step_size());
}

}  // namespace gradtape::optim
