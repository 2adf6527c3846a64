#include "gradtape/optim/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "optim/rule.h"
#include "optim/strong_wolfe.h"

#include "gradtape/ops/arithmetic.h"
#include "gradtape/ops/join.h"
#include "gradtape/ops/linear_algebra.h"
#include "gradtape/ops/math.h"
#include "gradtape/ops/reduce.h"
#include "gradtape/ops/view.h"

namespace gradtape::optim {

namespace {

LBFGSOptions& options_of(OptimizerParamGroup& group) {
  return static_cast<LBFGSOptions&>(group.options());
}

int64_t default_max_eval(const LBFGSOptions& options) { return options.max_iter() * 5 / 4; }

double largest(const Tensor& x) { return x.abs().max().item<double>(); }

double inner(const Tensor& a, const Tensor& b) { return a.dot(b).item<double>(); }

// Keeps the pair of the last step, s = t d, and the change y of the gradient.
void remember(const Tensor& grad, int64_t history_size, LBFGSParamState& state) {
  const Tensor y = grad - state.prev_flat_grad(), s = state.d() * state.t();
  const Tensor ys = y.dot(s);
  if (!(ys.item<double>() > 1e-10)) return;
  while (static_cast<int64_t>(state.ro().size()) >= history_size) {
    state.old_dirs().pop_front();
    state.old_stps().pop_front();
    state.ro().pop_front();
  }
  state.old_dirs().push_back(y);
  state.old_stps().push_back(s);
  state.ro().push_back(1 / ys);
  state.H_diag(ys / y.dot(y));
}

// -H grad, by the two loops of algorithm 7.4.
Tensor direction(const Tensor& grad, const LBFGSParamState& state) {
  const std::deque<Tensor>&y = state.old_dirs(), &s = state.old_stps();
  std::vector<double> ro, al(y.size());
  for (const Tensor& value : state.ro()) ro.push_back(value.item<double>());
  Tensor d = -grad;
  for (size_t i = y.size(); i-- > 0;) {
    al[i] = inner(s[i], d) * ro[i];
    d.add_(y[i], -al[i]);
  }
  d.mul_(state.H_diag());
  for (size_t i = 0; i < y.size(); ++i) d.add_(s[i], al[i] - inner(y[i], d) * ro[i]);
  return d;
}

}  // namespace

// -- options and state

void LBFGSOptions::check() const {
  const auto at_least_one = [](const char* what, int64_t value) {
    GRADTAPE_CHECK(value >= 1, "Invalid ", what, " value: ", value, "; it must be at least 1");
  };
  check_lr(lr());
  at_least_one("max_iter", max_iter());
  if (max_eval()) at_least_one("max_eval", *max_eval());
  check_at_least_zero("tolerance_grad value", tolerance_grad());
  check_at_least_zero("tolerance_change value", tolerance_change());
  at_least_one("history_size", history_size());
  GRADTAPE_CHECK(!line_search_fn() || *line_search_fn() == "strong_wolfe",
                 "only 'strong_wolfe' is supported; got line_search_fn '", *line_search_fn(), "'");
}

void LBFGSOptions::visit(FieldVisitor& visitor) {
  visitor.field("lr", lr_);
  visitor.field("max_iter", max_iter_);
  int64_t evaluations = max_eval_.value_or(default_max_eval(*this));
  const int64_t before = evaluations;
  visitor.field("max_eval", evaluations);
  if (evaluations != before) max_eval_ = evaluations;
  visitor.field("tolerance_grad", tolerance_grad_);
  visitor.field("tolerance_change", tolerance_change_);
  visitor.field("history_size", history_size_);
  bool wolfe = line_search_fn_ == "strong_wolfe";
  const bool wolfe_before = wolfe;
  visitor.field("line_search_fn", wolfe);
  if (wolfe != wolfe_before) line_search_fn_ = wolfe ? std::optional("strong_wolfe") : std::nullopt;
  visitor.field("maximize", maximize_);
}

void LBFGSParamState::visit(FieldVisitor& visitor) {
  visitor.field("func_evals", func_evals_);
  visitor.field("n_iter", n_iter_);
  visitor.field("t", t_);
  visitor.field("prev_loss", prev_loss_);
  visitor.field("d", d_);
  visitor.field("H_diag", H_diag_);
  visitor.field("prev_flat_grad", prev_flat_grad_);
  auto count = static_cast<int64_t>(ro_.size());
  visitor.field("num_old", count);
  for (std::deque<Tensor>* list : {&old_dirs_, &old_stps_, &ro_})
    list->resize(static_cast<size_t>(count));
  for (size_t i = 0; i < ro_.size(); ++i) {
    const std::string number = '.' + std::to_string(i);
    visitor.field(("old_dirs" + number).c_str(), old_dirs_[i]);
    visitor.field(("old_stps" + number).c_str(), old_stps_[i]);
    visitor.field(("ro" + number).c_str(), ro_[i]);
  }
}

DimVector LBFGSParamState::field_sizes(const char* name, const Tensor&) const {
  const std::string_view field = name;
  if (field == "H_diag" || field.starts_with("ro.")) return {};
  return {numel_};
}

// -- what all parameters together are

LBFGS::LBFGS(std::vector<OptimizerParamGroup> param_groups, LBFGSOptions defaults)
    : Optimizer(std::move(param_groups), std::make_unique<LBFGSOptions>(std::move(defaults))) {
  GRADTAPE_CHECK(param_groups_.size() == 1,
                 "LBFGS doesn't support per-parameter options (parameter groups)");
  for (LBFGSOptions* options :
       {static_cast<LBFGSOptions*>(defaults_.get()), &options_of(param_groups_[0])}) {
    if (!options->max_eval()) options->max_eval(default_max_eval(*options));
  }
}

LBFGS::LBFGS(std::vector<Tensor> params, LBFGSOptions defaults)
    : LBFGS(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))},
            std::move(defaults)) {}

