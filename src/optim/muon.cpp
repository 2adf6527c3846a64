#include "gradtape/optim/muon.h"

#include <algorithm>
#include <cmath>

#include "optim/rule.h"

#include "gradtape/ops/arithmetic.h"
#include "gradtape/ops/linear_algebra.h"
#include "gradtape/ops/reduce.h"
#include "gradtape/ops/view.h"

namespace gradtape::optim {

void MuonOptions::check() const {
  check_lr(lr());
  GRADTAPE_CHECK(0 <= momentum() && momentum() < 1, "Invalid momentum value: ", momentum(),
                 "; it must be in [0, 1)");
  GRADTAPE_CHECK(ns_steps() >= 1, "Invalid ns_steps value: ", ns_steps(),
                 "; it must be at least 1");
  check_at_least_zero("epsilon value", eps());
  check_at_least_zero("weight_decay value", weight_decay());
}

Tensor newton_schulz(const Tensor& matrix, int64_t steps, double eps) {
  GRADTAPE_CHECK(matrix.dim() == 2, "newton_schulz: the argument must be a matrix; got ",
                 matrix.sizes());
  constexpr double kA = 3.4445, kB = -4.7750, kC = 2.0315;
  // X X^T is the smaller of the two products for a wide X.
  const bool tall = matrix.size(0) > matrix.size(1);
  Tensor x = (tall ? matrix.t() : matrix) / (matrix.norm().item<double>() + eps);
  for (int64_t i = 0; i < steps; ++i) {
    const Tensor a = mm(x, x.t());
    x = addmm(x, addmm(a, a, a, kB, kC), x, kA, 1);
  }
  return tall ? x.t() : x;
}

Muon::Muon(std::vector<OptimizerParamGroup> param_groups, MuonOptions defaults)
    : FormulaOptimizer(std::move(param_groups), std::move(defaults)) {
  check_matrices();
}

Muon::Muon(std::vector<Tensor> params, MuonOptions defaults)
    : FormulaOptimizer(std::move(params), std::move(defaults)) {
  check_matrices();
}

void Muon::check_matrices() const {
  for (const OptimizerParamGroup& group : param_groups()) {
    for (const Tensor& parameter : group.params()) {
      GRADTAPE_CHECK(parameter.dim() == 2, "Muon: a parameter must be a matrix; got shape ",
                     parameter.sizes(), ", which belongs in another optimizer, such as AdamW");
    }
  }
}

Tensor Muon::step(LossClosure closure) {
  check_matrices();
  return FormulaOptimizer::step(std::move(closure));
}

void Muon::update(Tensor& parameter, const Tensor& grad, MuonParamState& state,
                  const MuonOptions& options) {
  if (parameter.numel() == 0) return;
  const double momentum = options.momentum(), sign = options.maximize() ? -1 : 1;
  // The direction is from_grad g + from_buffer m.
  const double from_grad = options.nesterov() ? 1 - momentum : 0;
  const double from_buffer = options.nesterov() ? momentum : 1;
  Tensor direction = empty(parameter.sizes(), parameter.dtype());
  fused(
      "Muon",
      [=]<class T>(T& m, T g, T& d) {
        m = T(momentum) * m + T(1 - momentum) * T(sign) * g;
        d = T(from_grad) * T(sign) * g + T(from_buffer) * m;
      },
      from_zero(state.momentum_buffer(), parameter), grad, direction);
  direction = newton_schulz(direction, options.ns_steps(), options.eps());
  const double rows = static_cast<double>(parameter.size(0));
  const double columns = static_cast<double>(parameter.size(1));
  const double rate = options.lr() * std::sqrt(std::max(1., rows / columns));
  const double shrink = 1 - options.lr() * options.weight_decay();
  fused(
      "Muon", [=]<class T>(T& p, T d) { p = T(shrink) * p - T(rate) * d; }, parameter, direction);
}

}  // namespace gradtape::optim
