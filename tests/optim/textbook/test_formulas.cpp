#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "optim/textbook/blackboard.h"

#include "gradtape/optim/problems.h"

using namespace gradtape;
using namespace gradtape::optim::textbook;
using blackboard::parameter;

namespace {

using Parameters = std::vector<Tensor>;

void step(optim::Optimizer& optimizer, Tensor& w, double grad) {
  optimizer.step(
      blackboard::closure(w, [=](const Tensor& at) { return full(at.sizes(), grad, kFloat64); }));
}

Tensor twice(const Tensor& w) { return 2 * w; }

void set(const nlohmann::json& from, const char* name, double& option) {
  option = from.value(name, option);
}

// Follows the runs of the rule in textbook.json; with another optimizer, which loads the state of
// the first, from step 37 on.
template <class Rule, class Options>
void check(const std::string& rule,
           const std::function<void(Options&, const nlohmann::json&)>& read) {
  const blackboard::Problem problem;
  int runs = 0;
  for (const auto& run : problem.data["runs"]) {
    if (run["rule"] != rule) continue;
    CAPTURE(run["options"].dump());
    Options options(run["options"]["lr"].get<double>());
    options.maximize(run["options"].value("maximize", false));
    read(options, run["options"]);
    const double sign = options.maximize() ? -1 : 1;
    Tensor w = problem.start();
    auto optimizer = std::make_unique<Rule>(Parameters{w}, options);
    problem.follow(run["values"], w, [&](int i) {
      if (i == 37) {
        auto resumed = std::make_unique<Rule>(Parameters{w}, Options(99));
        resumed->load_state_dict(optimizer->state_dict());
        optimizer = std::move(resumed);
      }
      optimizer->step(
          blackboard::closure(w, [&](const Tensor& at) { return sign * problem.gradient(at); }));
    });
    ++runs;
  }
  CHECK(runs == 2);
}

// From the start of the quadratic, whose curvatures are 1 and 25, to its minimum.
template <class Rule, class Options>
void check_minimum(const Options& options, int steps, double tolerance) {
  const optim::problems::Problem& problem = optim::problems::quadratic();
  Tensor w = parameter({problem.start[0], problem.start[1]});
  Rule optimizer(Parameters{w}, options);
  for (int i = 0; i < steps; ++i) {
    optimizer.step([&] {
      optimizer.zero_grad();
      Tensor loss = problem.value(w);
      loss.backward();
      return loss;
    });
  }
  for (size_t i = 0; i < 2; ++i)
    CHECK(std::abs(w.data_ptr<double>()[i] - problem.minima[0][i]) < tolerance);
}

}  // namespace

