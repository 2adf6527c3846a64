#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;
using doctest::Contains;

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
                         "invalid gradient at index 0 - got [3, 2] but expected shape compatible "
                         "with [2, 3]",
                         Error);
    CHECK_THROWS_WITH_AS(autograd::grad({x * 2, x * 2}, {x}, {ones({2, 3}), ones({1, 3})}),
                         "invalid gradient at index 1 - got [1, 3] but expected shape compatible "
                         "with [2, 3]",
                         Error);
    CHECK_THROWS_WITH_AS((x * 2).sum().view({1}).backward(ones({})),
                         "invalid gradient at index 0 - got [] but expected shape compatible with "
                         "[1]",
                         Error);
    CHECK_FALSE(x.grad().defined());
  }

  // As libtorch's C++ frontend; Python asks for the very shape.
  TEST_CASE("an output gradient is summed to its output's shape and converted to its dtype") {
    const Tensor x = leaf({1, 2});
    (x * 3).backward(ones({5, 2}, kFloat64));
    CHECK(same(x.grad(), {15, 15}));
    (x * 3).backward(full({2}, 2, kInt64));
    CHECK(same(x.grad(), {21, 21}));
    x.backward(ones({2}, kFloat32));
    CHECK(same(x.grad(), {22, 22}));
    CHECK(x.grad().dtype() == kFloat64);
  }

  TEST_CASE("an empty list of inputs is refused, an empty list of outputs is no work") {
    const Tensor x = leaf({1});
    CHECK_THROWS_WITH_AS(autograd::grad({x * 2}, {}), "grad requires non-empty inputs.", Error);
    CHECK_THROWS_WITH_AS((x * 2).backward({}, false, false, variable_list()),
                         "'inputs' argument to backward cannot be empty", Error);
    CHECK_FALSE(x.grad().defined());
    autograd::backward({x * 2}, {}, false, false, {});  // the default: all leaves
    CHECK(same(x.grad(), {2}));
    autograd::backward({});
    CHECK_THROWS_WITH_AS(autograd::grad({}, {x}), Contains("not have been used in the graph"),
                         Error);
  }

  TEST_CASE("a leaf that stops needing a gradient gets none, also from older graphs") {
    const Tensor w = leaf({1, 2});
    for (const bool detach : {false, true}) {
      const Tensor x = leaf({1, 2});
      const Tensor y = (x * 3 + w * x).sum();
      if (detach) {
        x.detach_();
      } else {
        x.requires_grad_(false);
      }
      w.mutable_grad() = Tensor();
      y.backward({}, true);
      CHECK_FALSE(x.grad().defined());
      CHECK(same(w.grad(), {1, 2}));
      CHECK_THROWS_WITH_AS(autograd::grad({y}, {x}), Contains("does not require grad"), Error);
      x.requires_grad_();
      CHECK(same(autograd::grad({y}, {x}, {}, true)[0], {4, 5}));
      y.backward();
      CHECK(same(x.grad(), {4, 5}));
    }
  }

  TEST_CASE("a gradient that such a leaf has stays as it is") {
    const Tensor x = leaf({1});
    const Tensor y = x * 3;
    y.backward({}, true);
    x.requires_grad_(false);
    y.backward();
    CHECK(same(x.grad(), {3}));
  }

  TEST_CASE("a leaf that has become a result refuses what an older graph has for it") {
    const Tensor w = leaf({5});
    Tensor x = leaf({2});
    const Tensor y = x * 3;
    x.requires_grad_(false);
    x.mul_(w);
    CHECK_THROWS_WITH_AS(y.backward(), "leaf variable has been moved into the graph interior",
                         Error);
    x.backward();
    CHECK(same(w.grad(), {2}));
  }

  TEST_CASE("a leaf without a gradient may die before a graph that holds its record") {
    Tensor y;
    {
      const Tensor x = leaf({2});
      y = x * 3;
      x.requires_grad_(false);
    }
    y.backward();
  }

  TEST_CASE("what is not floating point has no history") {
    const Tensor x = tensor({1.5, 2.5}).requires_grad_();
    const Tensor cast = x.to(kInt64);
    CHECK_FALSE(cast.requires_grad());
    CHECK_FALSE(cast.to(kFloat32).mul(3).requires_grad());
    CHECK_FALSE(x.to(kBool).requires_grad());
    CHECK_FALSE((x > 2).requires_grad());
    CHECK_FALSE(x.argmax().requires_grad());
    CHECK_FALSE(std::get<1>(x.sort()).requires_grad());
    CHECK_FALSE(x.sum(kInt64).requires_grad());
    CHECK_FALSE(cat({cast, cast}).requires_grad());
    CHECK_FALSE(cast[0].requires_grad());

    Tensor ints = zeros({2}, kInt64);
    Tensor view = ints.view({2, 1});
    ints.copy_(x);
    CHECK_FALSE(ints.requires_grad());
    ints[0].copy_(x[1]);
    CHECK_FALSE(ints.requires_grad());
    ints.fill_(x[0]);
    CHECK_FALSE(ints.requires_grad());
    ints.masked_fill_(tensor({true, false}), x[1]);
    CHECK_FALSE(ints.requires_grad());
    ints.index({0}) = x[1];
    CHECK_FALSE(ints.requires_grad());
    CHECK(ints.equal(tensor({2, 1})));
    CHECK_FALSE(view.requires_grad());
    CHECK(ints.grad_fn() == nullptr);
    CHECK((ints * x).requires_grad());  // the ints are constants there
    (ints * x).sum().backward();
    CHECK(x.grad().equal(tensor({2.f, 1.f})));
  }

  TEST_CASE("ints take what needs a gradient also through a view made without recording") {
    const Tensor x = tensor({1.5, 2.5}).requires_grad_();
    Tensor ints = zeros({2}, kInt64), view;
    {
      const NoGradGuard no_grad;
      view = ints.slice(0, 0, 1);
    }
    view.copy_(x.slice(0, 1, 2));
    CHECK(ints.equal(tensor({2, 0})));
  }

  TEST_CASE("a view made without recording is a constant to the ops that read it") {
    const Tensor w = tensor({{1., 4.}, {9., 16.}}, kFloat64).requires_grad_();
    const auto view = [&] {
      const NoGradGuard no_grad;
      return w.view({-1});
    };
    const Tensor e = view();
    CHECK(e.requires_grad());  // its base does
    CHECK(e.is_leaf());
    for (const auto op : {exp, sqrt, sigmoid, tanh, relu, log, reciprocal}) {
      const Tensor y = op(e);
      CHECK(y.requires_grad());
      y.sum().backward();
    }
    softmax(e, 0).sum().backward();
    e.cumsum(0).sum().backward();
    e.prod().backward();
    e.norm().backward();
    e[1].backward();
    e.max().backward();
    layer_norm(e, {4}).sum().backward();
    CHECK_FALSE(w.grad().defined());
    CHECK_FALSE(e.grad().defined());
    (e * w.view({-1})).sum().backward();
    CHECK(w.grad().equal(w.detach()));

    e.retain_grad();
    bool called = false;
    e.register_hook([&](const Tensor&) { called = true; });
    CHECK_THROWS_WITH_AS(view()[0].detach().backward(),
                         "element 0 of tensors does not require grad and does not have a grad_fn",
                         Error);
    CHECK_THROWS_WITH_AS(e.backward(ones({4}, kFloat64)),
                         "element 0 of tensors does not require grad and does not have a grad_fn",
                         Error);
    CHECK_THROWS_WITH_AS(autograd::grad({e.exp().sum()}, {e}),
                         Contains("not have been used in the graph"), Error);
    e.requires_grad_(false);
    CHECK(e.requires_grad());
    e.requires_grad_();  // a leaf of its own
    (e * e).sum().backward();
    CHECK(called);
    CHECK(same(e.grad(), {2, 8, 18, 32}));
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
