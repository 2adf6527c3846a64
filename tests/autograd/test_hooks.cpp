#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;
using doctest::Contains;

namespace {

Tensor leaf(std::initializer_list<double> values) {
  return tensor(ArrayRef<double>(values), kFloat64).requires_grad_();
}
bool same(const Tensor& a, std::initializer_list<double> values) {
  return a.defined() && a.allclose(tensor(ArrayRef<double>(values), kFloat64), 1e-12, 1e-12);
}

}  // namespace

TEST_SUITE("autograd/hooks") {
  TEST_CASE("a hook sees the whole gradient of its tensor, once") {
    const Tensor x = leaf({1, 2});
    const Tensor y = x * 1;
    int calls = 0;
    Tensor seen;
    y.register_hook([&](const Tensor& grad) {
      ++calls;
      seen = grad.clone();
    });
    (y * 2 + y * 3).sum().backward();
    CHECK(calls == 1);
    CHECK(same(seen, {5, 5}));
  }

  TEST_CASE("a defined result replaces the gradient, inside the graph and at a leaf") {
    const Tensor x = leaf({1, 2});
    const Tensor y = x * 3;
    y.register_hook([](const Tensor& grad) { return grad * 10; });
    x.register_hook([](const Tensor& grad) { return grad + 1; });
    y.sum().backward();
    CHECK(same(x.grad(), {31, 31}));
  }

  TEST_CASE("hooks run in the order they were registered, each on the result before") {
    const Tensor x = leaf({1});
    x.register_hook([](const Tensor& grad) { return grad + 1; });
    x.register_hook([](const Tensor& grad) { return grad * 10; });
    (x * 2).backward();
    CHECK(same(x.grad(), {30}));
  }

  TEST_CASE("a removed hook is not called, the others keep their positions") {
    const Tensor x = leaf({1});
    const unsigned first = x.register_hook([](const Tensor& grad) { return grad * 100; });
    const unsigned second = x.register_hook([](const Tensor& grad) { return grad * 3; });
    x.remove_hook(first);
    (x * 2).backward();
    CHECK(same(x.grad(), {6}));
    x.remove_hook(second);
    (x * 2).backward();
    CHECK(same(x.grad(), {8}));
  }

  TEST_CASE("removing a hook that is not there is refused") {
    const Tensor x = leaf({1});
    CHECK_THROWS_WITH_AS(x.remove_hook(3), "remove_hook: no hook 3 on this tensor", Error);
  }

  TEST_CASE("a hook on a tensor that needs no gradient is refused") {
    CHECK_THROWS_WITH_AS(zeros({1}).register_hook([](const Tensor&) {}),
                         "cannot register a hook on a variable that doesn't require gradient",
                         Error);
  }

  TEST_CASE("what a hook throws surfaces from backward") {
    const Tensor x = leaf({1});
    x.register_hook([](const Tensor&) -> Tensor { throw Error("from the hook"); });
    CHECK_THROWS_WITH_AS((x * 2).backward(), "from the hook", Error);
    CHECK_FALSE(x.grad().defined());
  }

  TEST_CASE("retain_grad keeps the gradient of a tensor inside the graph") {
    const Tensor x = leaf({1, 2});
    const Tensor y = x * 3;
    CHECK_FALSE(y.retains_grad());
    y.retain_grad();
    CHECK(y.retains_grad());
    (y * y).sum().backward();
    CHECK(same(y.grad(), {6, 12}));
    CHECK(same(x.grad(), {18, 36}));
  }

  TEST_CASE("a retained gradient is what the hooks made of it, and is replaced, not added to") {
    const Tensor x = leaf({1});
    const Tensor y = x * 3;
    y.retain_grad();
    y.register_hook([](const Tensor& grad) { return grad * 2; });
    const Tensor z = y + 0;
    z.backward({}, true);
    z.backward();
    CHECK(same(y.grad(), {2}));
  }

  TEST_CASE("retain_grad of a leaf changes nothing, of a constant it is refused") {
    const Tensor x = leaf({1});
    x.retain_grad();
    CHECK_FALSE(x.retains_grad());
    CHECK_THROWS_WITH_AS(zeros({1}).retain_grad(),
                         "can't retain_grad on Tensor that has requires_grad=False", Error);
  }

  TEST_CASE("a leaf that became the result of an in-place op does not retain its gradient") {
    const Tensor w = leaf({2});
    Tensor x = leaf({3});
    (x * x).backward();
    x.requires_grad_(false);
    x.mul_(w);
    CHECK_FALSE(x.retains_grad());
  }

  TEST_CASE("a hook is recorded where the graph of the gradient is") {
    const Tensor x = leaf({3});
    const Tensor y = x * 1;
    y.register_hook([&](const Tensor& grad) { return grad * x; });
    const Tensor first = autograd::grad({(y * y).sum()}, {x}, {}, {}, true)[0];  // 2 x * x
    CHECK(same(first, {18}));
    // 2 y from the hook's x, and 2 x through y, where the hook multiplies by x again.
    CHECK(same(autograd::grad({first}, {x})[0], {6 + 18}));
  }
}
