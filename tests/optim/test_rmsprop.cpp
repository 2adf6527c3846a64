#include <cmath>

#include <doctest/doctest.h>

#include "optim/golden_runs.h"
#include "optim/steps.h"

#include "gradtape/gradtape.h"
#include "gradtape/optim/rmsprop.h"

using namespace gradtape;
using steps::parameter, steps::step;

TEST_SUITE("optim/rmsprop") {
  TEST_CASE("two steps by hand") {
    Tensor p = parameter(1);
    optim::RMSprop optimizer(std::vector<Tensor>{p}, optim::RMSpropOptions(0.1).alpha(0.75).eps(1));
    step(optimizer, p, 2);  // v = 1
    CHECK(p.item<double>() == doctest::Approx(0.9).epsilon(1e-15));
    step(optimizer, p, 4);  // v = 4.75
    CHECK(p.item<double>() == doctest::Approx(0.9 - 0.4 / (std::sqrt(4.75) + 1)).epsilon(1e-15));
  }

  TEST_CASE("two steps by hand, centered and with momentum") {
    Tensor p = parameter(1);
    optim::RMSprop optimizer(
        std::vector<Tensor>{p},
        optim::RMSpropOptions(0.1).alpha(0.5).eps(0).momentum(0.5).centered(true));
    step(optimizer, p, 2);  // v - m^2 = 2 - 1; b = 2
    CHECK(p.item<double>() == doctest::Approx(0.8).epsilon(1e-15));
    step(optimizer, p, 4);  // v - m^2 = 9 - 6.25; b = 1 + 4 / sqrt(2.75)
    CHECK(p.item<double>() ==
          doctest::Approx(0.8 - 0.1 * (1 + 4 / std::sqrt(2.75))).epsilon(1e-15));
  }

  TEST_CASE("buffers are kept only where an option needs them") {
    Tensor p = parameter(1);
    optim::RMSprop optimizer(std::vector<Tensor>{p});
    step(optimizer, p, 2);
    const auto& state = static_cast<optim::RMSpropParamState&>(*optimizer.state()[p]);
    CHECK(state.step() == 1);
    CHECK(state.square_avg().defined());
    CHECK_FALSE(state.momentum_buffer().defined());
    CHECK_FALSE(state.grad_avg().defined());
  }

  TEST_CASE("the minimum of quadratic is found") {
    const auto& problem = optim::problems::quadratic();
    Tensor p = steps::start_of(problem);
    optim::RMSprop optimizer(std::vector<Tensor>{p}, optim::RMSpropOptions(0.001).eps(0.1));
    CHECK(steps::distance_after(optimizer, p, problem, 6000) < 1e-6);
  }

  TEST_CASE("500 steps agree with PyTorch in double") { golden_runs::check("RMSprop"); }
  TEST_CASE("the recorded runs use each option") { golden_runs::check_options("RMSprop"); }
  TEST_CASE("a run continues from its saved state") { golden_runs::check_continues("RMSprop"); }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{parameter(1)};
    CHECK_THROWS_WITH_AS(optim::RMSprop(p, optim::RMSpropOptions().lr(-1)),
                         "Invalid learning rate: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::RMSprop(p, optim::RMSpropOptions().lr(NAN)),
                         "Invalid learning rate: nan; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::RMSprop(p, optim::RMSpropOptions().eps(-2)),
                         "Invalid epsilon value: -2; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::RMSprop(p, optim::RMSpropOptions().momentum(-1)),
                         "Invalid momentum value: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::RMSprop(p, optim::RMSpropOptions().weight_decay(-2)),
                         "Invalid weight_decay value: -2; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::RMSprop(p, optim::RMSpropOptions().alpha(-1)),
                         "Invalid alpha value: -1; it must be at least 0", Error);
  }
}
