#include <functional>
#include <map>

#include <doctest/doctest.h>

#include "ops/golden_values.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::testing;

// Strides of results, as tests/golden/strides.py recorded them of PyTorch.

namespace {

// The script's inputs.
Tensor filled(const IntArrayRef& sizes, ScalarType dtype) {
  int64_t n = 1;
  for (const int64_t size : sizes) n *= size;
  return (arange(n) % 7 + 1).to(dtype).reshape(sizes);
}

Tensor made(const std::string& look, ScalarType dtype) {
  if (look == "plain") return filled({2, 3, 4}, dtype);
  if (look == "permuted") return filled({4, 2, 3}, dtype).permute({1, 2, 0});
  if (look == "turned") return filled({4, 3, 2}, dtype).permute({2, 1, 0});
  if (look == "sliced") {
    return filled({4, 3, 5}, dtype).permute({2, 1, 0}).slice(0, 0, 5, 2).slice(0, 0, 2);
  }
  if (look == "expanded") return filled({4, 3, 1}, dtype).permute({2, 1, 0}).expand({2, 3, 4});
  if (look == "row") return filled({4}, dtype);
  if (look == "column") return filled({3, 1}, dtype);
  return filled({}, dtype);
}

using Op = std::function<Tensor(const Tensor&, const Tensor&)>;

#define GRADTAPE_UNARY(op)                                    \
  {                                                           \
#op, [](const Tensor& x, const Tensor&) { return op(x); } \
  }
#define GRADTAPE_METHOD(name, call)                             \
  {                                                             \
    name, [](const Tensor& x, const Tensor&) { return x.call; } \
  }
#define GRADTAPE_BINARY(op)                                        \
  {                                                                \
#op, [](const Tensor& x, const Tensor& y) { return op(x, y); } \
  }

const std::map<std::string, Op> kOps = {
    GRADTAPE_UNARY(abs),
    GRADTAPE_UNARY(sqrt),
    GRADTAPE_UNARY(exp),
    GRADTAPE_UNARY(tanh),
    GRADTAPE_UNARY(erf),
    GRADTAPE_UNARY(lgamma),
    GRADTAPE_UNARY(sigmoid),
    GRADTAPE_UNARY(relu),
    GRADTAPE_UNARY(round),
    GRADTAPE_UNARY(neg),
    GRADTAPE_UNARY(isnan),
    GRADTAPE_UNARY(logical_not),
    GRADTAPE_UNARY(square),
    GRADTAPE_UNARY(clone),
    GRADTAPE_UNARY(tril),
    GRADTAPE_UNARY(gelu),
    GRADTAPE_UNARY(silu),
    GRADTAPE_UNARY(elu),
    GRADTAPE_UNARY(softplus),
    GRADTAPE_UNARY(leaky_relu),
    GRADTAPE_UNARY(zeros_like),
    GRADTAPE_METHOD("flip 0", flip(0)),
    GRADTAPE_METHOD("flip 0 2", flip({0, 2})),
    GRADTAPE_METHOD("roll", roll(1, 0)),
    GRADTAPE_METHOD("cumsum", cumsum(0)),
    GRADTAPE_METHOD("clamp", clamp(1, 2)),
    GRADTAPE_METHOD("clamp real", clamp(1.5, 2)),
    GRADTAPE_METHOD("add 1", add(1)),
    GRADTAPE_METHOD("add 1.5", add(1.5)),
    GRADTAPE_METHOD("pow 2", pow(2)),
    GRADTAPE_METHOD("to double", to(kFloat64)),
    GRADTAPE_METHOD("eq 1", eq(1)),
    GRADTAPE_METHOD("masked_fill", masked_fill(x > 2, 0)),
    GRADTAPE_BINARY(add),
    GRADTAPE_BINARY(atan2),
    GRADTAPE_BINARY(remainder),
    GRADTAPE_BINARY(eq),
    GRADTAPE_BINARY(isclose),
    {"where", [](const Tensor& x, const Tensor& y) { return where(x > 2, x, y); }},
    {"where of condition",
     [](const Tensor& x, const Tensor& y) { return where(y > 2, 1., x.to(kFloat64)); }},
    {"lerp", [](const Tensor& x, const Tensor& y) { return lerp(x, y, .5); }},
    {"addcmul", [](const Tensor& x, const Tensor& y) { return addcmul(x, x, y); }},
};

}  // namespace

TEST_CASE("results have PyTorch's strides, and the values of row-major inputs") {
  const auto data = golden::load("strides.json");
  for (const auto& entry : data["cases"]) {
    CAPTURE(entry.dump());
    const Op op = kOps.at(entry[0]);
    const Tensor x = made(entry[1][0], dtype_named(entry[2][0]));
    const Tensor y = entry[1].size() > 1 ? made(entry[1][1], dtype_named(entry[2][1])) : x;
    const Tensor result = op(x, y);
    CHECK(result.strides().vec() == entry[3].get<std::vector<int64_t>>());
    CHECK(result.to(kFloat64).allclose(op(x.contiguous(), y.contiguous()).to(kFloat64), 1e-6));
  }
}

TEST_CASE("gradients of activations keep the strides of both") {
  const Tensor x = randn({2, 3, 4}).permute({2, 0, 1}).detach().requires_grad_();
  for (const auto f :
       {+[](const Tensor& t) { return gelu(t); }, +[](const Tensor& t) { return silu(t); },
        +[](const Tensor& t) { return elu(t); }, +[](const Tensor& t) { return softplus(t); }}) {
    const Tensor y = f(x);
    const Tensor grad = ones_like(y);
    CHECK(autograd::grad({y}, {x}, {grad})[0].strides() == x.strides());
  }
}
