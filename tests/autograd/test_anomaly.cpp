#include <cmath>

#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;

TEST_SUITE("autograd/anomaly") {
  TEST_CASE("the record whose gradient is NaN is named") {
    const Tensor x = zeros({2}).requires_grad_();
    const Tensor y = (x.sqrt() * 0).sum();  // 0 * inf
    const autograd::DetectAnomalyGuard guard;
    CHECK_THROWS_WITH_AS(y.backward(),
                         "Function 'SqrtBackward0' returned nan values in its 0th output.", Error);
  }

  TEST_CASE("infinities are no anomaly") {
    const Tensor x = zeros({2}).requires_grad_();
    const autograd::DetectAnomalyGuard guard;
    x.sqrt().sum().backward();
    CHECK(std::isinf(x.grad()[0].item<float>()));
  }

  TEST_CASE("without the guard, and after it, NaN passes") {
    const Tensor x = zeros({2}).requires_grad_();
    { const autograd::DetectAnomalyGuard guard; }
    (x.sqrt() * 0).sum().backward();
    CHECK(std::isnan(x.grad()[0].item<float>()));
  }

  TEST_CASE("a healthy backward is not changed") {
    const Tensor x = ones({2}, kFloat64).requires_grad_();
    const autograd::DetectAnomalyGuard guard;
    (x * x).sum().backward();
    CHECK(x.grad().equal(full({2}, 2, kFloat64)));
  }
}
