#include <cmath>

#include <doctest/doctest.h>

#include "optim/golden_runs.h"
#include "optim/steps.h"

#include "gradtape/gradtape.h"
#include "gradtape/optim/adamax.h"

using namespace gradtape;
using steps::parameter, steps::step;

TEST_SUITE("optim/adamax") {
  TEST_CASE("two steps by hand") {
    Tensor p = parameter(1);
    optim::Adamax optimizer(std::vector<Tensor>{p},
                            optim::AdamaxOptions(0.1).betas({0.5, 0.75}).eps(0));
    step(optimizer, p, 2);  // m = 1, u = 2, rate 0.2
    CHECK(p.item<double>() == doctest::Approx(0.9).epsilon(1e-15));
    step(optimizer, p, 1);  // m = 1, u = 1.5, rate 0.1 / 0.75
    CHECK(p.item<double>() == doctest::Approx(0.9 - 0.1 / 0.75 / 1.5).epsilon(1e-15));
  }

  TEST_CASE("the minimum of quadratic is found") {
    const auto& problem = optim::problems::quadratic();
    Tensor p = steps::start_of(problem);
    optim::Adamax optimizer(std::vector<Tensor>{p}, optim::AdamaxOptions(0.02));
    CHECK(steps::distance_after(optimizer, p, problem, 3000) < 1e-6);
  }

  TEST_CASE("500 steps agree with PyTorch in double") { golden_runs::check("Adamax"); }
  TEST_CASE("the recorded runs use each option") { golden_runs::check_options("Adamax"); }
  TEST_CASE("a run continues from its saved state") { golden_runs::check_continues("Adamax"); }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{parameter(1)};
    CHECK_THROWS_WITH_AS(optim::Adamax(p, optim::AdamaxOptions().lr(-1)),
                         "Invalid learning rate: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Adamax(p, optim::AdamaxOptions().lr(NAN)),
                         "Invalid learning rate: nan; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Adamax(p, optim::AdamaxOptions().eps(-2)),
                         "Invalid epsilon value: -2; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Adamax(p, optim::AdamaxOptions().betas({1.5, 0.9})),
                         "Invalid beta parameter at index 0: 1.5; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(optim::Adamax(p, optim::AdamaxOptions().betas({0.5, 1})),
                         "Invalid beta parameter at index 1: 1; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(optim::Adamax(p, optim::AdamaxOptions().weight_decay(-2)),
                         "Invalid weight_decay value: -2; it must be at least 0", Error);
  }
}
