#include <cmath>

#include <doctest/doctest.h>

#include "optim/golden_runs.h"
#include "optim/steps.h"

#include "gradtape/gradtape.h"
#include "gradtape/optim/asgd.h"

using namespace gradtape;
using steps::parameter, steps::step;

TEST_SUITE("optim/asgd") {
  TEST_CASE("three steps by hand") {
    Tensor p = parameter(1);
    optim::ASGD optimizer(std::vector<Tensor>{p},
                          optim::ASGDOptions(0.5).lambd(0.5).alpha(1).t0(0));
    const auto& state =
        static_cast<optim::ASGDParamState&>(*(step(optimizer, p, 1), optimizer.state()[p]));
    // p = 0.75 - 0.5, which is the average; eta = 0.5 / 1.25
    CHECK(p.item<double>() == 0.25);
    CHECK(state.ax().item<double>() == 0.25);
    CHECK(state.eta() == doctest::Approx(0.4).epsilon(1e-7));
    step(optimizer, p, 2);  // p = 0.8 p - 0.8; eta = 0.5 / 1.5, mu = 1 / 2
    CHECK(p.item<double>() == doctest::Approx(-0.6).epsilon(1e-7));
    CHECK(state.mu() == 0.5);
    step(optimizer, p, 0);  // p = 5/6 p; the average -0.6 moves half of the way
    CHECK(p.item<double>() == doctest::Approx(-0.5).epsilon(1e-7));
    CHECK(state.ax().item<double>() == doctest::Approx(-0.55).epsilon(1e-7));
  }

  TEST_CASE("the rate has the precision of the default dtype, as in PyTorch") {
    const auto first_step = [] {
      Tensor p = parameter(0);
      optim::ASGD optimizer(std::vector<Tensor>{p}, optim::ASGDOptions(0.1));
      step(optimizer, p, -1);
      return p.item<double>();
    };
    CHECK(first_step() == static_cast<double>(0.1F));
    set_default_dtype(kFloat64);
    CHECK(first_step() == 0.1);
    set_default_dtype(kFloat32);
  }

  TEST_CASE("the minimum of quadratic is found") {
    const auto& problem = optim::problems::quadratic();
    Tensor p = steps::start_of(problem);
    optim::ASGD optimizer(std::vector<Tensor>{p}, optim::ASGDOptions(0.03).lambd(0));
    CHECK(steps::distance_after(optimizer, p, problem, 1000) < 1e-6);
  }

  TEST_CASE("500 steps agree with PyTorch in double") { golden_runs::check("ASGD"); }
  TEST_CASE("the recorded runs use each option") { golden_runs::check_options("ASGD"); }
  TEST_CASE("a run continues from its saved state") { golden_runs::check_continues("ASGD"); }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{parameter(1)};
    CHECK_THROWS_WITH_AS(optim::ASGD(p, optim::ASGDOptions().lr(-1)),
                         "Invalid learning rate: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::ASGD(p, optim::ASGDOptions().lr(NAN)),
                         "Invalid learning rate: nan; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::ASGD(p, optim::ASGDOptions().lambd(-1)),
                         "Invalid lambd value: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::ASGD(p, optim::ASGDOptions().alpha(-1)),
                         "Invalid alpha value: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::ASGD(p, optim::ASGDOptions().t0(-1)),
                         "Invalid t0 value: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::ASGD(p, optim::ASGDOptions().weight_decay(-2)),
                         "Invalid weight_decay value: -2; it must be at least 0", Error);
  }
}
