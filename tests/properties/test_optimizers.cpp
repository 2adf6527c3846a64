#include <cmath>
#include <functional>

#include <doctest/doctest.h>

#include "properties/arrays.h"
#include "properties/property.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::properties;

namespace {

// One element's state, and its step t = 1, 2, ...
struct Element {
  double p, a = 0, b = 0, c = 0;
};
using Rule = std::function<void(Element& e, double g, int t)>;

struct Optimizer {
  const char* name;
  std::unique_ptr<optim::Optimizer> optimizer;
  Rule rule;
};

Optimizer random_optimizer(const std::vector<Tensor>& parameters) {
  const double decay = one_of<double>({0, 0.1}), momentum = one_of<double>({0, 0.9});
  const bool flag = coin();
  switch (draw(0, 4)) {
    case 0: {
      const bool nesterov = flag && momentum > 0;
      const double dampening = nesterov ? 0 : one_of<double>({0, 0.3});
      return {"SGD",
              std::make_unique<optim::SGD>(parameters, optim::SGDOptions(0.1)
                                                           .momentum(momentum)
                                                           .dampening(dampening)
                                                           .nesterov(nesterov)
                                                           .weight_decay(decay)),
              [=](Element& e, double g, int t) {
                g += decay * e.p;
                e.a = t == 1 ? g : momentum * e.a + (1 - dampening) * g;
                e.p -= 0.1 * (momentum == 0 ? g : nesterov ? g + momentum * e.a : e.a);
              }};
    }
    case 1:
      return {"Adam",
              std::make_unique<optim::Adam>(
                  parameters, optim::AdamOptions(0.01).amsgrad(flag).weight_decay(decay)),
              [=](Element& e, double g, int t) {
                g += decay * e.p;
                e.a = 0.9 * e.a + 0.1 * g;
                e.b = 0.999 * e.b + 0.001 * g * g;
                e.c = flag ? std::max(e.c, e.b) : e.b;
                e.p -= 0.01 * e.a / (1 - std::pow(0.9, t)) /
                       (std::sqrt(e.c / (1 - std::pow(0.999, t))) + 1e-8);
              }};
    case 2:
      return {"AdamW",
              std::make_unique<optim::AdamW>(
                  parameters, optim::AdamWOptions(0.01).amsgrad(flag).weight_decay(decay)),
              [=](Element& e, double g, int t) {
                e.p -= 0.01 * decay * e.p;
                e.a = 0.9 * e.a + 0.1 * g;
                e.b = 0.999 * e.b + 0.001 * g * g;
                e.c = flag ? std::max(e.c, e.b) : e.b;
                e.p -= 0.01 * e.a / (1 - std::pow(0.9, t)) /
                       (std::sqrt(e.c / (1 - std::pow(0.999, t))) + 1e-8);
              }};
    case 3:
      return {
          "RMSprop",
          std::make_unique<optim::RMSprop>(
              parameters,
              optim::RMSpropOptions(0.01).momentum(momentum).centered(flag).weight_decay(decay)),
          [=](Element& e, double g, int) {
            g += decay * e.p;
            e.a = 0.99 * e.a + 0.01 * g * g;
            e.b = 0.99 * e.b + 0.01 * g;
            const double step = g / (std::sqrt(flag ? e.a - e.b * e.b : e.a) + 1e-8);
            e.c = momentum * e.c + step;
            e.p -= 0.01 * e.c;
          }};
    default:
      return {"Adagrad",
              std::make_unique<optim::Adagrad>(
                  parameters, optim::AdagradOptions(0.1).lr_decay(0.5).weight_decay(decay)),
              [=](Element& e, double g, int t) {
                g += decay * e.p;
                e.a += g * g;
                e.p -= 0.1 / (1 + (t - 1) * 0.5) * g / (std::sqrt(e.a) + 1e-10);
              }};
  }
}

}  // namespace

TEST_SUITE("properties/optimizers") {
  TEST_CASE("a step over a list of parameters is each element's formula") {
    check(120, [] {
      const ScalarType dtype = random_dtype();
      std::vector<Tensor> parameters;
      const int64_t tensors = draw(1, 6);
      for (int64_t i = 0; i < tensors; ++i) {
        const Sizes sizes =
            rarely(10) ? Sizes{draw(100, 200), draw(150, 200)} : random_sizes(3, 2000);
        parameters.push_back(random_leaf(sizes, dtype));
      }
      const Optimizer chosen = random_optimizer(parameters);
      std::vector<std::vector<Element>> elements;
      for (const Tensor& p : parameters) {
        elements.emplace_back();
        for (const double value : read(p).values) elements.back().push_back({value});
      }
      const int64_t skipped = rarely(3) ? draw(0, tensors - 1) : -1;
      for (int t = 1; t <= 4; ++t) {
        for (int64_t i = 0; i < tensors; ++i) {
          if (i == skipped) continue;  // has no gradient
          const Sizes sizes(parameters[i].sizes().begin(), parameters[i].sizes().end());
          // Away from 0, where Adam's first step is a sign.
          Tensor grad = random_tensor(sizes, dtype, 0.1, 1);
          parameters[i].mutable_grad() = coin() ? grad : -grad;
          const Array g = read(parameters[i].grad());
          for (size_t k = 0; k < elements[i].size(); ++k) chosen.rule(elements[i][k], g[k], t);
        }
        chosen.optimizer->step();
      }
      for (int64_t i = 0; i < tensors; ++i) {
        Expected expected(Sizes(parameters[i].sizes().begin(), parameters[i].sizes().end()));
        for (size_t k = 0; k < elements[i].size(); ++k)
          expected.set(k, elements[i][k].p, 64 * (std::abs(elements[i][k].p) + 1));
        require_close(str(chosen.name, ", parameter ", i, " of ", tensors), parameters[i],
                      expected);
      }
    });
  }
}