int64_t LBFGS::numel() const {
  int64_t count = 0;
  for (const Tensor& parameter : parameters()) count += parameter.numel();
  return count;
}

Tensor LBFGS::flat_grad() const {
  std::vector<Tensor> rows;
  for (const Tensor& parameter : parameters()) {
    const Tensor& grad = parameter.grad();
    rows.push_back(grad.defined() ? grad.reshape({-1})
                                  : zeros({parameter.numel()}, parameter.dtype()));
  }
  return cat(rows);
}

LBFGS::Value LBFGS::value_of(const Tensor& loss) const {
  GRADTAPE_CHECK(loss.defined() && loss.numel() == 1,
                 "step: LBFGS needs a closure that returns the loss, a single number");
  check_gradients();
  const bool maximize = static_cast<const LBFGSOptions&>(param_groups_[0].options()).maximize();
  const double value = loss.item<double>();
  return maximize ? Value{-value, -flat_grad()} : Value{value, flat_grad()};
}

void LBFGS::move(double t, const Tensor& d) {
  int64_t offset = 0;
  for (Tensor& parameter : parameters()) {
    parameter.add_(d.narrow(0, offset, parameter.numel()).view(parameter.sizes()), t);
    offset += parameter.numel();
  }
}

std::vector<Tensor> LBFGS::copy_of_parameters() const {
  std::vector<Tensor> values;
  for (const Tensor& parameter : parameters()) values.push_back(parameter.detach().clone());
  return values;
}

void LBFGS::restore(const std::vector<Tensor>& values) {
  for (size_t i = 0; i < values.size(); ++i) parameters()[i].copy_(values[i]);
}

// -- the step

Tensor LBFGS::step(LossClosure closure) {
  GRADTAPE_CHECK(closure != nullptr,
                 "step: LBFGS needs a closure that clears the gradients, computes the loss and "
                 "calls backward()");
  GRADTAPE_CHECK(param_groups_.size() == 1,
                 "LBFGS doesn't support per-parameter options (parameter groups)");
  GRADTAPE_CHECK(size() > 0, "step: the optimizer got an empty parameter list");
  const NoGradGuard no_grad;
  const ParameterKey key(parameters()[0]);
  const auto found = state_.find(key);
  auto state =
      found == state_.end()
          ? std::make_unique<LBFGSParamState>(numel())
          : std::make_unique<LBFGSParamState>(static_cast<const LBFGSParamState&>(*found->second));
  if (state->d().defined()) {
    const int64_t count = state->d().numel();
    GRADTAPE_CHECK(count == numel(), "step: LBFGS remembers ", count,
                   " elements of its parameters, which have ", numel(), " now");
  }
  const std::vector<Tensor> before = copy_of_parameters();
  try {
    const Tensor loss = detail::evaluate(closure);
    iterate(closure, loss, *state);
    state_[key] = std::move(state);
    return loss;
  } catch (...) {
    restore(before);
    throw;
  }
}

