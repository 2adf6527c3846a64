#include <cmath>

#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;
namespace F = gradtape::nn::functional;

TEST_SUITE("nn/functional") {
  TEST_CASE("mse_loss and l1_loss take a reduction alone") {
    const Tensor x = tensor({1., 2., 4.}), y = zeros({3});
    CHECK(F::mse_loss(x, y).item<double>() == doctest::Approx(7));
    CHECK(F::mse_loss(x, y, kSum).item<double>() == doctest::Approx(21));
    CHECK(F::l1_loss(x, y, F::L1LossFuncOptions(kNone)).equal(x));
    CHECK(nn::L1Loss(kSum)(x, y).item<double>() == doctest::Approx(7));
  }

  TEST_CASE("cross_entropy is nll_loss of log_softmax") {
    const Tensor x = rand({4, 3}), y = tensor({0, 2, 1, 1});
    const Tensor expected = F::nll_loss(F::log_softmax(x, 1), y);
    CHECK(F::cross_entropy(x, y).allclose(expected));
    CHECK(nn::CrossEntropyLoss()(x, y).allclose(expected));
  }

  TEST_CASE("class weights and ignored targets are the options'") {
    const Tensor x = log(tensor({{.5, .5}, {.25, .75}, {.1, .9}})), y = tensor({0, 1, 5});
    const Tensor weight = tensor({1., 3.});
    const auto options = F::NLLLossFuncOptions().weight(weight).ignore_index(5);
    CHECK(F::nll_loss(x, y, options).item<double>() ==
          doctest::Approx(-(std::log(.5) + 3 * std::log(.75)) / 4));
    CHECK(nn::NLLLoss(options)(x, y).item<double>() ==
          doctest::Approx(-(std::log(.5) + 3 * std::log(.75)) / 4));
  }

  TEST_CASE("nll_loss names batch sizes that differ") {
    CHECK_THROWS_WITH_AS(F::nll_loss(ones({4, 3}), zeros({2}, kInt64)),
                         "Expected input batch_size (4) to match target batch_size (2).", Error);
  }

  TEST_CASE("conv2d with padding kSame keeps the size") {
    const Tensor y =
        F::conv2d(ones({1, 1, 5, 6}), ones({1, 1, 3, 3}), F::Conv2dFuncOptions().padding(kSame));
    CHECK(y.sizes() == std::vector<int64_t>{1, 1, 5, 6});
    CHECK(y[0][0][0][0].item<double>() == 4);
    CHECK(y[0][0][2][2].item<double>() == 9);
  }

  TEST_CASE("max_pool2d_with_indices says where the maxima were") {
    const auto [values, indices] = F::max_pool2d_with_indices(
        tensor({{{1., 5., 2., 0.}, {3., 4., 8., 7.}}}), F::MaxPool2dFuncOptions(2));
    CHECK(values.equal(tensor({{{5., 8.}}})));
    CHECK(indices.equal(tensor({{{1, 6}}})));
  }

  TEST_CASE("relu in place changes its input") {
    Tensor x = tensor({-1., 2.});
    F::relu(x, F::ReLUFuncOptions(true));
    CHECK(x.equal(tensor({0., 2.})));
  }

  TEST_CASE("dropout keeps the mean, and 1 - p of the values") {
    manual_seed(0);
    const Tensor y = F::dropout(ones({10000}), F::DropoutFuncOptions().p(0.25));
    CHECK(y.mean().item<double>() == doctest::Approx(1).epsilon(0.03));
    CHECK(y.max().item<double>() == doctest::Approx(1 / 0.75));
    CHECK(F::dropout(y, F::DropoutFuncOptions().training(false)).equal(y));
    CHECK_THROWS_AS(F::dropout(y, F::DropoutFuncOptions().p(-0.1)), Error);
  }

  TEST_CASE("adaptive_avg_pool2d to one is the mean, and an open axis keeps its size") {
    const Tensor x = rand({2, 3, 4, 5});
    CHECK(F::adaptive_avg_pool2d(x, F::AdaptiveAvgPool2dFuncOptions(1))
              .allclose(x.mean({2, 3}, true), 1e-5, 1e-6));
    const Tensor y = F::adaptive_avg_pool2d(x, F::AdaptiveAvgPool2dFuncOptions({std::nullopt, 2}));
    CHECK(y.sizes() == std::vector<int64_t>{2, 3, 4, 2});
  }
}

TEST_SUITE("nn/utils") {
  Tensor with_grad(const Tensor& grad) {
    Tensor parameter = zeros(grad.sizes(), requires_grad());
    parameter.mutable_grad() = grad;
    return parameter;
  }

  TEST_CASE("clip_grad_norm_ scales all gradients by one factor and returns the norm") {
    const Tensor a = with_grad(tensor({3., 0.})), b = with_grad(tensor({4.}));
    CHECK(nn::utils::clip_grad_norm_({a, b}, 1) == doctest::Approx(5));
    CHECK(a.grad().allclose(tensor({.6, 0.})));
    CHECK(b.grad().allclose(tensor({.8})));
    CHECK(nn::utils::clip_grad_norm_({a, b}, 2) == doctest::Approx(1));
    CHECK(b.grad().allclose(tensor({.8})));
    CHECK(nn::utils::clip_grad_norm_({a, b}, 2, INFINITY) == doctest::Approx(.8));
    b.grad().detach().fill_(NAN);
    CHECK_THROWS_AS(nn::utils::clip_grad_norm_({a, b}, 1, 2, true), Error);
    CHECK(a.grad().allclose(tensor({.6, 0.})));
  }

  TEST_CASE("activations in place train as those that are not") {
    const Tensor x = tensor({-2., -0.5, 0., 0.5, 2.});
    const auto grad_of = [&](const auto& layer) {
      const Tensor w = ones({5}).requires_grad_();
      const Tensor y = layer(x * w);
      (y * y).sum().backward();
      return w.grad();
    };
    const auto check = [&](auto layer, auto options) {
      const Tensor expected = grad_of([&](const Tensor& t) { return layer(options)->forward(t); });
      const Tensor grad =
          grad_of([&](const Tensor& t) { return layer(options.inplace(true))->forward(t); });
      CHECK(grad.allclose(expected));
    };
    check([](auto options) { return nn::ReLU(options); }, nn::ReLUOptions());
    check([](auto options) { return nn::LeakyReLU(options); }, nn::LeakyReLUOptions());
    check([](auto options) { return nn::ELU(options); }, nn::ELUOptions().alpha(1.5));
    const Tensor y = x.clone();
    CHECK(F::elu(y, F::ELUFuncOptions().inplace(true)).is_same(y));
    CHECK(y.equal(elu(x)));
    CHECK(F::leaky_relu(y, F::LeakyReLUFuncOptions().inplace(true)).is_same(y));
  }

  TEST_CASE("clip_grad_value_ clamps") {
    const Tensor a = with_grad(tensor({3., -4., .5}));
    nn::utils::clip_grad_value_(a, 1);
    CHECK(a.grad().equal(tensor({1., -1., .5})));
  }

  TEST_CASE("parameters go to a vector and back") {
    nn::Linear a(2, 3), b(2, 3);
    const Tensor vector = nn::utils::parameters_to_vector(a->parameters());
    CHECK(vector.sizes() == std::vector<int64_t>{9});
    nn::utils::vector_to_parameters(vector, b->parameters());
    CHECK(b->weight.equal(a->weight));
    CHECK(b->bias.equal(a->bias));
    CHECK(b->weight.requires_grad());
    CHECK_THROWS_AS(nn::utils::vector_to_parameters(ones({3}), b->parameters()), Error);
  }
}
