#include "gradtape/optim/lookahead.h"

#include "optim/field_io.h"
#include "optim/rule.h"

#include "gradtape/autograd/grad_mode.h"

namespace gradtape::optim {

void LookaheadOptions::check() const {
  GRADTAPE_CHECK(k() >= 1, "Invalid k value: ", k(), "; it must be at least 1");
  GRADTAPE_CHECK(0 <= alpha() && alpha() <= 1, "Invalid alpha value: ", alpha(),
                 "; it must be in [0, 1]");
}

namespace detail {

namespace {

constexpr char kPrefix[] = "lookahead.";
constexpr char kStep[] = "lookahead.step";

// f(parameter, the name of its slow weights) for all of them, in order.
template <class F>
void for_each(const SlowWeights::Groups& groups, const F& f) {
  size_t number = 0;
  for (const OptimizerParamGroup& group : groups) {
    for (const Tensor& parameter : group.params())
      f(parameter, kPrefix + std::to_string(number++) + ".slow");
  }
}

}  // namespace

SlowWeights::SlowWeights(LookaheadOptions options) : options_(std::move(options)) {
  options_.check();
}

void SlowWeights::begin_step(const Groups& groups) {
  const NoGradGuard no_grad;
  for_each(groups, [&](const Tensor& parameter, const std::string&) {
    Tensor& slow = slow_[ParameterKey(parameter)];
    if (!slow.defined()) slow = parameter.detach().clone();
  });
}

void SlowWeights::end_step(const Groups& groups) {
  if (++step_ % options_.k() != 0) return;
  const NoGradGuard no_grad;
  const double alpha = options_.alpha();
  for_each(groups, [&](const Tensor& parameter, const std::string&) {
    Tensor& slow = slow_.at(ParameterKey(parameter));
    fused(
        "Lookahead", [=]<class T>(T& p, T s) { p = s + T(alpha) * (p - s); }, parameter, slow);
    slow.copy_(parameter);
  });
}

void SlowWeights::save(const Groups& groups, Dict& dict) {
  FieldWriter writer(dict, kPrefix);
  options_.visit(writer);
  dict.insert(kStep, full({}, step_, kInt64));
  // Of a parameter that came after the last step, its own value is what the next one begins from.
  for_each(groups, [&](const Tensor& parameter, std::string name) {
    const auto found = slow_.find(ParameterKey(parameter));
    if (step_ > 0 || found != slow_.end())
      dict.insert(std::move(name), found == slow_.end() ? parameter.detach() : found->second);
  });
}

SlowWeights SlowWeights::loaded(const Groups& groups, const Dict& dict, Dict& rest) const {
  const NoGradGuard no_grad;
  const Tensor* step = dict.find(kStep);
  GRADTAPE_CHECK(step != nullptr, "load_state_dict: there is no ", kStep,
                 ": this is no state of a Lookahead");
  GRADTAPE_CHECK(step->numel() == 1, "load_state_dict: ", kStep,
                 " must be a single number; got shape ", step->sizes());
  std::set<std::string> known{kStep};
  SlowWeights result(options_);
  result.step_ = step->item<int64_t>();
  FieldReader reader(dict, kPrefix, known);
  result.options_.visit(reader);
  result.options_.check();
  for_each(groups, [&](const Tensor& parameter, const std::string& name) {
    const Tensor* slow = dict.find(name);
    GRADTAPE_CHECK(slow || result.step_ == 0, "load_state_dict: ", name, " is missing");
    if (!slow) return;
    result.slow_[ParameterKey(parameter)] = saved_state(name, *slow, parameter.sizes(), parameter);
    known.insert(name);
  });
  // What is left over and no optimizer's is refused by the wrapped one.
  keep_unknown(dict, known, rest);
  return result;
}

}  // namespace detail
}  // namespace gradtape::optim
