#include <cmath>

#include <doctest/doctest.h>

#include "optim/golden_runs.h"
#include "optim/steps.h"

#include "gradtape/gradtape.h"
#include "gradtape/optim/radam.h"

using namespace gradtape;
using steps::parameter, steps::step;

TEST_SUITE("optim/radam") {
  TEST_CASE("two steps by hand, which are not adaptive yet") {
    Tensor p = parameter(1);
    optim::RAdam optimizer(std::vector<Tensor>{p}, optim::RAdamOptions(0.1).betas({0.5, 0.75}));
    step(optimizer, p, 2);  // m / 0.5 = 2
    CHECK(p.item<double>() == doctest::Approx(0.8).epsilon(1e-15));
    step(optimizer, p, -4);  // m = -1.5; m / 0.75 = -2
    CHECK(p.item<double>() == doctest::Approx(1).epsilon(1e-15));
  }

  TEST_CASE("after very many steps it is Adam without corrections") {
    Tensor p = parameter(1);
    optim::RAdam optimizer(std::vector<Tensor>{p},
                           optim::RAdamOptions(0.1).betas({0.5, 0.75}).eps(1));
    auto state = std::make_unique<optim::RAdamParamState>();
    state->step(1000000);
    optimizer.state()[p] = std::move(state);
    step(optimizer, p, 2);  // m = 1, v = 1
    CHECK(p.item<double>() == doctest::Approx(0.95).epsilon(1e-15));
  }

  TEST_CASE("the minimum of quadratic is found") {
    const auto& problem = optim::problems::quadratic();
    Tensor p = steps::start_of(problem);
    optim::RAdam optimizer(std::vector<Tensor>{p}, optim::RAdamOptions(0.02));
    CHECK(steps::distance_after(optimizer, p, problem, 3000) < 1e-6);
  }

  TEST_CASE("500 steps agree with PyTorch in double") { golden_runs::check("RAdam"); }
  TEST_CASE("the recorded runs use each option") { golden_runs::check_options("RAdam"); }
  TEST_CASE("a run continues from its saved state") { golden_runs::check_continues("RAdam"); }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{parameter(1)};
    CHECK_THROWS_WITH_AS(optim::RAdam(p, optim::RAdamOptions().lr(-1)),
                         "Invalid learning rate: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::RAdam(p, optim::RAdamOptions().lr(NAN)),
                         "Invalid learning rate: nan; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::RAdam(p, optim::RAdamOptions().eps(-2)),
                         "Invalid epsilon value: -2; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::RAdam(p, optim::RAdamOptions().betas({1.5, 0.9})),
                         "Invalid beta parameter at index 0: 1.5; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(optim::RAdam(p, optim::RAdamOptions().betas({0.5, 1})),
                         "Invalid beta parameter at index 1: 1; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(optim::RAdam(p, optim::RAdamOptions().weight_decay(-2)),
                         "Invalid weight_decay value: -2; it must be at least 0", Error);
  }
}
