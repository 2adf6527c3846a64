#include "examples/optimization_lab/rules.h"

namespace lab {
namespace {

using namespace gradtape;
using Parameters = std::vector<Tensor>;

template <class Optimizer, class Options>
Rule make(Parameters parameters, Options options) {
  return Rule(std::make_unique<Optimizer>(std::move(parameters), std::move(options)));
}

// With the defaults of its options.
template <class Optimizer, class Options>
Rule plain(Parameters parameters, double lr) {
  return make<Optimizer>(std::move(parameters), Options(lr));
}

// Schedule-free rules test other weights than they train.
template <class Optimizer, class Options>
Rule schedule_free(Parameters parameters, double lr) {
  auto optimizer = std::make_unique<Optimizer>(std::move(parameters), Options(lr));
  Optimizer* const raw = optimizer.get();
  Rule rule(std::move(optimizer));
  rule.set_mode([raw](bool training) { training ? raw->train() : raw->eval(); });
  return rule;
}

// Muon for the matrices, AdamW for the rest.
Rule make_muon(Parameters parameters, double lr) {
  Parameters matrices, others;
  for (const Tensor& parameter : parameters)
    (parameter.dim() == 2 ? matrices : others).push_back(parameter);
  if (matrices.empty()) return make<optim::AdamW>(others, optim::AdamWOptions(lr));
  Rule rule = make<optim::Muon>(matrices, optim::MuonOptions(lr));
  if (!others.empty())
    rule.add(std::make_unique<optim::AdamW>(others, optim::AdamWOptions(0.1 * lr)));
  return rule;
}

// Rates for the small network on images.
const std::vector<double> kDescent = {0.03, 0.1, 0.3}, kMomentum = {0.003, 0.01, 0.03, 0.1},
                          kAdaptive = {3e-4, 1e-3, 3e-3, 1e-2}, kLarger = {1e-3, 3e-3, 1e-2, 3e-2},
                          kSums = {0.003, 0.01, 0.03, 0.1};

std::vector<RuleMaker> textbook_rules() {
  using namespace optim::textbook;
  const std::string family = "textbook";
  return {
      {"gradient descent", family, plain<GradientDescent, GradientDescentOptions>, kDescent},
      {"momentum", family, plain<Momentum, MomentumOptions>, kMomentum},
      {"Nesterov", family, plain<Nesterov, NesterovOptions>, kMomentum},
      {"AdaGrad", family, plain<AdaGrad, AdaGradOptions>, kSums},
      {"RMSProp", family, plain<RMSProp, RMSPropOptions>, kAdaptive},
      {"RMSProp + Nesterov",
       family,
       plain<RMSPropNesterov, RMSPropNesterovOptions>,
       {3e-5, 1e-4, 3e-4, 1e-3}},
      {"Adam of the book", family, plain<Adam, AdamOptions>, kAdaptive},
  };
}

std::vector<RuleMaker> pytorch_rules() {
  using namespace optim;
  const std::string family = "PyTorch";
  const auto sgd_momentum = [](Parameters p, double lr) {
    return make<SGD>(p, SGDOptions(lr).momentum(0.9));
  };
  const auto sgd_nesterov = [](Parameters p, double lr) {
    return make<SGD>(p, SGDOptions(lr).momentum(0.9).nesterov(true));
  };
  const auto lbfgs = [](Parameters p, double lr) {
    return make<LBFGS>(
        p, LBFGSOptions(lr).max_iter(4).history_size(10).line_search_fn("strong_wolfe"));
  };
  return {
      {"SGD", family, plain<SGD, SGDOptions>, kDescent},
      {"SGD, momentum 0.9", family, sgd_momentum, kMomentum},
      {"SGD, Nesterov 0.9", family, sgd_nesterov, kMomentum},
      {"ASGD", family, plain<ASGD, ASGDOptions>, kDescent},
      {"Rprop", family, plain<Rprop, RpropOptions>, {1e-5, 1e-4, 1e-3, 1e-2}},
      {"LBFGS", family, lbfgs, {0.01, 0.03, 0.1, 0.3, 1}},
  };
}

std::vector<RuleMaker> adaptive_rules() {
  using namespace optim;
  const std::string family = "PyTorch, adaptive";
  return {
      {"Adagrad", family, plain<Adagrad, AdagradOptions>, kSums},
      {"Adadelta", family, plain<Adadelta, AdadeltaOptions>, {0.1, 0.3, 1, 3}},
      {"RMSprop", family, plain<RMSprop, RMSpropOptions>, {1e-4, 3e-4, 1e-3, 3e-3}},
      {"Adam", family, plain<Adam, AdamOptions>, kAdaptive},
      {"AdamW", family, plain<AdamW, AdamWOptions>, kAdaptive},
      {"Adamax", family, plain<Adamax, AdamaxOptions>, kLarger},
      {"NAdam", family, plain<NAdam, NAdamOptions>, kAdaptive},
      {"RAdam", family, plain<RAdam, RAdamOptions>, kAdaptive},
  };
}

std::vector<RuleMaker> newer_rules() {
  using namespace optim;
  const std::string family = "newer";
  const auto adafactor = [](Parameters p, double lr) {
    return make<Adafactor>(p, AdafactorOptions(lr).relative_step(false));
  };
  const auto sam = [](Parameters p, double lr) {
    return make<SAM<SGD>>(p, SGDOptions(lr).momentum(0.9));
  };
  return {
      {"Lion", family, plain<Lion, LionOptions>, {1e-4, 3e-4, 1e-3, 3e-3}},
      {"Muon", family, make_muon, {0.003, 0.01, 0.03}},
      {"Adafactor", family, adafactor, {0.003, 0.01, 0.03, 0.1}},
      {"schedule-free SGD",
       family,
       schedule_free<SGDScheduleFree, SGDScheduleFreeOptions>,
       {0.03, 0.1, 0.3, 1}},
      {"schedule-free AdamW", family, schedule_free<AdamWScheduleFree, AdamWScheduleFreeOptions>,
       kLarger},
      {"Lookahead(Adam)", family, plain<Lookahead<Adam>, AdamOptions>, kLarger},
      {"SAM(SGD)", family, sam, kMomentum},
  };
}

}  // namespace

const std::vector<RuleMaker>& rules() {
  static const std::vector<RuleMaker> all = [] {
    std::vector<RuleMaker> result = textbook_rules();
    for (const auto& family : {pytorch_rules(), adaptive_rules(), newer_rules()})
      result.insert(result.end(), family.begin(), family.end());
    return result;
  }();
  return all;
}

std::vector<std::string> families() {
  std::vector<std::string> result;
  for (const RuleMaker& maker : rules())
    if (result.empty() || result.back() != maker.family) result.push_back(maker.family);
  return result;
}

const RuleMaker& rule(const std::string& name) {
  for (const RuleMaker& maker : rules())
    if (maker.name == name) return maker;
  throw Error("there is no rule \"" + name + "\"");
}

}  // namespace lab
