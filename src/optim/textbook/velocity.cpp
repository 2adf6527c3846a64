#include "optim/rule.h"

#include "gradtape/optim/textbook.h"

// The rules of one learning rate for all.
namespace gradtape::optim::textbook {

void GradientDescent::update(Tensor& parameter, const Tensor& grad, NoState&,
                             const GradientDescentOptions& options) {
  const double a = options.maximize() ? -options.lr() : options.lr();
  fused(
      "textbook::GradientDescent", [=]<class T>(T& w, T g) { w -= T(a) * g; }, parameter, grad);
}

namespace {

// What Momentum and Nesterov have in common, which is all but where the gradient is taken.
void move(const char* rule, Tensor& parameter, const Tensor& grad, MomentumState& state,
          const MomentumOptions& options) {
  const double a = options.maximize() ? -options.lr() : options.lr(), e = options.momentum();
  fused(
      rule,
      [=]<class T>(T& w, T g, T& v) {
        v = T(e) * v - T(a) * g;
        w += v;
      },
      parameter, grad, from_zero(state.velocity(), parameter));
}

}  // namespace

void Momentum::update(Tensor& parameter, const Tensor& grad, MomentumState& state,
                      const MomentumOptions& options) {
  move("textbook::Momentum", parameter, grad, state, options);
}

void Nesterov::update(Tensor& parameter, const Tensor& grad, MomentumState& state,
                      const NesterovOptions& options) {
  move("textbook::Nesterov", parameter, grad, state, options);
}

}  // namespace gradtape::optim::textbook