void LBFGS::iterate(const LossClosure& closure, const Tensor& first_loss, LBFGSParamState& state) {
  const LBFGSOptions& options = options_of(param_groups_[0]);
  const int64_t max_eval = options.max_eval().value_or(default_max_eval(options));
  auto [loss, grad] = value_of(first_loss);
  int64_t evaluations = 1;
  state.func_evals(state.func_evals() + 1);
  if (grad.numel() == 0 || largest(grad) <= options.tolerance_grad()) return;
  for (int64_t iteration = 1; iteration <= options.max_iter(); ++iteration) {
    state.n_iter(state.n_iter() + 1);
    const bool first = !state.d().defined();
    if (first) {
      state.H_diag(ones({}, grad.dtype()));
    } else {
      remember(grad, options.history_size(), state);
    }
    state.d(direction(grad, state)).prev_flat_grad(grad).prev_loss(loss);
    const Tensor& d = state.d();
    state.t(first ? std::min(1., 1 / grad.abs().sum().item<double>()) * options.lr()
                  : options.lr());
    const double slope = inner(grad, d);
    if (slope > -options.tolerance_change()) return;

    int64_t used = 0;
    if (options.line_search_fn()) {
      const std::vector<Tensor> from = copy_of_parameters();
      const auto at = [&](double t) {
        move(t, d);
        auto [there, grad_there] = value_of(detail::evaluate(closure));
        restore(from);
        return LinePoint{t, there, grad_there, inner(grad_there, d)};
      };
      LineSearch search = strong_wolfe(at, {0, loss, grad, slope}, state.t(), largest(d));
      loss = search.point.loss;
      grad = search.point.grad;
      state.t(search.point.t);
      used = search.evaluations;
      move(state.t(), d);
    } else {
      move(state.t(), d);
      // What the last iteration leads to is the next call's to evaluate, maybe on other data.
      if (iteration == options.max_iter()) return;
      Value value = value_of(detail::evaluate(closure));
      loss = value.loss;
      grad = value.grad;
      used = 1;
    }
    evaluations += used;
    state.func_evals(state.func_evals() + used);
    if (evaluations >= max_eval || largest(grad) <= options.tolerance_grad() ||
        std::abs(state.t()) * largest(d) <= options.tolerance_change() ||
        std::abs(loss - state.prev_loss()) < options.tolerance_change())
      return;
  }
}

// -- loading

std::unique_ptr<OptimizerParamState> LBFGS::make_state() const {
  return std::make_unique<LBFGSParamState>(numel());
}

void LBFGS::load_state_dict(const OrderedDict<std::string, Tensor>& dict) {
  const auto needs = [&](const std::string& name) {
    GRADTAPE_CHECK(dict.contains(name), "load_state_dict: ", name, " is missing");
  };
  const auto number = [&](const char* name) {
    const Tensor* value = dict.find(name);
    if (!value) return int64_t{0};
    GRADTAPE_CHECK(value->numel() == 1, "load_state_dict: ", name,
                   " must be a single number; got shape ", value->sizes());
    return value->item<int64_t>();
  };
  if (number("0.n_iter") > 0) {
    for (const char* name : {"0.t", "0.prev_loss", "0.d", "0.H_diag", "0.prev_flat_grad"})
      needs(name);
  }
  const int64_t count = number("0.num_old");
  GRADTAPE_CHECK(0 <= count && count <= static_cast<int64_t>(dict.size()),
                 "load_state_dict: 0.num_old must be the number of pairs in it; got ", count);
  for (int64_t i = 0; i < count; ++i) {
    for (const char* list : {"0.old_dirs.", "0.old_stps.", "0.ro."})
      needs(list + std::to_string(i));
  }
  Optimizer::load_state_dict(dict);
}

}  // namespace gradtape::optim
