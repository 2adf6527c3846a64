#include <limits>

#include <doctest/doctest.h>

#include "optim/golden_runs.h"

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {
Tensor parameter(double value) { return full({1}, value, kFloat64).requires_grad_(); }
void step(optim::Optimizer& optimizer, Tensor& p, double grad) {
  p.mutable_grad() = full({1}, grad, kFloat64);
  optimizer.step();
}
}  // namespace

TEST_SUITE("optim/sgd") {
  TEST_CASE("two steps by hand, with momentum and decay") {
    Tensor p = parameter(1);
    optim::SGD optimizer(std::vector<Tensor>{p},
                         optim::SGDOptions(0.1).momentum(0.5).weight_decay(0.2));
    step(optimizer, p, 1);  // d = 1.2 = b; p = 1 - 0.12
    CHECK(p.item<double>() == doctest::Approx(0.88).epsilon(1e-15));
    step(optimizer, p, 2);  // d = 2.176; b = 2.776
    CHECK(p.item<double>() == doctest::Approx(0.6024).epsilon(1e-15));
  }

  TEST_CASE("two steps by hand, with Nesterov's momentum") {
    Tensor p = parameter(1);
    optim::SGD optimizer(std::vector<Tensor>{p},
                         optim::SGDOptions(0.1).momentum(0.5).nesterov(true));
    step(optimizer, p, 1);  // b = 1; p -= 0.1 (1 + 0.5)
    CHECK(p.item<double>() == doctest::Approx(0.85).epsilon(1e-15));
    step(optimizer, p, 2);  // b = 2.5; p -= 0.1 (2 + 1.25)
    CHECK(p.item<double>() == doctest::Approx(0.525).epsilon(1e-15));
  }

  TEST_CASE("500 steps agree with PyTorch in double") { golden_runs::check("SGD"); }
  TEST_CASE("the recorded runs use each option") { golden_runs::check_options("SGD"); }
  TEST_CASE("a run continues from its saved state") { golden_runs::check_continues("SGD"); }

  TEST_CASE("without momentum nothing is remembered") {
    Tensor p = parameter(1);
    optim::SGD optimizer(std::vector<Tensor>{p}, 0.1);
    step(optimizer, p, 1);
    CHECK(optimizer.state().empty());
  }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{parameter(1)};
    CHECK_THROWS_WITH_AS(optim::SGD(p, -1), "Invalid learning rate: -1; it must be at least 0",
                         Error);
    CHECK_THROWS_WITH_AS(optim::SGD(p, std::numeric_limits<double>::infinity()),
                         "Invalid learning rate: inf; it must be finite", Error);
    CHECK_THROWS_WITH_AS(optim::SGD(p, optim::SGDOptions(1).momentum(-0.5)),
                         "Invalid momentum value: -0.5; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::SGD(p, optim::SGDOptions(1).weight_decay(-2)),
                         "Invalid weight_decay value: -2; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(
        optim::SGD(p, optim::SGDOptions(1).dampening(std::numeric_limits<double>::quiet_NaN())),
        "Invalid dampening value: nan; it must be a number", Error);
    CHECK_THROWS_AS(optim::SGD(p, optim::SGDOptions(1).nesterov(true)), Error);
  }

  TEST_CASE("a quadratic's minimum is found") {
    // f = (p0 - 3)^2 + 2 (p1 + 1)^2
    Tensor p = zeros({2}, kFloat64).requires_grad_();
    const Tensor minimum = tensor({3., -1.}, kFloat64), scale = tensor({1., 2.}, kFloat64);
    optim::SGD optimizer(std::vector<Tensor>{p}, optim::SGDOptions(0.05).momentum(0.8));
    for (int i = 0; i < 300; ++i) {
      optimizer.zero_grad();
      (scale * (p - minimum) * (p - minimum)).sum().backward();
      optimizer.step();
    }
    CHECK(p.allclose(minimum, 1e-8, 1e-8));
  }
}
