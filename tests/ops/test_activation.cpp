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

TEST_CASE("gelu refuses an approximation that it does not know") {
  CHECK(starts_with(error_of([] { gelu(ones({2}), "x"); }),
                    "approximate argument must be either none or tanh."));
}
