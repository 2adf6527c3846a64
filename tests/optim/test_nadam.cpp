#include <cmath>

#include <doctest/doctest.h>

#include "optim/golden_runs.h"
#include "optim/steps.h"

#include "gradtape/gradtape.h"
#include "gradtape/optim/nadam.h"

using namespace gradtape;
using steps::parameter, steps::step;

TEST_SUITE("optim/nadam") {
  TEST_CASE("two steps by hand") {
    Tensor p = parameter(1);
    optim::NAdam optimizer(std::vector<Tensor>{p},
                           optim::NAdamOptions(0.1).betas({0.5, 0.75}).eps(0).momentum_decay(0));
    step(optimizer, p, 2);  // m = 1, v / 0.25 = 4; mu = 1/4, products 1/4 and 1/64
    const double first = 1 - 0.1 * (2 + 16. / 63) / 2;
    CHECK(p.item<double>() == doctest::Approx(first).epsilon(1e-15));
    step(optimizer, p, -4);  // m = -1.5, v = 4.75; products 1/16 and 1/256
    const double mean = 0.75 / (15. / 16) * -4 + 0.25 / (255. / 256) * -1.5;
    CHECK(p.item<double>() ==
          doctest::Approx(first - 0.1 * mean / std::sqrt(4.75 / 0.4375)).epsilon(1e-15));
  }

  TEST_CASE("the minimum of quadratic is found") {
    const auto& problem = optim::problems::quadratic();
    Tensor p = steps::start_of(problem);
    optim::NAdam optimizer(std::vector<Tensor>{p}, optim::NAdamOptions(0.02));
    CHECK(steps::distance_after(optimizer, p, problem, 3000) < 1e-6);
  }

  TEST_CASE("500 steps agree with PyTorch in double") { golden_runs::check("NAdam"); }
  TEST_CASE("the recorded runs use each option") { golden_runs::check_options("NAdam"); }
  TEST_CASE("a run continues from its saved state") { golden_runs::check_continues("NAdam"); }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{parameter(1)};
    CHECK_THROWS_WITH_AS(optim::NAdam(p, optim::NAdamOptions().lr(-1)),
                         "Invalid learning rate: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::NAdam(p, optim::NAdamOptions().lr(NAN)),
                         "Invalid learning rate: nan; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::NAdam(p, optim::NAdamOptions().eps(-2)),
                         "Invalid epsilon value: -2; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::NAdam(p, optim::NAdamOptions().betas({1.5, 0.9})),
                         "Invalid beta parameter at index 0: 1.5; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(optim::NAdam(p, optim::NAdamOptions().betas({0.5, 1})),
                         "Invalid beta parameter at index 1: 1; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(optim::NAdam(p, optim::NAdamOptions().weight_decay(-2)),
                         "Invalid weight_decay value: -2; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::NAdam(p, optim::NAdamOptions().momentum_decay(-1)),
                         "Invalid momentum_decay value: -1; it must be at least 0", Error);
  }
}
