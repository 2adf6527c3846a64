#include <cstdio>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {

constexpr int kMillion = 1000000;

// Each level of backward runs the backward of the next.
struct Nested : autograd::Function<Nested> {
  static inline int deepest = 0;
  static inline bool fails = false;

  static Tensor forward(autograd::AutogradContext* context, Tensor x, int64_t levels) {
    context->saved_data["levels"] = levels;
    return x.clone();
  }
  static variable_list backward(autograd::AutogradContext* context, variable_list grads) {
    const int64_t levels = context->saved_data["levels"].toInt();
    if (levels == 0) {
      ++deepest;
      if (fails) throw Error("at the deepest level");
      return {grads[0], Tensor()};
    }
    const AutoGradMode recording(true);
    const Tensor x = ones({}, kFloat64).requires_grad_();
    Nested::apply(x, levels - 1).backward(grads[0] + 1);
    return {x.grad(), Tensor()};
  }
};

size_t resident_pages() {
  size_t total = 0, resident = 0;
  FILE* file = std::fopen("/proc/self/statm", "r");
  REQUIRE(file);
  REQUIRE(std::fscanf(file, "%zu %zu", &total, &resident) == 2);
  std::fclose(file);
  return resident;
}

}  // namespace

TEST_SUITE("autograd/deep") {
  TEST_CASE("a chain of 1,000,000 ops, forward, backward and teardown") {
    const Tensor x = ones({}, kFloat64).requires_grad_();
    Tensor y = x;
    for (int i = 0; i < kMillion; ++i) y = y + 1;
    y.backward();
    CHECK(x.grad().item<double>() == 1);
    CHECK(y.item<double>() == kMillion + 1);
    y.reset();
    CHECK(x.grad().item<double>() == 1);
  }

  TEST_CASE("a chain of 1,000,000 ops that saved tensors is freed without backward") {
    const Tensor x = ones({}).requires_grad_();
    Tensor y = x;
    for (int i = 0; i < kMillion; ++i) y = y * x;
    y.reset();
    CHECK(x.impl().use_count() == 1);
  }

  TEST_CASE("a chain of 100,000 writes in place, through a view") {
    const Tensor x = ones({2}, kFloat64).requires_grad_();
    Tensor y = x * 1;
    Tensor view = y[0];
    for (int i = 0; i < 100000; ++i) view.add_(1);
    y.sum().backward();
    CHECK(x.grad().equal(ones({2}, kFloat64)));
  }

  TEST_CASE("autograd::grad of one input of a chain of 1,000,000 ops") {
    const Tensor x = ones({}, kFloat64).requires_grad_(), other = ones({}).requires_grad_();
    Tensor y = x + other;
    for (int i = 0; i < kMillion; ++i) y = y + 1;
    CHECK(autograd::grad({y}, {x})[0].item<double>() == 1);
  }

  TEST_CASE("a graph of 100,000 branches that meet again") {
    const Tensor x = ones({}, kFloat64).requires_grad_();
    std::vector<Tensor> branches;
    for (int i = 0; i < 100000; ++i) branches.push_back((x * 2).mul(x));
    autograd::backward(branches);
    CHECK(x.grad().item<double>() == 400000);
  }

  TEST_CASE("backward inside backward, 8,192 levels deep") {
    Nested::deepest = 0;
    const Tensor x = ones({}, kFloat64).requires_grad_();
    Nested::apply(x, int64_t{8192}).backward();
    CHECK(Nested::deepest == 1);
    CHECK(x.grad().item<double>() == 8193);
  }

  TEST_CASE("what the deepest of 8,192 levels throws surfaces at the top") {
    const Tensor x = ones({}, kFloat64).requires_grad_();
    const Tensor y = Nested::apply(x, int64_t{8192});
    Nested::fails = true;
    CHECK_THROWS_WITH_AS(y.backward(), "at the deepest level", Error);
    Nested::fails = false;
    CHECK_FALSE(x.grad().defined());
    Nested::apply(x, int64_t{100}).backward();  // nothing was left half done
    CHECK(x.grad().item<double>() == 101);
  }

  TEST_CASE("a training step that repeats does not grow memory") {
    const Tensor w = ones({16, 16}).requires_grad_(), b = zeros({16}).requires_grad_();
    const Tensor x = ones({8, 16});
    const auto step = [&] {
      for (const Tensor& p : {w, b}) {
        if (p.grad().defined()) p.mutable_grad().reset();
      }
      const Tensor loss = ((x.matmul(w) + b).tanh() - 0.5).square().mean();
      loss.backward();
      const NoGradGuard no_grad;
      for (Tensor p : {w, b}) p.sub_(p.grad(), 0.01);
    };
    for (int i = 0; i < 50; ++i) step();
    const size_t before = resident_pages(), cached = cached_bytes();
    for (int i = 0; i < 2000; ++i) step();
    CHECK(cached_bytes() == cached);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they keep what was freed
    CHECK(resident_pages() <= before + 16);
#else
    (void)before;
#endif
  }
}
