#include <cmath>

#include <doctest/doctest.h>

#include "optim/golden_runs.h"
#include "optim/steps.h"

#include "gradtape/gradtape.h"
#include "gradtape/optim/adadelta.h"

using namespace gradtape;
using steps::parameter, steps::step;

TEST_SUITE("optim/adadelta") {
  TEST_CASE("two steps by hand") {
    Tensor p = parameter(1);
    optim::Adadelta optimizer(std::vector<Tensor>{p}, optim::AdadeltaOptions().rho(0.5).eps(1));
    step(optimizer, p, 2);  // v = 2; d = 2 / sqrt(3); u = 2 / 3
    const double first = 1 - 2 / std::sqrt(3);
    CHECK(p.item<double>() == doctest::Approx(first).epsilon(1e-14));
    step(optimizer, p, 4);  // v = 9; d = 4 sqrt(5 / 3) / sqrt(10)
    CHECK(p.item<double>() == doctest::Approx(first - 4 / std::sqrt(6)).epsilon(1e-14));
  }

  TEST_CASE("the minimum of quadratic is found") {
    const auto& problem = optim::problems::quadratic();
    Tensor p = steps::start_of(problem);
    optim::Adadelta optimizer(std::vector<Tensor>{p}, optim::AdadeltaOptions(0.05).eps(1e-2));
    CHECK(steps::distance_after(optimizer, p, problem, 3000) < 1e-6);
  }

  TEST_CASE("500 steps agree with PyTorch in double") { golden_runs::check("Adadelta"); }
  TEST_CASE("the recorded runs use each option") { golden_runs::check_options("Adadelta"); }
  TEST_CASE("a run continues from its saved state") { golden_runs::check_continues("Adadelta"); }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{parameter(1)};
    CHECK_THROWS_WITH_AS(optim::Adadelta(p, optim::AdadeltaOptions().lr(-1)),
                         "Invalid learning rate: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Adadelta(p, optim::AdadeltaOptions().lr(NAN)),
                         "Invalid learning rate: nan; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Adadelta(p, optim::AdadeltaOptions().rho(1.5)),
                         "Invalid rho value: 1.5; it must be in [0, 1]", Error);
    CHECK_THROWS_WITH_AS(optim::Adadelta(p, optim::AdadeltaOptions().eps(-2)),
                         "Invalid epsilon value: -2; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Adadelta(p, optim::AdadeltaOptions().weight_decay(-2)),
                         "Invalid weight_decay value: -2; it must be at least 0", Error);
  }
}
