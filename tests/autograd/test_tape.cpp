#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {

Tensor leaf(std::initializer_list<double> values) {
  return tensor(ArrayRef<double>(values), kFloat64).requires_grad_();
}
Tensor number(double value) { return tensor(value, kFloat64).requires_grad_(); }

bool same(const Tensor& a, std::initializer_list<double> values) {
  return a.defined() && a.allclose(tensor(ArrayRef<double>(values), kFloat64), 1e-12, 1e-12);
}

}  // namespace

TEST_SUITE("autograd/tape") {
  TEST_CASE("backward of a composition") {
    const Tensor x = leaf({1, 2, 3}), w = leaf({4, 5, 6});
    const Tensor loss = ((x * w + x) / 2).sum();
    loss.backward();
    CHECK(same(x.grad(), {2.5, 3, 3.5}));
    CHECK(same(w.grad(), {0.5, 1, 1.5}));
  }

  TEST_CASE("a tensor used twice gets the sum of both gradients") {
    const Tensor x = number(3);
    const Tensor y = x * x;
    (y * x + y).backward();  // x^3 + x^2
    CHECK(x.grad().item<double>() == 3 * 9 + 2 * 3);
  }

  TEST_CASE("an op is recorded only if an input needs a gradient and recording is on") {
    const Tensor x = leaf({1}), constant = tensor({1.}, kFloat64);
    CHECK((x + constant).requires_grad());
    CHECK_FALSE((constant + constant).requires_grad());
    const NoGradGuard no_grad;
    CHECK_FALSE((x + x).requires_grad());
    CHECK((x + x).is_leaf());
  }

  TEST_CASE("grad_fn bears PyTorch's name, and a leaf has none") {
    const Tensor x = leaf({1});
    CHECK(x.is_leaf());
    CHECK(x.grad_fn() == nullptr);
    CHECK((x * x).grad_fn()->name() == "MulBackward0");
    CHECK_FALSE((x * x).is_leaf());
  }

  TEST_CASE("backward accumulates into grad, and leaves its memory in place") {
    const Tensor x = leaf({1, 2});
    (x * x).sum().backward();
    const double* memory = x.grad().data_ptr<double>();
    (x * 3).sum().backward();
    CHECK(same(x.grad(), {5, 7}));
    CHECK(x.grad().data_ptr<double>() == memory);
  }

  TEST_CASE("grad is undefined before the first backward and can be reset") {
    const Tensor x = leaf({1});
    CHECK_FALSE(x.grad().defined());
    (x * 2).backward();
    x.mutable_grad().reset();
    CHECK_FALSE(x.grad().defined());
    (x * 3).backward();
    CHECK(same(x.grad(), {3}));
  }

  TEST_CASE("grad never shares memory with the output gradient that the user gave") {
    const Tensor x = leaf({1, 2});
    Tensor seed = tensor({1., 1.}, kFloat64);
    (x + 0).backward(seed);
    seed.fill_(100);
    CHECK(same(x.grad(), {1, 1}));
  }

  TEST_CASE("two leaves never share the memory of their gradients") {
    const Tensor a = leaf({1, 2}), b = leaf({3, 4});
    (a + b).sum().backward();
    CHECK_FALSE(a.grad().is_alias_of(b.grad()));
    a.mutable_grad().fill_(7);
    CHECK(same(b.grad(), {1, 1}));
  }

  TEST_CASE("grad never shares memory with what a hook kept") {
    const Tensor x = leaf({1, 2});
    Tensor kept;
    x.register_hook([&](const Tensor& grad) { kept = grad; });
    (x * 2).sum().backward();
    (x * 5).sum().backward();
    CHECK(same(x.grad(), {7, 7}));
    CHECK(same(kept, {5, 5}));
  }

  TEST_CASE("grad is dense where the gradient was expanded") {
    const Tensor x = zeros({2, 3}, kFloat64).requires_grad_();
    x.sum().backward();
    CHECK(x.grad().is_contiguous());
    CHECK(x.grad().storage()->nbytes() == 6 * sizeof(double));
  }

  TEST_CASE("the gradient of a broadcast input has its shape") {
    const Tensor x = zeros({2, 3}, kFloat64).requires_grad_(), row = leaf({1, 2, 3});
    const Tensor scalar = number(2);
    (x + row * scalar).sum().backward();
    CHECK(same(row.grad(), {4, 4, 4}));
    CHECK(scalar.grad().dim() == 0);
    CHECK(scalar.grad().item<double>() == 12);
  }

  TEST_CASE("the gradient of an input has its dtype") {
    const Tensor x = tensor({1., 2.}, kFloat32).requires_grad_(), y = leaf({3, 4});
    (x * y).sum().backward();
    CHECK(x.grad().dtype() == kFloat32);
    CHECK(y.grad().dtype() == kFloat64);
  }

  TEST_CASE("a leaf may be the output itself") {
    const Tensor x = number(5);
    x.backward();
    CHECK(x.grad().item<double>() == 1);
  }

  TEST_CASE("detach shares memory and stops the gradient") {
    const Tensor x = leaf({2});
    const Tensor y = x * x;
    const Tensor z = y.detach();
    CHECK(z.is_alias_of(y));
    CHECK_FALSE(z.requires_grad());
    (y * z).backward();  // z is a constant 4
    CHECK(same(x.grad(), {16}));
  }

  TEST_CASE("retain_graph allows a second backward") {
    const Tensor x = leaf({2});
    const Tensor y = x * x;
    y.backward({}, /*retain_graph=*/true);
    y.backward();
    CHECK(same(x.grad(), {8}));
  }

  TEST_CASE("a second backward through a freed graph is refused in PyTorch's words") {
    const Tensor x = leaf({2});
    const Tensor y = x * x;
    y.backward();
    CHECK_THROWS_WITH_AS(
        y.backward(),
        "Trying to backward through the graph a second time (or directly access saved tensors "
        "after they have already been freed). Saved intermediate values of the graph are freed "
        "when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to "
        "backward through the graph a second time or if you need to access saved tensors after "
        "calling backward. The graph was freed at MulBackward0.",
        Error);
    CHECK(same(x.grad(), {4}));
  }

  TEST_CASE("a record that saved nothing may be replayed twice, as in PyTorch") {
    const Tensor x = leaf({2});
    const Tensor y = x + x;
    y.backward();
    y.backward();
    CHECK(same(x.grad(), {4}));
  }

  TEST_CASE("backward frees what the graph saved") {
    const Tensor x = leaf({2});
    Tensor big = zeros({1000}, kFloat64);
    const Tensor y = (x * big).sum();
    const uint32_t held = big.storage()->use_count();
    y.backward();
    CHECK(big.storage()->use_count() == held - 1);
  }

  TEST_CASE("without a graph backward is refused") {
    CHECK_THROWS_WITH_AS(tensor({1.}).backward(),
                         "element 0 of tensors does not require grad and does not have a grad_fn",
                         Error);
  }

  TEST_CASE("an output of several elements needs an output gradient") {
    const Tensor x = zeros({2, 3}).requires_grad_();
    CHECK_THROWS_WITH_AS(
        (x * 2).backward(),
        "grad can be implicitly created only for scalar outputs; got output 0 of shape [2, 3]",
        Error);
    CHECK_FALSE(x.grad().defined());
  }

  TEST_CASE("an output gradient of another shape is refused") {
    const Tensor x = zeros({2, 3}).requires_grad_();
    CHECK_THROWS_WITH_AS((x * 2).backward(zeros({3, 2})),
                         "Mismatch in shape: grad_output[0] has a shape of [3, 2] and output[0] "
                         "has a shape of [2, 3].",
                         Error);
  }

  TEST_CASE("several outputs are weighted by their output gradients") {
    const Tensor x = leaf({1, 2});
    autograd::backward({x * x, x.sum()}, {tensor({1., 10.}, kFloat64), Tensor()});
    CHECK(same(x.grad(), {3, 41}));
  }

  TEST_CASE("backward into some inputs leaves the others alone") {
    const Tensor x = leaf({2}), w = leaf({3});
    autograd::backward({(x * w).sum()}, {}, {}, false, {x});
    CHECK(same(x.grad(), {3}));
    CHECK_FALSE(w.grad().defined());
  }

  TEST_CASE("backward into a tensor that is no leaf fills its grad alone, as PyTorch") {
    const Tensor a = leaf({1, 1});
    const Tensor b = a * 2;
    (b * b).sum().backward({}, {}, false, TensorList(b));
    CHECK(same(b.grad(), {4, 4}));
    CHECK_FALSE(a.grad().defined());
  }

  TEST_CASE("autograd::grad gives gradients and touches no grad") {
    const Tensor x = leaf({2, 3}), w = leaf({5, 7});
    const Tensor loss = (x * x * w).sum();
    const variable_list grads = autograd::grad({loss}, {x, w});
    CHECK(same(grads[0], {20, 42}));
    CHECK(same(grads[1], {4, 9}));
    CHECK_FALSE(x.grad().defined());
    CHECK_FALSE(w.grad().defined());
    CHECK_FALSE(grads[0].requires_grad());
  }

  TEST_CASE("autograd::grad with respect to a tensor inside the graph") {
    const Tensor x = leaf({2});
    const Tensor y = x * x;
    const Tensor z = y * y * x;
    const variable_list grads = autograd::grad({z}, {y, x, z});
    CHECK(same(grads[0], {16}));      // 2 y x
    CHECK(same(grads[1], {5 * 16}));  // x^5
    CHECK(same(grads[2], {1}));
  }

  TEST_CASE("autograd::grad takes output gradients") {
    const Tensor x = leaf({2, 3});
    const Tensor grad = autograd::grad({x * x}, {x}, {tensor({1., 100.}, kFloat64)})[0];
    CHECK(same(grad, {4, 600}));
  }

  TEST_CASE("an unused input is refused, unless allow_unused makes its gradient undefined") {
    const Tensor x = leaf({2}), unused = leaf({3});
    const Tensor y = x * 2;
    CHECK_THROWS_WITH_AS(
        autograd::grad({y}, {x, unused}),
        "One of the differentiated Tensors appears to not have been used in the graph. Set "
        "allow_unused=True if this is the desired behavior. (input 1, shape [1])",
        Error);
    const variable_list grads =
        autograd::grad({x * 2}, {unused, x}, {}, {}, false, /*allow_unused=*/true);
    CHECK_FALSE(grads[0].defined());
    CHECK(same(grads[1], {2}));
  }

  TEST_CASE("an input that needs no gradient is refused") {
    const Tensor x = leaf({2});
    CHECK_THROWS_WITH_AS(autograd::grad({x * 2}, {tensor({1., 2.})}),
                         "One of the differentiated Tensors does not require grad (input 0, shape "
                         "[2])",
                         Error);
  }

  TEST_CASE("only the part of the graph that leads to the inputs is replayed") {
    const Tensor x = leaf({2}), other = leaf({3});
    bool reached = false;
    const Tensor side = other * 2;
    side.register_hook([&](const Tensor&) { reached = true; });
    const Tensor y = x * x + side * side;
    CHECK(same(autograd::grad({y}, {x}, {}, /*retain_graph=*/true)[0], {4}));
    CHECK_FALSE(reached);
    y.backward();
    CHECK(reached);
  }

  TEST_CASE("the part of the graph behind an input is not replayed") {
    const Tensor x = leaf({2});
    bool reached = false;
    x.register_hook([&](const Tensor&) { reached = true; });
    const Tensor y = x * x;
    autograd::grad({y * y}, {y});
    CHECK_FALSE(reached);
  }

  TEST_CASE("create_graph: derivatives of x^5 to the fifth order") {
    const Tensor x = number(2);
    Tensor y = x * x * x * x * x;
    const double expected[] = {80, 160, 240, 240, 120};
    for (const double value : expected) {
      y = autograd::grad({y}, {x}, {}, {}, /*create_graph=*/true)[0];
      CHECK(y.item<double>() == doctest::Approx(value).epsilon(1e-12));
    }
  }

  TEST_CASE("create_graph: derivatives of sin to the fourth order") {
    const Tensor x = leaf({0.3, -1.2});
    Tensor y = x.sin();
    const auto check = [&](auto derivative) {
      y = autograd::grad({y.sum()}, {x}, {}, {}, true)[0];
      CHECK(same(y, {derivative(0.3), derivative(-1.2)}));
    };
    check([](double v) { return std::cos(v); });
    check([](double v) { return -std::sin(v); });
    check([](double v) { return -std::cos(v); });
    check([](double v) { return std::sin(v); });
  }

  TEST_CASE("create_graph: derivatives of 1 / (1 + x^2) to the third order") {
    const Tensor x = number(0.7);
    const double v = 0.7, q = 1 + v * v;
    Tensor y = 1 / (1 + x * x);
    const double expected[] = {-2 * v / (q * q), (6 * v * v - 2) / (q * q * q),
                               24 * v * (1 - v * v) / (q * q * q * q)};
    for (const double value : expected) {
      y = autograd::grad({y}, {x}, {}, {}, true)[0];
      CHECK(y.item<double>() == doctest::Approx(value).epsilon(1e-12));
    }
  }

  TEST_CASE("a mixed second derivative: d/dx d/dy (x^2 y^3) = 6 x y^2") {
    const Tensor x = number(2), y = number(3);
    const Tensor first = autograd::grad({x * x * y * y * y}, {y}, {}, {}, true)[0];
    CHECK(autograd::grad({first}, {x})[0].item<double>() == doctest::Approx(6 * 2 * 9));
  }

  TEST_CASE("backward with create_graph leaves a grad that can be differentiated") {
    const Tensor x = number(3);
    (x * x * x).backward({}, {}, /*create_graph=*/true);
    CHECK(x.grad().requires_grad());
    CHECK(autograd::grad({x.grad()}, {x})[0].item<double>() == doctest::Approx(18));
    x.mutable_grad().reset();  // the graph would own itself through it
  }

  TEST_CASE("a gradient penalty: the loss of a gradient trains") {
    const Tensor x = leaf({1, 2}), w = leaf({3, 4});
    const Tensor grad = autograd::grad({(x * x * w).sum()}, {x}, {}, {}, true)[0];  // 2 x w
    (grad * grad).sum().backward();                                                 // sum 4 x^2 w^2
    CHECK(same(w.grad(), {24, 128}));
    CHECK(same(x.grad(), {72, 256}));
  }

  TEST_CASE("backward replays with recording off and leaves the mode as it was") {
    const Tensor x = leaf({1});
    bool recording = true;
    x.register_hook([&](const Tensor&) { recording = GradMode::is_enabled(); });
    (x * x).backward();
    CHECK_FALSE(recording);
    CHECK(GradMode::is_enabled());
  }

  TEST_CASE("backward inside a NoGradGuard replays what was recorded outside") {
    const Tensor x = leaf({3});
    const Tensor y = x * x;
    const NoGradGuard no_grad;
    y.backward();
    CHECK(same(x.grad(), {6}));
  }

  TEST_CASE("requires_grad_ is for floating point leaves") {
    CHECK_THROWS_WITH_AS(zeros({2}, kInt64).requires_grad_(),
                         "only Tensors of floating point dtype can require gradients; got Long [2]",
                         Error);
    const Tensor y = leaf({1}) * 2;
    CHECK_THROWS_WITH_AS(
        y.requires_grad_(false),
        "you can only change requires_grad flags of leaf variables. If you want to use a computed "
        "variable in a subgraph that doesn't require differentiation use var_no_grad = "
        "var.detach().",
        Error);
    const Tensor x = leaf({1});
    x.requires_grad_(false);
    CHECK_FALSE((x * 2).requires_grad());
  }

  TEST_CASE("zero_grad leaves a gradient that reads as zero, and the next backward replaces it") {
    Tensor x = ones({3}).requires_grad_();
    (x * 2).sum().backward();
    autograd::zero_grad(x);
    CHECK(x.grad().equal(zeros({3})));
    autograd::zero_grad(x);
    (x * 5).sum().backward();
    CHECK(x.grad().equal(full({3}, 5.)));
    (x * 5).sum().backward();
    CHECK(x.grad().equal(full({3}, 10.)));
  }

  TEST_CASE("zero_grad writes the zeros where somebody else holds the gradient") {
    Tensor x = ones({3}).requires_grad_();
    (x * 2).sum().backward();
    const Tensor held = x.grad(), part = x.grad().slice(0, 1);
    autograd::zero_grad(x);
    CHECK(held.equal(zeros({3})));
    CHECK(part.equal(zeros({2})));
  }

  TEST_CASE("zero_grad keeps an undefined gradient undefined, and drops a gradient's own graph") {
    Tensor x = ones({3}).requires_grad_();
    autograd::zero_grad(x);
    CHECK_FALSE(x.grad().defined());
    (x * x).sum().backward({}, {}, /*create_graph=*/true);
    CHECK(x.grad().requires_grad());
    autograd::zero_grad(x);
    CHECK_FALSE(x.grad().requires_grad());
    CHECK(x.grad().equal(zeros({3})));
  }
}
