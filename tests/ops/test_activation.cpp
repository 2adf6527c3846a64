#include "ops/recorded.h"

#include "gradtape/ops/activation.h"

using namespace gradtape;
using namespace gradtape::testing;

TEST_CASE("activations give PyTorch's values and gradients") {
  check_recorded("gelu", [](const auto& x) { return gelu(x[0].mul(4)); });
  check_recorded("gelu_tanh", [](const auto& x) { return gelu(x[0].mul(4), "tanh"); });
  check_recorded("leaky_relu", [](const auto& x) { return leaky_relu(x[0], 0.2); });
  check_recorded("elu", [](const auto& x) { return elu(x[0].mul(4), 1.5); });
  check_recorded("silu", [](const auto& x) { return silu(x[0].mul(4)); });
  check_recorded("softplus", [](const auto& x) { return softplus(x[0].mul(4), 2, 3); });
}

TEST_CASE("activations differentiate twice") {
  const variable_list x{wave({11}, 0.2).mul(3).detach().requires_grad_()};
  const auto check = [&](const autograd::GradcheckFunction& f) {
    CHECK(autograd::gradcheck(f, x));
    CHECK(autograd::gradgradcheck(f, x));
  };
  check([](const variable_list& in) { return variable_list{gelu(in[0])}; });
  check([](const variable_list& in) { return variable_list{gelu(in[0], "tanh")}; });
  check([](const variable_list& in) { return variable_list{elu(in[0], 0.7)}; });
  check([](const variable_list& in) { return variable_list{silu(in[0])}; });
  check([](const variable_list& in) { return variable_list{softplus(in[0], 1.5)}; });
  check([](const variable_list& in) { return variable_list{leaky_relu(in[0])}; });
}

TEST_CASE("activations reach their limits far out") {
  const Tensor x = tensor({-200., 200.}, kFloat32);
  CHECK(gelu(x).equal(tensor({-0., 200.}, kFloat32)));
  CHECK(silu(x).equal(tensor({-0., 200.}, kFloat32)));
  CHECK(elu(x).equal(tensor({-1., 200.}, kFloat32)));
  CHECK(softplus(x).equal(tensor({0., 200.}, kFloat32)));
}

TEST_CASE("in place, leaky_relu and elu take their gradient from the result") {
  const auto check = [](const auto& op, const char* name, const Tensor& value, const Tensor& grad) {
    const Tensor x = tensor({-1., 0., 2.}, kFloat64).requires_grad_();
    Tensor y = x * 3;
    Tensor& result = op(y);
    CHECK(result.is_same(y));
    CHECK(y.grad_fn()->name() == name);
    CHECK(y.allclose(value, 1e-15, 1e-15));
    y.sum().backward();
    CHECK(x.grad().allclose(grad, 1e-15, 1e-15));
  };
  check([](Tensor& y) -> Tensor& { return leaky_relu_(y, 0.1); }, "LeakyReluBackward1",
        tensor({-0.3, 0., 6.}, kFloat64), tensor({0.3, 0.3, 3.}, kFloat64));
  const double e = std::exp(-3.);
  check([](Tensor& y) -> Tensor& { return elu_(y, 0.5); }, "EluBackward1",
        tensor({0.5 * (e - 1), 0., 6.}, kFloat64), tensor({1.5 * e, 1.5, 3.}, kFloat64));
  check([](Tensor& y) -> Tensor& { return leaky_relu_(y, 0); }, "LeakyReluBackward1",
        tensor({0., 0., 6.}, kFloat64), tensor({0., 0., 3.}, kFloat64));
  check([](Tensor& y) -> Tensor& { return elu_(y, 0); }, "EluBackward1",
        tensor({0., 0., 6.}, kFloat64), tensor({0., 0., 3.}, kFloat64));

  // A window, float32, longer than a vector.
  const Tensor x = linspace(-2, 2, 40, kFloat32).view({4, 10}).detach().requires_grad_();
  const Tensor y = x * 1;
  Tensor column = y.select(1, 9);
  leaky_relu_(column, 0.5);
  y.sum().backward();
  CHECK(x.grad().sum().item<float>() == 39);  // x[0, 9] < 0, x[1, 9] < 0, the others above 0
}

TEST_CASE("in place, a negative slope has no gradient") {
  const auto refused = [](const auto& op) {
    const Tensor x = ones({2}).requires_grad_();
    Tensor y = x * -1;
    op(y);
    return error_of([&] { y.sum().backward(); });
  };
  CHECK(starts_with(refused([](Tensor& y) { leaky_relu_(y, -0.1); }),
                    "In-place leakyReLu backward calculation is triggered with a negative slope "
                    "which is not supported. This is caused by calling in-place forward function "
                    "with a negative slope, please call out-of-place version instead."));
  CHECK(starts_with(refused([](Tensor& y) { elu_(y, -1); }),
                    "In-place elu backward calculation is triggered with a negative slope which is "
                    "not supported."));
  Tensor y = tensor({-1., 2.});
  CHECK(leaky_relu_(y, -0.5).equal(tensor({0.5, 2.})));
  Tensor whole = ones({2}, kInt64);
  CHECK(starts_with(error_of([&] { elu_(whole); }), "elu_: a floating point dtype is required"));
  Tensor leaf = ones({2}).requires_grad_();
  CHECK(starts_with(error_of([&] { leaky_relu_(leaf); }),
                    "a leaf Variable that requires grad is being used in an in-place operation."));
  Tensor shared = ones({1}).expand({3});
  CHECK(contains(error_of([&] { leaky_relu_(shared); }), "refers to a single memory location"));
}

TEST_CASE("the second derivative at a kink is 0") {
  const auto second = [](const Tensor& at, const auto& op) {
    const Tensor x = at.detach().clone().requires_grad_();
    const Tensor grad = autograd::grad({op(x).sum()}, {x}, {}, true, /*create_graph=*/true)[0];
    return autograd::grad({grad.sum()}, {x})[0];
  };
  const Tensor x = tensor({0., -0., 1., -1.}, kFloat64);
  const Tensor expected = tensor({0., 0., 0., 1.5 * std::exp(-1.)}, kFloat64);
  CHECK(second(x, [](const Tensor& t) { return elu(t, 1.5); }).allclose(expected, 1e-15, 0));
  const auto inplace = [](const Tensor& t) {
    Tensor y = t * 1;
    return elu_(y, 1.5);
  };
  CHECK(second(x, inplace).allclose(expected, 1e-15, 0));
  const auto soft = [](const Tensor& t) { return softplus(t, 1, 1); };
  CHECK(second(tensor({1., 0., 2.}, kFloat64), soft).equal(tensor({0., 0.25, 0.}, kFloat64)));
}

TEST_CASE("gelu refuses an approximation that it does not know") {
  CHECK(starts_with(error_of([] { gelu(ones({2}), "x"); }),
                    "approximate argument must be either none or tanh."));
}
