#include <stdexcept>

#include <doctest/doctest.h>

#include "optim/textbook/blackboard.h"

using namespace gradtape;
using namespace gradtape::optim::textbook;
using blackboard::parameter;

namespace {
using Parameters = std::vector<Tensor>;
Tensor same(const Tensor& w) { return w; }
}  // namespace

TEST_SUITE("optim/textbook/look_ahead") {
  TEST_CASE("without a closure nothing moves") {
    Tensor w = parameter({1});
    w.mutable_grad() = ones({1}, kFloat64);
    const char* message =
        "step: this rule takes the gradient at the look-ahead point w + e v, so it needs a closure "
        "that computes the loss and its gradients there; got none";
    CHECK_THROWS_WITH_AS(Nesterov(Parameters{w}, 0.1).step(), message, Error);
    CHECK_THROWS_WITH_AS(RMSPropNesterov(Parameters{w}).step(), message, Error);
    CHECK(w.item<double>() == 1);
  }

  TEST_CASE("the closure sees w + e v, with gradients on, and its loss is returned") {
    Tensor w = parameter({1});
    Nesterov optimizer(Parameters{w}, NesterovOptions(0.25).momentum(0.5));
    optimizer.step(blackboard::closure(w, same));  // v = -0.25; w = 0.75
    const Tensor loss = optimizer.step([&] {
      CHECK(w.item<double>() == 0.625);
      optimizer.zero_grad();
      Tensor square = (w * w).sum();
      square.backward();
      return square;
    });
    CHECK(loss.item<double>() == 0.390625);
    CHECK(w.item<double>() == 0.75 - 0.125 - 0.25 * 1.25);
  }

  TEST_CASE("if the closure throws, the parameters are back, bit for bit") {
    Tensor w = parameter({0.1, 1e17, -1e-17});
    Nesterov optimizer(Parameters{w}, NesterovOptions(0.3).momentum(0.7));
    for (int i = 0; i < 3; ++i) optimizer.step(blackboard::closure(w, same));
    const Tensor before = w.detach().clone();
    auto throwing = [&]() -> Tensor {
      CHECK_FALSE(w.detach().equal(before));
      throw std::runtime_error("no data");
    };
    CHECK_THROWS_WITH_AS(optimizer.step(throwing), "no data", std::runtime_error);
    CHECK(w.detach().equal(before));
    CHECK(GradMode::is_enabled());
  }

  TEST_CASE("a gradient of another shape is refused where w was") {
    Tensor w = parameter({1});
    Nesterov optimizer(Parameters{w}, 0.1);
    optimizer.step(blackboard::closure(w, same));
    const double before = w.item<double>();
    CHECK_THROWS_AS(
        optimizer.step(blackboard::closure(w, [](const Tensor&) { return ones({2}, kFloat64); })),
        Error);
    CHECK(w.item<double>() == before);
  }

  TEST_CASE("a step starts from w itself: one without gradient or velocity changes no bit") {
    // (w + e v) - e v is not w in floating point.
    Tensor w = full({1}, 0.1, kFloat32).requires_grad_(), idle = full({1}, 0.1).requires_grad_();
    Nesterov optimizer(Parameters{w, idle}, NesterovOptions(1e4).momentum(0.5));
    idle.mutable_grad() = ones({1});
    w.mutable_grad() = ones({1});
    const auto nothing = [] { return Tensor(); };
    optimizer.step(nothing);
    idle.mutable_grad() = Tensor();
    const float before = idle.item<float>();
    for (int i = 0; i < 5; ++i) optimizer.step(nothing);
    CHECK(idle.item<float>() == before);
  }

  TEST_CASE("each group looks ahead with its own momentum; a transposed parameter as well") {
    Tensor a = ones({2, 3}, kFloat64), b = ones({3, 2}, kFloat64).t();
    a.requires_grad_();
    b.requires_grad_();
    std::vector<optim::OptimizerParamGroup> groups;
    groups.emplace_back(Parameters{a}, std::make_unique<NesterovOptions>(0.1));
    groups.emplace_back(Parameters{b},
                        std::make_unique<NesterovOptions>(NesterovOptions(0.1).momentum(0.5)));
    Nesterov optimizer(groups, 0.1);
    std::vector<double> seen;
    for (int i = 0; i < 2; ++i) {
      optimizer.step([&] {
        seen.push_back(a[1][2].item<double>());
        seen.push_back(b[1][2].item<double>());
        optimizer.zero_grad();
        Tensor loss = a.sum() + b.sum();
        loss.backward();
        return loss;
      });
    }
    // v = -0.1 after the first step.
    CHECK(seen[2] == doctest::Approx(0.9 - 0.09).epsilon(1e-15));
    CHECK(seen[3] == doctest::Approx(0.9 - 0.05).epsilon(1e-15));
    CHECK(b[1][2].item<double>() == doctest::Approx(0.9 - 0.15).epsilon(1e-15));
  }
}
