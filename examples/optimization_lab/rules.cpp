#include "examples/optimization_lab/rules.h"

namespace lab {
namespace {

using namespace gradtape;
using Parameters = std::vector<Tensor>;

template <class Optimizer, class Options>
Rule make(Parameters parameters, Options options) {
  return Rule(std::make_unique<Optimizer>(std::move(parameters), std::move(options)));
}

}  // namespace

const std::vector<RuleMaker>& rules() {
  using namespace optim;
  static const std::vector<double> plain = {0.03, 0.1, 0.3}, with_momentum = {0.01, 0.03, 0.1},
                                   adaptive = {3e-4, 1e-3, 3e-3, 1e-2};
  static const std::vector<RuleMaker> all = {
      {"SGD", "PyTorch", [](Parameters p, double lr) { return make<SGD>(p, SGDOptions(lr)); },
       plain},
      {"SGD, momentum 0.9", "PyTorch",
       [](Parameters p, double lr) { return make<SGD>(p, SGDOptions(lr).momentum(0.9)); },
       with_momentum},
      {"SGD, Nesterov 0.9", "PyTorch",
       [](Parameters p, double lr) {
         return make<SGD>(p, SGDOptions(lr).momentum(0.9).nesterov(true));
       },
       with_momentum},
      {"Adam", "PyTorch", [](Parameters p, double lr) { return make<Adam>(p, AdamOptions(lr)); },
       adaptive},
      {"AdamW", "PyTorch", [](Parameters p, double lr) { return make<AdamW>(p, AdamWOptions(lr)); },
       adaptive},
  };
  return all;
}

const RuleMaker& rule(const std::string& name) {
  for (const RuleMaker& maker : rules())
    if (maker.name == name) return maker;
  throw Error("there is no rule \"" + name + "\"");
}

}  // namespace lab
