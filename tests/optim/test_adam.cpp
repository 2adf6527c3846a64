#include <cmath>

#include <doctest/doctest.h>

#include "optim/golden_runs.h"
#include "optim/newer_runs.h"

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {
void step(optim::Optimizer& optimizer, Tensor& p, double grad) {
  p.mutable_grad() = full({1}, grad, kFloat64);
  optimizer.step();
}
}  // namespace

TEST_SUITE("optim/adam") {
  TEST_CASE("two steps by hand") {
    Tensor p = ones({1}, kFloat64).requires_grad_();
    optim::Adam optimizer(std::vector<Tensor>{p},
                          optim::AdamOptions(0.1).betas(std::make_tuple(0.5, 0.75)).eps(0));
    step(optimizer, p, 2);  // m / (1 - b1) = 2, v / (1 - b2) = 4: one whole lr
    CHECK(p.item<double>() == doctest::Approx(0.9).epsilon(1e-15));
    step(optimizer, p, -4);  // m = -1.5 / 0.75 = -2; v = (0.75 + 4) / 0.4375
    CHECK(p.item<double>() == doctest::Approx(0.9 + 0.2 / std::sqrt(4.75 / 0.4375)));
  }

  TEST_CASE("500 steps of Adam agree with PyTorch in double") { golden_runs::check("Adam"); }
  TEST_CASE("500 steps of AdamW agree with PyTorch in double") { golden_runs::check("AdamW"); }
  TEST_CASE("the recorded runs use each option") {
    golden_runs::check_options("Adam");
    golden_runs::check_options("AdamW");
  }
  TEST_CASE("a run continues from its saved state") {
    golden_runs::check_continues("Adam");
    golden_runs::check_continues("AdamW");
  }

  TEST_CASE("AdamW shrinks a parameter whose gradient is zero") {
    Tensor p = ones({1}, kFloat64).requires_grad_();
    optim::AdamW optimizer(std::vector<Tensor>{p}, optim::AdamWOptions(0.1).weight_decay(0.5));
    step(optimizer, p, 0);
    step(optimizer, p, 0);
    CHECK(p.item<double>() == doctest::Approx(0.95 * 0.95).epsilon(1e-15));
  }

  TEST_CASE("Rosenbrock's minimum is found") {
    const auto& problem = optim::problems::rosenbrock();
    Tensor p = newer_runs::start_of(problem);
    optim::Adam optimizer(std::vector<Tensor>{p}, optim::AdamOptions(0.02));
    CHECK(newer_runs::distance_to_optimum(optimizer, p, problem, 5000, false) < 1e-3);
  }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{ones({1}).requires_grad_()};
    CHECK_THROWS_WITH_AS(optim::Adam(p, optim::AdamOptions(-1)),
                         "Invalid learning rate: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Adam(p, optim::AdamOptions().eps(-2)),
                         "Invalid epsilon value: -2; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::AdamW(p, optim::AdamWOptions().betas({1.5, 0.9})),
                         "Invalid beta parameter at index 0: 1.5; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(optim::AdamW(p, optim::AdamWOptions().betas({0.5, 1})),
                         "Invalid beta parameter at index 1: 1; it must be in [0, 1)", Error);
  }
}
