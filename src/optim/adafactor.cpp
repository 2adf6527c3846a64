#include "gradtape/optim/adafactor.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "kernels/optim/factored_moment.h"
#include "optim/rule.h"

namespace gradtape::optim {

void AdafactorOptions::check() const {
  check_lr(lr());
  check_at_least_zero("epsilon value at index 0", std::get<0>(eps()));
  check_at_least_zero("epsilon value at index 1", std::get<1>(eps()));
  GRADTAPE_CHECK(clip_threshold() > 0, "Invalid clip_threshold value: ", clip_threshold(),
                 "; it must be above 0");
  GRADTAPE_CHECK(decay_rate() <= 0, "Invalid decay_rate value: ", decay_rate(),
                 "; it must be at most 0");
  GRADTAPE_CHECK(0 <= beta1() && beta1() < 1, "Invalid beta1 value: ", beta1(),
                 "; it must be in [0, 1)");
  check_at_least_zero("weight_decay value", weight_decay());
  GRADTAPE_CHECK(relative_step() || !warmup_init(),
                 "Invalid warmup_init value: true; it must be false without relative_step");
}

bool AdafactorParamState::is_optional(const char* name, const Tensor& parameter) const {
  const std::string_view field = name;
  return field == "exp_avg" || (field == "exp_avg_sq") == (parameter.dim() >= 2);
}

DimVector AdafactorParamState::field_sizes(const char* name, const Tensor& parameter) const {
  const std::string field = name;
  const int64_t rank = parameter.dim();
  const int64_t without = field == "exp_avg_sq_row"   ? rank - 1
                          : field == "exp_avg_sq_col" ? rank - 2
                                                      : rank;
  DimVector sizes;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (axis != without || rank < 2) sizes.push_back(parameter.size(axis));
  }
  return sizes;
}

namespace {

double root_mean_square(double sum_of_squares, int64_t n) {
  return std::sqrt(sum_of_squares / static_cast<double>(n));
}

double rate_of(const Tensor& parameter, double step, const AdafactorOptions& options) {
  double rate = options.lr();
  if (options.relative_step()) rate = std::min(rate, 1 / std::sqrt(step));
  if (options.warmup_init()) rate = std::min(rate, 1e-6 * step);
  if (!options.scale_parameter()) return rate;
  const double norm = parameter.norm().item<double>();
  return rate *
         std::max(std::get<1>(options.eps()), root_mean_square(norm * norm, parameter.numel()));
}

// grad / sqrt(v) after v has moved towards grad^2; the sum of squares of that is returned.
double normalize(const Tensor& grad, double keep, double eps, double sign,
                 AdafactorParamState& state, const Tensor& update) {
  if (grad.dim() < 2) {
    fused(
        "Adafactor",
        [=]<class T>(T& v, T g, T& u) {
          v = T(keep) * v + T(1 - keep) * (g * g + T(eps));
          u = T(sign) * g / std::sqrt(v);
        },
        from_zero(state.exp_avg_sq(), grad), grad, update);
    const double norm = update.norm().item<double>();
    return norm * norm;
  }
  for (const auto& [name, field] : {std::pair("exp_avg_sq_row", &state.exp_avg_sq_row()),
                                    std::pair("exp_avg_sq_col", &state.exp_avg_sq_col())}) {
    *field = field->defined() ? kernels::dense(*field)
                              : zeros(state.field_sizes(name, grad), grad.dtype());
  }
  const Tensor g = kernels::dense(grad);
  kernels::factored_average(g, keep, eps, state.exp_avg_sq_row(), state.exp_avg_sq_col());
  return kernels::factored_normalize(g, sign, state.exp_avg_sq_row(), state.exp_avg_sq_col(),
                                     update);
}

}  // namespace

void Adafactor::update(Tensor& parameter, const Tensor& grad, AdafactorParamState& state,
                       const AdafactorOptions& options) {
  if (parameter.numel() == 0) return;
  const auto step = static_cast<double>(state.step());
  const double rate = rate_of(parameter, step, options);
  const double keep = 1 - std::pow(step, options.decay_rate());
  const Tensor update = empty(parameter.sizes(), parameter.dtype());
  const double squares =
      normalize(grad, keep, std::get<0>(options.eps()), options.maximize() ? -1 : 1, state, update);
  const double rms = root_mean_square(squares, parameter.numel());
  const double factor = rate / std::max(1., rms / options.clip_threshold());
  const double shrink = 1 - rate * options.weight_decay(), b1 = options.beta1();
  if (b1 == 0) {
    fused(
        "Adafactor", [=]<class T>(T& p, T u) { p = T(shrink) * p - T(factor) * u; }, parameter,
        update);
    return;
  }
  fused(
      "Adafactor",
      [=]<class T>(T& p, T u, T& m) {
        m = T(b1) * m + T(1 - b1) * (T(factor) * u);
        p = T(shrink) * p - m;
      },
      parameter, update, from_zero(state.exp_avg(), parameter));
}

}  // namespace gradtape::optim
