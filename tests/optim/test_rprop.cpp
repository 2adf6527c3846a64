#include <cmath>

#include <doctest/doctest.h>

#include "optim/golden_runs.h"
#include "optim/steps.h"

#include "gradtape/gradtape.h"
#include "gradtape/optim/rprop.h"

using namespace gradtape;
using steps::parameter, steps::step;

TEST_SUITE("optim/rprop") {
  TEST_CASE("four steps by hand") {
    Tensor p = parameter(1);
    optim::Rprop optimizer(std::vector<Tensor>{p}, optim::RpropOptions(0.1));
    const auto after = [&](double grad) { return step(optimizer, p, grad), p.item<double>(); };
    CHECK(after(2) == doctest::Approx(0.9).epsilon(1e-15));
    CHECK(after(3) == doctest::Approx(0.78).epsilon(1e-15));   // 0.12 further
    CHECK(after(-1) == doctest::Approx(0.78).epsilon(1e-15));  // the sign has changed: 0.06, later
    CHECK(after(-1) == doctest::Approx(0.84).epsilon(1e-15));
  }

  TEST_CASE("step sizes stay in their range") {
    Tensor p = parameter(0);
    optim::Rprop optimizer(std::vector<Tensor>{p}, optim::RpropOptions(1).step_sizes({0.75, 1.1}));
    step(optimizer, p, -1);
    step(optimizer, p, -1);  // 1.2 is too long
    CHECK(p.item<double>() == doctest::Approx(2.1).epsilon(1e-15));
    step(optimizer, p, 1);  // 0.55 is too short
    step(optimizer, p, 1);
    CHECK(p.item<double>() == doctest::Approx(1.35).epsilon(1e-15));
  }

  TEST_CASE("the minimum of quadratic is found") {
    const auto& problem = optim::problems::quadratic();
    Tensor p = steps::start_of(problem);
    optim::Rprop optimizer(std::vector<Tensor>{p}, optim::RpropOptions());
    CHECK(steps::distance_after(optimizer, p, problem, 300) < 1e-5);
  }

  TEST_CASE("500 steps agree with PyTorch in double") { golden_runs::check("Rprop"); }
  TEST_CASE("the recorded runs use each option") { golden_runs::check_options("Rprop"); }
  TEST_CASE("a run continues from its saved state") { golden_runs::check_continues("Rprop"); }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{parameter(1)};
    CHECK_THROWS_WITH_AS(optim::Rprop(p, optim::RpropOptions().lr(-1)),
                         "Invalid learning rate: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Rprop(p, optim::RpropOptions().lr(NAN)),
                         "Invalid learning rate: nan; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(
        optim::Rprop(p, optim::RpropOptions().etas({1.5, 2})),
        "Invalid eta values: 1.5, 2; the first must be in (0, 1), the second above 1", Error);
    CHECK_THROWS_WITH_AS(
        optim::Rprop(p, optim::RpropOptions().etas({0.5, 1})),
        "Invalid eta values: 0.5, 1; the first must be in (0, 1), the second above 1", Error);
    CHECK_THROWS_WITH_AS(optim::Rprop(p, optim::RpropOptions().step_sizes({2, 1})),
                         "Invalid step_sizes values: 2, 1; the first must be at least 0, the "
                         "second at least the first",
                         Error);
  }
}
