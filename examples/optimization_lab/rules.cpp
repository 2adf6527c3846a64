#include "examples/optimization_lab/rules.h"

namespace lab {
namespace {

using namespace gradtape;
using Parameters = std::vector<Tensor>;

template <class Optimizer, class Options>
Rule make(Parameters parameters, Options options) {
  return Rule(std::make_unique<Optimizer>(std::move(parameters), std::move(options)));
}

// Schedule-free rules test other weights than they train.
template <class Optimizer, class Options>
Rule make_schedule_free(Parameters parameters, Options options) {
  auto optimizer = std::make_unique<Optimizer>(std::move(parameters), std::move(options));
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
const std::vector<double> kPlain = {0.03, 0.1, 0.3}, kWithMomentum = {0.003, 0.01, 0.03, 0.1},
                          kAdaptive = {3e-4, 1e-3, 3e-3, 1e-2}, kLarge = {0.1, 0.3, 1, 3};

std::vector<RuleMaker> textbook_rules() {
  using namespace optim::textbook;
  const std::string family = "textbook";
  return {
      {"gradient descent", family,
       [](Parameters p, double lr) { return make<GradientDescent>(p, GradientDescentOptions(lr)); },
       kPlain},
      {"momentum", family,
       [](Parameters p, double lr) { return make<Momentum>(p, MomentumOptions(lr)); },
       kWithMomentum},
      {"Nesterov", family,
       [](Parameters p, double lr) { return make<Nesterov>(p, NesterovOptions(lr)); },
       kWithMomentum},
      {"AdaGrad",
       family,
       [](Parameters p, double lr) { return make<AdaGrad>(p, AdaGradOptions(lr)); },
       {0.003, 0.01, 0.03, 0.1}},
      {"RMSProp", family,
       [](Parameters p, double lr) { return make<RMSProp>(p, RMSPropOptions(lr)); }, kAdaptive},
      {"RMSProp + Nesterov",
       family,
       [](Parameters p, double lr) { return make<RMSPropNesterov>(p, RMSPropNesterovOptions(lr)); },
       {3e-5, 1e-4, 3e-4, 1e-3}},
      {"Adam", family, [](Parameters p, double lr) { return make<Adam>(p, AdamOptions(lr)); },
       kAdaptive},
  };
}

std::vector<RuleMaker> pytorch_rules() {
  using namespace optim;
  const std::string family = "PyTorch";
  return {
      {"SGD", family, [](Parameters p, double lr) { return make<SGD>(p, SGDOptions(lr)); }, kPlain},
      {"SGD, momentum 0.9", family,
       [](Parameters p, double lr) { return make<SGD>(p, SGDOptions(lr).momentum(0.9)); },
       kWithMomentum},
      {"SGD, Nesterov 0.9", family,
       [](Parameters p, double lr) {
         return make<SGD>(p, SGDOptions(lr).momentum(0.9).nesterov(true));
       },
       kWithMomentum},
      {"ASGD", family, [](Parameters p, double lr) { return make<ASGD>(p, ASGDOptions(lr)); },
       kPlain},
      {"Adagrad",
       family,
       [](Parameters p, double lr) { return make<Adagrad>(p, AdagradOptions(lr)); },
       {0.003, 0.01, 0.03, 0.1}},
      {"Adadelta", family,
       [](Parameters p, double lr) { return make<Adadelta>(p, AdadeltaOptions(lr)); }, kLarge},
      {"RMSprop",
       family,
       [](Parameters p, double lr) { return make<RMSprop>(p, RMSpropOptions(lr)); },
       {1e-4, 3e-4, 1e-3, 3e-3}},
      {"Rprop",
       family,
       [](Parameters p, double lr) { return make<Rprop>(p, RpropOptions(lr)); },
       {1e-5, 1e-4, 1e-3}},
      {"Adam", family, [](Parameters p, double lr) { return make<Adam>(p, AdamOptions(lr)); },
       kAdaptive},
      {"AdamW", family, [](Parameters p, double lr) { return make<AdamW>(p, AdamWOptions(lr)); },
       kAdaptive},
      {"Adamax", family, [](Parameters p, double lr) { return make<Adamax>(p, AdamaxOptions(lr)); },
       kAdaptive},
      {"NAdam", family, [](Parameters p, double lr) { return make<NAdam>(p, NAdamOptions(lr)); },
       kAdaptive},
      {"RAdam", family, [](Parameters p, double lr) { return make<RAdam>(p, RAdamOptions(lr)); },
       kAdaptive},
      {"LBFGS",
       family,
       [](Parameters p, double lr) {
         return make<LBFGS>(
             p, LBFGSOptions(lr).max_iter(4).history_size(10).line_search_fn("strong_wolfe"));
       },
       {0.03, 0.1, 0.3, 1}},
  };
}

std::vector<RuleMaker> newer_rules() {
  using namespace optim;
  const std::string family = "newer";
  return {
      {"Lion",
       family,
       [](Parameters p, double lr) { return make<Lion>(p, LionOptions(lr)); },
       {3e-5, 1e-4, 3e-4, 1e-3}},
      {"Muon", family, make_muon, {0.003, 0.01, 0.03}},
      {"Adafactor",
       family,
       [](Parameters p, double lr) {
         return make<Adafactor>(p, AdafactorOptions(lr).relative_step(false));
       },
       {0.003, 0.01, 0.03, 0.1}},
      {"schedule-free SGD",
       family,
       [](Parameters p, double lr) {
         return make_schedule_free<SGDScheduleFree>(p, SGDScheduleFreeOptions(lr));
       },
       {0.03, 0.1, 0.3, 1}},
      {"schedule-free AdamW", family,
       [](Parameters p, double lr) {
         return make_schedule_free<AdamWScheduleFree>(p, AdamWScheduleFreeOptions(lr));
       },
       kAdaptive},
      {"Lookahead(Adam)", family,
       [](Parameters p, double lr) { return make<Lookahead<Adam>>(p, AdamOptions(lr)); },
       kAdaptive},
      {"SAM(SGD)", family,
       [](Parameters p, double lr) { return make<SAM<SGD>>(p, SGDOptions(lr).momentum(0.9)); },
       kWithMomentum},
  };
}

}  // namespace

const std::vector<RuleMaker>& rules() {
  static const std::vector<RuleMaker> all = [] {
    std::vector<RuleMaker> result = textbook_rules();
    for (const auto& family : {pytorch_rules(), newer_rules()})
      result.insert(result.end(), family.begin(), family.end());
    return result;
  }();
  return all;
}

const RuleMaker& rule(const std::string& name) {
  for (const RuleMaker& maker : rules())
    if (maker.name == name && maker.family != "textbook") return maker;
  throw Error("there is no rule \"" + name + "\"");
}

}  // namespace lab
