#include <doctest/doctest.h>

#include "optim/newer_runs.h"

#include "gradtape/optim/lion.h"

using namespace gradtape;

namespace {
const newer_runs::Make kMake = newer_runs::maker<optim::Lion>(optim::LionOptions(0.01));
}

TEST_SUITE("optim/lion") {
  TEST_CASE("two steps by hand") {
    Tensor p = ones({1}, kFloat64).requires_grad_();
    optim::Lion optimizer(
        std::vector<Tensor>{p},
        optim::LionOptions(0.1).betas(std::make_tuple(0.5, 0.75)).weight_decay(0.5));
    newer_runs::step(optimizer, p, 2);  // c = 1: 0.95 - 0.1; m = 0.5
    CHECK(p.item<double>() == doctest::Approx(0.85).epsilon(1e-15));
    newer_runs::step(optimizer, p, -0.4);  // c = 0.25 - 0.2 > 0: 0.95 0.85 - 0.1; m = 0.375 - 0.1
    CHECK(p.item<double>() == doctest::Approx(0.7075).epsilon(1e-15));
    const auto& state = static_cast<optim::LionParamState&>(*optimizer.state()[p]);
    CHECK(state.exp_avg().item<double>() == doctest::Approx(0.275).epsilon(1e-15));
  }

  TEST_CASE("no gradient at all is no step") {
    Tensor p = ones({1}, kFloat64).requires_grad_();
    optim::Lion optimizer(std::vector<Tensor>{p}, 0.1);
    newer_runs::step(optimizer, p, 0);
    CHECK(p.item<double>() == 1);
  }

  TEST_CASE("100 steps agree with the paper's algorithm in NumPy") {
    newer_runs::check("lion", kMake, 3);
  }
  TEST_CASE("it continues from a saved state") { newer_runs::check_continues(kMake, "4x3"); }
  TEST_CASE("float follows double, and what has no gradient stays") {
    newer_runs::check_float_and_skipping(kMake, "5");
  }

  TEST_CASE("the quadratic's minimum is found") {
    const auto& problem = optim::problems::quadratic();
    Tensor p = newer_runs::start_of(problem);
    optim::Lion optimizer(std::vector<Tensor>{p}, 0.05);
    CHECK(newer_runs::distance_to_optimum(optimizer, p, problem, 1000) < 1e-3);
  }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{ones({1}).requires_grad_()};
    CHECK_THROWS_WITH_AS(optim::Lion(p, -1), "Invalid learning rate: -1; it must be at least 0",
                         Error);
    CHECK_THROWS_WITH_AS(optim::Lion(p, optim::LionOptions().betas({0.9, 1})),
                         "Invalid beta parameter at index 1: 1; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(optim::Lion(p, optim::LionOptions().weight_decay(-2)),
                         "Invalid weight_decay value: -2; it must be at least 0", Error);
  }
}