TEST_SUITE("optim/textbook/formulas") {
  TEST_CASE("GradientDescent: two steps by hand") {
    Tensor w = parameter({1});
    GradientDescent optimizer(Parameters{w}, 0.1);
    step(optimizer, w, 2);  // 1 - 0.2
    CHECK(w.item<double>() == doctest::Approx(0.8).epsilon(1e-15));
    step(optimizer, w, -1);
    CHECK(w.item<double>() == doctest::Approx(0.9).epsilon(1e-15));
    CHECK(optimizer.state().empty());
  }

  TEST_CASE("Momentum: two steps by hand") {
    Tensor w = parameter({1});
    Momentum optimizer(Parameters{w}, MomentumOptions(0.1).momentum(0.5));
    step(optimizer, w, 2);  // v = -0.2
    CHECK(w.item<double>() == doctest::Approx(0.8).epsilon(1e-15));
    step(optimizer, w, 1);  // v = -0.1 - 0.1
    CHECK(w.item<double>() == doctest::Approx(0.6).epsilon(1e-15));
  }

  TEST_CASE("Nesterov: two steps by hand") {
    Tensor w = parameter({1});
    Nesterov optimizer(Parameters{w}, NesterovOptions(0.1).momentum(0.5));
    optimizer.step(blackboard::closure(w, twice));  // g(1) = 2; v = -0.2
    CHECK(w.item<double>() == doctest::Approx(0.8).epsilon(1e-15));
    optimizer.step(blackboard::closure(w, twice));  // g(0.8 - 0.1) = 1.4; v = -0.1 - 0.14
    CHECK(w.item<double>() == doctest::Approx(0.56).epsilon(1e-15));
  }

  TEST_CASE("AdaGrad: two steps by hand") {
    Tensor w = parameter({1});
    AdaGrad optimizer(Parameters{w}, AdaGradOptions(0.1).delta(1));
    step(optimizer, w, 3);  // r = 9; w -= 0.1 / (1 + 3) * 3
    CHECK(w.item<double>() == doctest::Approx(0.925).epsilon(1e-15));
    step(optimizer, w, 4);  // r = 25; w -= 0.1 / (1 + 5) * 4
    CHECK(w.item<double>() == doctest::Approx(0.925 - 0.4 / 6).epsilon(1e-15));
  }

  TEST_CASE("RMSProp: two steps by hand") {
    Tensor w = parameter({1});
    RMSProp optimizer(Parameters{w}, RMSPropOptions(0.1).decay(0.75).delta(1));
    step(optimizer, w, 2);  // r = 1; w -= 0.1 / sqrt(1 + 1) * 2
    const double first = 1 - 0.2 / std::sqrt(2.);
    CHECK(w.item<double>() == doctest::Approx(first).epsilon(1e-15));
    step(optimizer, w, -4);  // r = 0.75 + 4; w += 0.1 / sqrt(1 + 4.75) * 4
    CHECK(w.item<double>() == doctest::Approx(first + 0.4 / std::sqrt(5.75)).epsilon(1e-15));
  }

  TEST_CASE("RMSPropNesterov: two steps by hand") {
    Tensor w = parameter({1});
    RMSPropNesterov optimizer(Parameters{w}, RMSPropNesterovOptions(0.1).momentum(0.5).decay(0.75));
    optimizer.step(blackboard::closure(w, twice));  // g = 2; r = 1; v = -0.1 / 1 * 2
    CHECK(w.item<double>() == doctest::Approx(0.8).epsilon(1e-15));
    optimizer.step(blackboard::closure(w, twice));  // g(0.7) = 1.4; r = 0.75 + 0.25 * 1.96 = 1.24
    const double v = -0.1 - 0.1 / std::sqrt(1.24) * 1.4;
    CHECK(w.item<double>() == doctest::Approx(0.8 + v).epsilon(1e-15));
  }

  TEST_CASE("Adam: two steps by hand") {
    Tensor w = parameter({1});
    Adam optimizer(Parameters{w}, AdamOptions(0.1).betas(std::make_tuple(0.5, 0.75)).delta(1));
    step(optimizer, w, 2);  // s = 1, s' = 2; r = 1, r' = 4; w -= 0.1 * 2 / (2 + 1)
    const double first = 1 - 0.2 / 3;
    CHECK(w.item<double>() == doctest::Approx(first).epsilon(1e-15));
    step(optimizer, w, -4);  // s' = -1.5 / 0.75 = -2; r' = (0.75 + 4) / (1 - 0.75^2)
    const double root = std::sqrt(4.75 / 0.4375);
    CHECK(w.item<double>() == doctest::Approx(first + 0.2 / (root + 1)).epsilon(1e-15));
  }

  TEST_CASE("100 steps agree with the formulas in NumPy, also after saving and loading") {
    using nlohmann::json;
    check<GradientDescent, GradientDescentOptions>("GradientDescent", [](auto&, const json&) {});
    const auto momentum = [](MomentumOptions& options, const json& from) {
      set(from, "momentum", options.momentum());
    };
    check<Momentum, MomentumOptions>("Momentum", momentum);
    check<Nesterov, NesterovOptions>("Nesterov", momentum);
    check<AdaGrad, AdaGradOptions>(
        "AdaGrad", [](auto& options, const json& from) { set(from, "delta", options.delta()); });
    check<RMSProp, RMSPropOptions>("RMSProp", [](auto& options, const json& from) {
      set(from, "decay", options.decay());
      set(from, "delta", options.delta());
    });
    check<RMSPropNesterov, RMSPropNesterovOptions>("RMSPropNesterov",
                                                   [](auto& options, const json& from) {
                                                     set(from, "decay", options.decay());
                                                     set(from, "momentum", options.momentum());
                                                   });
    check<Adam, AdamOptions>("Adam", [](auto& options, const json& from) {
      set(from, "delta", options.delta());
      if (from.contains("betas")) options.betas({from["betas"][0], from["betas"][1]});
    });
  }

  TEST_CASE("a parabola's minimum is found by every rule") {
    check_minimum<GradientDescent>(GradientDescentOptions(0.07), 400, 1e-8);
    check_minimum<Momentum>(MomentumOptions(0.02), 600, 1e-8);
    check_minimum<Nesterov>(NesterovOptions(0.02), 400, 1e-8);
    check_minimum<AdaGrad>(AdaGradOptions(1), 1000, 1e-6);
    check_minimum<RMSProp>(RMSPropOptions(0.01), 2000, 0.01);
    check_minimum<RMSPropNesterov>(RMSPropNesterovOptions(0.001), 2000, 0.01);
    check_minimum<Adam>(AdamOptions(0.05), 2000, 1e-6);
  }

  TEST_CASE("a weight whose gradient is always 0 stays, and NaN does not hide") {
    Tensor w = parameter({1, 1});
    RMSPropNesterov optimizer(Parameters{w});
    const Tensor mask = tensor({0., 1.}, kFloat64);
    for (int i = 0; i < 3; ++i)
      optimizer.step(blackboard::closure(w, [&](const Tensor& at) { return mask * at; }));
    CHECK(w.data_ptr<double>()[0] == 1);
    CHECK(w.data_ptr<double>()[1] < 1);
    step(optimizer, w, NAN);
    CHECK(std::isnan(w.data_ptr<double>()[0]));
  }

  TEST_CASE("bad options are errors that name the value") {
    const Parameters w{parameter({1})};
    CHECK_THROWS_WITH_AS(GradientDescent(w, -1), "Invalid learning rate: -1; it must be at least 0",
                         Error);
    CHECK_THROWS_WITH_AS(Momentum(w, MomentumOptions(1).momentum(1)),
                         "Invalid momentum value: 1; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(Nesterov(w, NesterovOptions(1).momentum(-0.5)),
                         "Invalid momentum value: -0.5; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(AdaGrad(w, AdaGradOptions(1).delta(-1)),
                         "Invalid delta value: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(RMSProp(w, RMSPropOptions(1).decay(NAN)),
                         "Invalid decay value: nan; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(RMSProp(w, RMSPropOptions(1).delta(-1)),
                         "Invalid delta value: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(RMSPropNesterov(w, RMSPropNesterovOptions(1).decay(1)),
                         "Invalid decay value: 1; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(RMSPropNesterov(w, RMSPropNesterovOptions(1).momentum(2)),
                         "Invalid momentum value: 2; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(Adam(w, AdamOptions(1).betas(std::make_tuple(0.5, 1.))),
                         "Invalid beta parameter at index 1: 1; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(Adam(w, AdamOptions(1).delta(-1)),
                         "Invalid delta value: -1; it must be at least 0", Error);
  }
}
