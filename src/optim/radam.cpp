#include "gradtape/optim/radam.h"

#include <cmath>

#include "optim/rule.h"

namespace gradtape::optim {

void RAdamOptions::check() const {
  check_lr(lr());
  check_at_least_zero("epsilon value", eps());
  check_betas(betas());
  check_at_least_zero("weight_decay value", weight_decay());
}

void RAdam::update(Tensor& parameter, const Tensor& grad, RAdamParamState& state,
                   const RAdamOptions& options) {
  const auto [beta1, beta2] = options.betas();
  const double b1 = beta1, b2 = beta2, eps = options.eps();
  const Descent descent(options);
  const auto step = static_cast<double>(state.step());
  const double correction = 1 - std::pow(b2, step);
  const double rate = options.lr() / (1 - std::pow(b1, step));
  // How many gradients the mean square is worth, at most and now.
  const double most = 2 / (1 - b2) - 1;
  const double worth = most - 2 * step * std::pow(b2, step) / correction;
  const auto average = [=]<class T>(T p, T g, T& m, T& v) {
    const T d = descent(g, p);
    m = T(b1) * m + T(1 - b1) * d;
    v = T(b2) * v + T(1 - b2) * d * d;
  };
  const Tensor& exp_avg = from_zero(state.exp_avg(), parameter);
  const Tensor& exp_avg_sq = from_zero(state.exp_avg_sq(), parameter);
  if (worth > 5) {
    const double rectified =
        rate * std::sqrt(correction) *
        std::sqrt((worth - 4) * (worth - 2) * most / ((most - 4) * (most - 2) * worth));
    fused(
        "RAdam",
        [=]<class T>(T& p, T g, T& m, T& v) {
          average(p, g, m, v);
          p -= T(rectified) * m / (std::sqrt(v) + T(eps));
        },
        parameter, grad, exp_avg, exp_avg_sq);
  } else {
    fused(
        "RAdam",
        [=]<class T>(T& p, T g, T& m, T& v) {
          average(p, g, m, v);
          p -= T(rate) * m;
        },
        parameter, grad, exp_avg, exp_avg_sq);
  }
}

}  // namespace gradtape::optim
