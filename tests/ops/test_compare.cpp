#include <doctest/doctest.h>

#include "ops/golden_values.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::testing;

TEST_CASE("isclose: tolerances, infinities and NaN as PyTorch") {
  const double inf = INFINITY, nan = std::nan("");
  const Tensor a = tensor({1., 1., inf, inf, nan, 0.});
  const Tensor b = tensor({1. + 5e-6, 1.1, inf, 1., nan, 1e-9});
  CHECK(difference(isclose(a, b), {1, 0, 1, 0, 0, 1}) == "");
  CHECK(difference(isclose(a, b, 1e-5, 1e-8, true), {1, 0, 1, 0, 1, 1}) == "");
  CHECK(difference(isclose(tensor({1, 2}), tensor({1, 3}), 0, 1), {1, 1}) == "");
  CHECK(error_of([&] { isclose(a, b.to(kFloat64)); }) == "Float did not match Double");
  CHECK(error_of([&] { isclose(a, b, 1e-5, -1); }) ==
        "atol must be greater than or equal to zero, but got -1");
}

TEST_CASE("a number is compared in the tensor's dtype") {
  CHECK(eq(tensor({200}).to(kUInt8), 456).item<bool>());  // 456 wraps to 200, as in PyTorch
  CHECK(difference(tensor({1, 2}) > 1.5, {0, 1}) == "");
  CHECK(difference(1.5 < tensor({1, 2}), {0, 1}) == "");
}

TEST_CASE("bits of integers and bools") {
  const Tensor a = tensor({6, 3}), b = tensor({3, 3});
  CHECK(difference(a & b, {2, 3}) == "");
  CHECK(difference(a | 1, {7, 3}) == "");
  CHECK(difference(a ^ b, {5, 0}) == "");
  CHECK(difference(~a, {-7, -4}) == "");
  const Tensor mask = tensor({true, false});
  CHECK(difference(mask & !mask, {0, 0}) == "");
  CHECK((mask | !mask).dtype() == kBool);
  CHECK(error_of([] { ones({2}) & ones({2}); }) ==
        "\"bitwise_and_cpu\" not implemented for 'Float'");
}

TEST_CASE("comparisons need no gradient") {
  const Tensor x = ones({2}).requires_grad_();
  CHECK_FALSE((x < 2).requires_grad());
}
