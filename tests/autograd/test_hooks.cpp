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
    CHECK_THROWS_WITH_AS(x.remove_hook(3), "Invalid index, no hook at position 3", Error);
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

  TEST_CASE("a retained gradient adds up, as a leaf's") {
    const Tensor x = leaf({1});
    const Tensor a = x * 3;
    a.retain_grad();
    a.retain_grad();  // once is enough
    const Tensor z = (a * a).sum();
    z.backward({}, true);
    CHECK(same(a.grad(), {6}));
    z.backward({}, true);
    CHECK(same(a.grad(), {12}));
    a.mutable_grad() = full({1}, 100, kFloat64);
    z.backward();
    CHECK(same(a.grad(), {106}));
  }

  TEST_CASE("retain_grad is one of the hooks: it keeps what those before it made") {
    const Tensor x = leaf({1});
    for (const bool first : {true, false}) {
      const Tensor a = x * 1;
      if (first) a.retain_grad();
      const unsigned position = a.register_hook([](const Tensor& grad) { return grad * 10; });
      CHECK(position == (first ? 1u : 0u));
      a.retain_grad();
      (a * a).sum().backward();
      CHECK(same(a.grad(), {first ? 2. : 20.}));
    }
    CHECK(same(x.grad(), {40}));
  }

  TEST_CASE("a retained gradient is nobody else's memory, and row-major") {
    const Tensor x = leaf({1});
    const Tensor a = x * 3;
    const Tensor b = a * 1;
    a.retain_grad();
    b.retain_grad();
    b.sum().backward();
    CHECK_FALSE(a.grad().is_alias_of(b.grad()));
    const Tensor c = ones({2, 3}).requires_grad_() * 1;
    c.retain_grad();
    c.t().mul(ones({3, 2})).sum().backward();
    CHECK(c.grad().is_contiguous());
    CHECK(c.grad().equal(ones({2, 3})));
  }

  TEST_CASE("retain_grad with create_graph: the sum has a gradient") {
    const Tensor x = leaf({1});
    const Tensor a = x * 3;
    a.retain_grad();
    (a * a * a).sum().backward({}, true, true);
    CHECK(same(a.grad(), {27}));
    CHECK(same(autograd::grad({a.grad()}, {x})[0], {54}));  // 6 a * 3
    a.mutable_grad() = Tensor();
    x.mutable_grad() = Tensor();
  }

  TEST_CASE("an in-place op: the hooks stay with the old value, retain_grad goes to the new one") {
    const Tensor x = leaf({1});
    Tensor a = x * 1;
    a.retain_grad();
    Tensor seen;
    a.register_hook([&](const Tensor& grad) {
      seen = grad.clone();
      return grad * 10;
    });
    a.mul_(3);
    CHECK(a.retains_grad());
    CHECK(a.register_hook([](const Tensor& grad) { return grad * 7; }) == 1);  // after retain_grad
    (a * a).sum().backward();
    CHECK(same(a.grad(), {6}));
    CHECK(same(seen, {126}));
    CHECK(same(x.grad(), {1260}));
  }

  TEST_CASE("hooks after an in-place op count from 0 again") {
    const Tensor x = leaf({1});
    Tensor a = x * 1;
    int old_value = 0, new_value = 0;
    a.register_hook([&](const Tensor&) { ++old_value; });
    a.mul_(3);
    CHECK(a.register_hook([&](const Tensor&) { ++new_value; }) == 0);
    a.remove_hook(0);
    (a * a).sum().backward();
    CHECK(old_value == 1);
    CHECK(new_value == 0);
  }

  TEST_CASE("hooks of a record's several outputs count each from 0") {
    const Tensor x = leaf({1, 2});
    const std::vector<Tensor> parts = (x * 1).unbind();
    const auto twice = [](const Tensor& grad) { return grad * 2; };
    CHECK(parts[0].register_hook(twice) == 0);
    CHECK(parts[1].register_hook(twice) == 0);
    parts[0].remove_hook(0);
    (parts[0] + parts[1]).backward();
    CHECK(same(x.grad(), {1, 2}));
  }

  TEST_CASE("retain_grad of a view goes on when its base or itself is written") {
    for (const bool write_base : {true, false}) {
      const Tensor x = leaf({1, 1});
      Tensor a = x * 1;
      Tensor v = a.view({2});
      v.retain_grad();
      (write_base ? a : v).mul_(3);
      CHECK(v.retains_grad());
      (v * v).sum().backward();
      CHECK(same(v.grad(), {6, 6}));
      CHECK(same(x.grad(), {18, 18}));
    }
  }

  // PyTorch 2 keeps 6 here.
  TEST_CASE("retain_grad of a base stays with the value before a write through a view") {
    const Tensor x = leaf({1, 1});
    const Tensor a = x * 1;
    a.retain_grad();
    a.view({2}).mul_(3);
    CHECK(a.retains_grad());
    (a * a).sum().backward();
    CHECK(same(a.grad(), {18, 18}));
  }

  TEST_CASE("retain_grad goes on through an op that changes sizes in place") {
    Tensor a = ones({2, 3}).requires_grad_() * 1;
    a.retain_grad();
    a.t_();
    CHECK(a.retains_grad());
    a.sum().backward();
    CHECK(a.grad().sizes() == IntArrayRef({3, 2}));
  }

  TEST_CASE("autograd::grad captures before the hooks, which run where the replay goes on") {
    const Tensor x = leaf({1});
    int calls = 0;
    const auto hook = [&](const Tensor& grad) {
      ++calls;
      return grad * 10;
    };
    x.register_hook(hook);
    CHECK(same(autograd::grad({(x * 2).sum()}, {x})[0], {2}));
    CHECK(calls == 0);

    const Tensor a = x * 1;
    a.retain_grad();
    a.register_hook(hook);
    CHECK(same(autograd::grad({(a * 2).sum()}, {a})[0], {2}));
    CHECK(calls == 0);
    CHECK_FALSE(a.grad().defined());
    const variable_list both = autograd::grad({(a * 2).sum()}, {a, x});
    CHECK(same(both[0], {2}));
    CHECK(same(both[1], {20}));
    CHECK(calls == 1);
    CHECK(same(a.grad(), {2}));
    CHECK_FALSE(x.grad().defined());
  }

  TEST_CASE("backward into some inputs runs their hooks") {
    const Tensor x = leaf({1});
    const auto hook = [](const Tensor& grad) { return grad * 10; };
    x.register_hook(hook);
    (x * 2).sum().backward({}, false, false, variable_list{x});
    CHECK(same(x.grad(), {20}));
    const Tensor a = x * 1;
    a.register_hook(hook);
    const Tensor y = (a * 2).sum();
    y.backward({}, true, false, variable_list{a});
    CHECK(same(a.grad(), {20}));
    CHECK(a.retains_grad());
    CHECK(same(x.grad(), {20}));
    y.backward({}, true, false, variable_list{a});
    CHECK(same(a.grad(), {40}));
  }

  TEST_CASE("a leaf's hooks outlive a time without a gradient") {
    const Tensor x = leaf({1});
    int calls = 0;
    x.register_hook([&](const Tensor&) { ++calls; });
    const Tensor y = x * 3;
    x.requires_grad_(false);
    y.backward();
    CHECK(calls == 0);
    x.requires_grad_();
    (x * 3).backward();
    CHECK(calls == 1);
  }

  TEST_CASE("a hook may register and remove hooks") {
    const Tensor x = leaf({1});
    int added = 0;
    x.register_hook([&](const Tensor&) {
      x.remove_hook(0);
      for (int i = 0; i < 20; ++i) x.register_hook([&](const Tensor&) { ++added; });
    });
    (x * 2).backward();
    CHECK(added == 0);
    (x * 2).backward();
    CHECK(added == 20);
  }

  TEST_CASE("after a hook has thrown everything goes on") {
    const Tensor x = leaf({2});
    const Tensor a = x * x;
    const unsigned bad = a.register_hook([](const Tensor&) -> Tensor { throw Error("no"); });
    const Tensor y = a * a;
    CHECK_THROWS_WITH_AS(y.backward({}, true), "no", Error);
    CHECK_THROWS_WITH_AS(autograd::grad({y}, {x}, {}, true, true), "no", Error);
    CHECK(GradMode::is_enabled());
    CHECK_FALSE(x.grad().defined());
    a.remove_hook(bad);
    y.backward();
    CHECK(same(x.grad(), {32}));
    // Also from within a backward within a hook.
    const Tensor b = x * 1;
    b.register_hook([&](const Tensor&) {
      const AutoGradMode record(true);
      x.register_hook([](const Tensor&) -> Tensor { throw Error("inner"); });
      (x * 1).backward();
    });
    CHECK_THROWS_WITH_AS(b.backward(), "inner", Error);
    x.remove_hook(0);
    (x * 1).backward();
    CHECK(same(x.grad(), {33}));
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
