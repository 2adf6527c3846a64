#include "gradtape/optim/adamax.h"

#include <cmath>

#include "optim/rule.h"

namespace gradtape::optim {

void AdamaxOptions::check() const {
  check_lr(lr());
  check_at_least_zero("epsilon value", eps());
  check_betas(betas());
  check_at_least_zero("weight_decay value", weight_decay());
}

void Adamax::update(Tensor& parameter, const Tensor& grad, AdamaxParamState& state,
                    const AdamaxOptions& options) {
  const auto [beta1, beta2] = options.betas();
  const double b1 = beta1, b2 = beta2, eps = options.eps();
  const Descent descent(options);
  const double rate = options.lr() / (1 - std::pow(b1, static_cast<double>(state.step())));
  fused(
      "Adamax",
      [=]<class T>(T& p, T g, T& m, T& u) {
        const T d = descent(g, p);
        m = T(b1) * m + T(1 - b1) * d;
        const T before = T(b2) * u, now = std::abs(d) + T(eps);
        u = before > now ? before : now;
        p -= T(rate) * m / u;
      },
      parameter, grad, from_zero(state.exp_avg(), parameter),
      from_zero(state.exp_inf(), parameter));
}

}  // namespace gradtape::optim
