#include "gradtape/optim/nadam.h"

#include <cmath>

#include "optim/rule.h"

namespace gradtape::optim {

void NAdamOptions::check() const {
  check_lr(lr());
  check_at_least_zero("epsilon value", eps());
  check_betas(betas());
  check_at_least_zero("weight_decay value", weight_decay());
  check_at_least_zero("momentum_decay value", momentum_decay());
}

void NAdam::update(Tensor& parameter, const Tensor& grad, NAdamParamState& state,
                   const NAdamOptions& options) {
  const auto [beta1, beta2] = options.betas();
  const double b1 = beta1, b2 = beta2, eps = options.eps();
  const Descent descent(options);
  const auto step = static_cast<double>(state.step());
  const auto momentum = [&](double t) {
    return b1 * (1 - 0.5 * std::pow(0.96, t * options.momentum_decay()));
  };
  const double mu = momentum(step), next = momentum(step + 1);
  const auto times = [](double a, double b) { return in_default_dtype(a * in_default_dtype(b)); };
  const double product = times(state.mu_product(), mu);
  const double next_product = times(times(product, mu), next);
  state.mu_product(product);
  const double from_grad = options.lr() * (1 - mu) / (1 - product);
  const double from_mean = options.lr() * next / (1 - next_product);
  const double correction = 1 - std::pow(b2, step);
  fused(
      "NAdam",
      [=]<class T>(T& p, T g, T& m, T& v) {
        const T d = descent(g, p);
        m = T(b1) * m + T(1 - b1) * d;
        v = T(b2) * v + T(1 - b2) * d * d;
        p -= (T(from_grad) * d + T(from_mean) * m) / (std::sqrt(v / T(correction)) + T(eps));
      },
      parameter, grad, from_zero(state.exp_avg(), parameter),
      from_zero(state.exp_avg_sq(), parameter));
}

}  // namespace gradtape::optim
