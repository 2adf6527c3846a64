#include <functional>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {

constexpr int kThreads = 4;

void in_threads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

// Gradient descent on (w - target)^2; the result depends on nothing else.
Tensor train(double target) {
  Tensor w = zeros({8}, kFloat64).requires_grad_();
  for (int step = 0; step < 200; ++step) {
    ((w - target) * (w - target)).sum().backward();
    const NoGradGuard no_grad;
    w.sub_(w.grad(), 0.1);
    w.mutable_grad().zero_();
  }
  return w.detach();
}

}  // namespace

TEST_SUITE("autograd/threads") {
  TEST_CASE("separate models train in several threads at once as they do alone") {
    std::vector<Tensor> results(kThreads);
    in_threads([&](int i) { results[i] = train(i + 1); });
    for (int i = 0; i < kThreads; ++i) CHECK(results[i].equal(train(i + 1)));
  }

  TEST_CASE("threads that accumulate into one leaf sum exactly") {
    const Tensor x = ones({16}, kFloat64).requires_grad_();
    constexpr int kSteps = 500;
    in_threads([&](int i) {
      for (int step = 0; step < kSteps; ++step) (x * (i + 1)).sum().backward();
    });
    CHECK(x.grad().equal(full({16}, kSteps * (1 + 2 + 3 + 4), kFloat64)));
  }

  TEST_CASE("a graph recorded in one thread is replayed in another, after the first has ended") {
    const Tensor x = full({4}, 3, kFloat64).requires_grad_();
    Tensor loss;
    std::thread([&] { loss = (x * x * x).sum(); }).join();
    std::thread([&] { loss.backward(); }).join();
    CHECK(x.grad().equal(full({4}, 27, kFloat64)));
  }

  TEST_CASE("a graph recorded in one thread is freed in another") {
    const Tensor x = ones({4}, kFloat64).requires_grad_();
    Tensor y;
    std::thread([&] {
      y = x;
      for (int i = 0; i < 100000; ++i) y = y * x;
    }).join();
    std::thread([&] { y.reset(); }).join();
    CHECK(x.impl().use_count() == 1);
  }

  TEST_CASE("branches recorded by several threads meet in one graph") {
    const Tensor x = full({4}, 2, kFloat64).requires_grad_();
    std::vector<Tensor> branches(kThreads);
    in_threads([&](int i) { branches[i] = (x * x * (i + 1)).sum(); });
    Tensor sum = branches[0];
    for (int i = 1; i < kThreads; ++i) sum = sum + branches[i];
    sum.backward();
    CHECK(x.grad().equal(full({4}, 4 * 10, kFloat64)));
  }

  TEST_CASE("several threads replay the same graph at once") {
    const Tensor x = full({4}, 2, kFloat64).requires_grad_();
    const Tensor y = (x * x).exp().sum();
    const Tensor alone = autograd::grad({y}, {x}, {}, true)[0];
    std::vector<Tensor> grads(kThreads);
    in_threads([&](int i) {
      for (int step = 0; step < 100; ++step) grads[i] = autograd::grad({y}, {x}, {}, true)[0];
    });
    for (const Tensor& grad : grads) CHECK(grad.equal(alone));
  }

  TEST_CASE("recording is switched off in one thread only") {
    const Tensor x = ones({1}).requires_grad_();
    const NoGradGuard no_grad;
    bool recorded = false;
    std::thread([&] { recorded = (x * 2).requires_grad(); }).join();
    CHECK(recorded);
    CHECK_FALSE((x * 2).requires_grad());
  }

  TEST_CASE("nested backward in several threads at once") {
    const auto nested = [](int levels) {
      struct Again : autograd::Function<Again> {
        static Tensor forward(autograd::AutogradContext* context, Tensor x, int64_t left) {
          context->saved_data["left"] = left;
          return x * 1;
        }
        static variable_list backward(autograd::AutogradContext* context, variable_list grads) {
          const int64_t left = context->saved_data["left"].toInt();
          if (left == 0) return {grads[0], Tensor()};
          const AutoGradMode recording(true);
          const Tensor x = ones({}, kFloat64).requires_grad_();
          Again::apply(x, left - 1).backward(grads[0] + 1);
          return {x.grad(), Tensor()};
        }
      };
      const Tensor x = ones({}, kFloat64).requires_grad_();
      Again::apply(x, int64_t{levels}).backward();
      return x.grad().item<double>();
    };
    std::vector<double> results(kThreads);
    in_threads([&](int i) { results[i] = nested(100 + i); });
    for (int i = 0; i < kThreads; ++i) CHECK(results[i] == 101 + i);
  }
}
