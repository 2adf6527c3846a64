#include "gradtape/optim/adam.h"

#include <cmath>
#include <string_view>

#include "optim/rule.h"

#include "gradtape/optim/adamw.h"

namespace gradtape::optim {

namespace {

// What Adam and AdamW have in common, which is all but where the decay goes.

template <class Options>
void check_options(const Options& options) {
  check_lr(options.lr());
  check_at_least_zero("epsilon value", options.eps());
  check_betas(options.betas());
  check_at_least_zero("weight_decay value", options.weight_decay());
}

// shrink: what the decoupled decay leaves of p.
template <class State, class Options>
void adam_update(Tensor& parameter, const Tensor& grad, State& state, const Options& options,
                 const Descent& descent, double shrink) {
  const auto [beta1, beta2] = options.betas();
  const double b1 = beta1, b2 = beta2, eps = options.eps();
  const auto step = static_cast<double>(state.step());
  const double step_size = options.lr() / (1 - std::pow(b1, step));
  const double root = std::sqrt(1 - std::pow(b2, step));
  // Leaves the means in m and v.
  const auto average = [=]<class T>(T p, T g, T& m, T& v) {
    const T d = descent(g, p);
    m = T(b1) * m + T(1 - b1) * d;
    v = T(b2) * v + T(1 - b2) * d * d;
  };
  const auto move = [=]<class T>(T& p, T m, T v) {
    p = T(shrink) * p - T(step_size) * (m / (std::sqrt(v) / T(root) + T(eps)));
  };
  const Tensor& exp_avg = from_zero(state.exp_avg(), parameter);
  const Tensor& exp_avg_sq = from_zero(state.exp_avg_sq(), parameter);
  if (options.amsgrad()) {
    fused(
        "Adam",
        [=]<class T>(T& p, T g, T& m, T& v, T& largest) {
          average(p, g, m, v);
          largest = v > largest ? v : largest;
          move(p, m, largest);
        },
        parameter, grad, exp_avg, exp_avg_sq, from_zero(state.max_exp_avg_sq(), parameter));
  } else {
    fused(
        "Adam",
        [=]<class T>(T& p, T g, T& m, T& v) {
          average(p, g, m, v);
          move(p, m, v);
        },
        parameter, grad, exp_avg, exp_avg_sq);
  }
}

}  // namespace

void AdamOptions::check() const { check_options(*this); }

bool AdamParamState::is_optional(const char* name, const Tensor&) const {
  return std::string_view(name) == "max_exp_avg_sq";
}

void Adam::update(Tensor& parameter, const Tensor& grad, AdamParamState& state,
                  const AdamOptions& options) {
  adam_update(parameter, grad, state, options, Descent(options), /*shrink=*/1);
}

void AdamWOptions::check() const { check_options(*this); }

bool AdamWParamState::is_optional(const char* name, const Tensor&) const {
  return std::string_view(name) == "max_exp_avg_sq";
}

void AdamW::update(Tensor& parameter, const Tensor& grad, AdamWParamState& state,
                   const AdamWOptions& options) {
  Descent descent(options);
  descent.decay = 0;
  adam_update(parameter, grad, state, options, descent,
              /*shrink=*/1 - options.lr() * options.weight_decay());
}

}  // namespace gradtape::optim
