#include <functional>
#include <map>

#include <doctest/doctest.h>

#include "ops/golden_values.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::testing;

namespace {

using Unary = Tensor (*)(const Tensor&);

const std::map<std::string, Unary> kUnary = {
    {"abs", abs},
    {"sign", sign},
    {"square", square},
    {"sqrt", sqrt},
    {"rsqrt", rsqrt},
    {"reciprocal", reciprocal},
    {"exp", exp},
    {"expm1", expm1},
    {"log", log},
    {"log1p", log1p},
    {"log2", log2},
    {"log10", log10},
    {"sin", sin},
    {"cos", cos},
    {"tan", tan},
    {"asin", asin},
    {"acos", acos},
    {"atan", atan},
    {"sinh", sinh},
    {"cosh", cosh},
    {"tanh", tanh},
    {"erf", erf},
    {"erfc", erfc},
    {"lgamma", lgamma},
    {"digamma", digamma},
    {"sigmoid", sigmoid},
    {"relu", relu},
    {"floor", floor},
    {"ceil", ceil},
    {"round", round},
    {"trunc", trunc},
    {"frac", frac},
    {"neg", neg},
    {"isnan", isnan},
    {"isinf", isinf},
    {"isfinite", isfinite},
    {"logical_not", logical_not},
};

}  // namespace

TEST_CASE("functions of one tensor give PyTorch's values, dtypes and errors") {
  const auto data = golden::load("elementwise.json");
  for (const auto& e : data["unary"]) {
    CAPTURE(e.dump());
    const Tensor x = vector_of(e["x"], dtype_named(e["input"]));
    const Unary op = kUnary.at(e["op"]);
    if (e.contains("error")) {
      CHECK(error_of([&] { op(x); }).starts_with(e["error"].get<std::string>()));
      continue;
    }
    const Tensor y = op(x);
    CHECK(y.dtype() == dtype_named(e["dtype"]));
    // PyTorch's digamma loses digits near its zero in float32.
    const double ulps = e["op"] == "digamma" ? 64 : 8;
    CHECK(difference(y, e["values"], ulps) == "");
    for (int64_t i = 0; i < x.numel(); ++i) {  // the path of one element
      CHECK(difference(op(x.slice(0, i, i + 1)), nlohmann::json::array({e["values"][i]}), ulps) ==
            "");
    }
  }
}

TEST_CASE("functions of one tensor give PyTorch's gradients, at infinities and NaN too") {
  const auto data = golden::load("elementwise.json");
  for (const auto& e : data["unary"]) {
    if (!e.contains("grad")) continue;
    CAPTURE(e.dump());
    const Tensor x = vector_of(e["x"], kFloat64).requires_grad_();
    kUnary.at(e["op"])(x).sum().backward();
    // PyTorch's trigamma is a short series, 5e-10 off at 1, where the value is pi^2 / 6; and
    // 1 - tanh(x)^2 cancels where tanh is nearly 1.
    const bool inexact = e["op"] == "digamma" || e["op"] == "tanh";
    const double ulps = inexact ? 1e7 : 64;
    CHECK(difference(x.grad(), e["grad"], ulps) == "");
  }
}

TEST_CASE("negative zero keeps its sign where PyTorch's does") {
  const Tensor zero = tensor({-0.0});
  for (const Unary op : {neg, floor, ceil, round, trunc, sqrt, sin, tanh, relu, asin, atan}) {
    const double y = op(zero).item<double>();
    CHECK(y == 0);
    CHECK(std::signbit(y) == (op != static_cast<Unary>(neg)));
  }
}

TEST_CASE("in place: the value goes into the same memory, and the gradient follows") {
  const Tensor x = tensor({0.5, 1.}).requires_grad_();
  Tensor y = x * 2;
  const void* memory = y.data_ptr();
  y.exp_();
  CHECK(y.data_ptr() == memory);
  (y * 3).sum().backward();
  CHECK(difference(x.grad(), {6 * std::exp(1.f), 6 * std::exp(2.f)}) == "");
  CHECK(error_of([] { ones({2}, kInt64).exp_(); }) ==
        "result type Float can't be cast to the desired output type Long");
}

TEST_CASE("polygamma by its values at 1") {
  // polygamma(n, 1) = (-1)^(n+1) n! zeta(n + 1)
  const Tensor one = ones({1}, kFloat64);
  CHECK(polygamma(0, one).item<double>() == doctest::Approx(-0.57721566490153286));
  CHECK(polygamma(1, one).item<double>() == doctest::Approx(1.6449340668482264));
  CHECK(polygamma(2, one).item<double>() == doctest::Approx(-2.4041138063191886));
  CHECK(polygamma(3, one).item<double>() == doctest::Approx(6.4939394022668291));
  CHECK(error_of([&] {
          polygamma(-1, one);
        }).starts_with("polygamma(n, x) does not support negative n"));
}
