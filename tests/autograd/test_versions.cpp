#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;
using doctest::Contains;

TEST_SUITE("autograd/versions") {
  TEST_CASE("every in-place op moves the version on, for all that share the memory") {
    Tensor x = zeros({4});
    CHECK(x._version() == 0);
    x.add_(1);
    x[0].mul_(2);
    CHECK(x._version() == 2);
    CHECK(x.view({2, 2})._version() == 2);
    CHECK(x.detach()._version() == 2);
    CHECK(x.clone()._version() == 0);
  }

  TEST_CASE("a saved output that was written is refused, naming op and shape") {
    const Tensor x = ones({2, 3}).requires_grad_();
    Tensor y = x.exp();
    const Tensor loss = y.sum();
    y.add_(1);
    CHECK_THROWS_WITH_AS(
        y.sum().backward(),
        "one of the variables needed for gradient computation has been modified by an inplace "
        "operation: [CPUFloatType [2, 3]], which is output 0 of ExpBackward0, is at version 1; "
        "expected version 0 instead. It is read by the gradient of ExpBackward0.",
        Error);
    CHECK_FALSE(x.grad().defined());
  }

  TEST_CASE("a saved input that was written is refused, naming reader and producer") {
    const Tensor x = ones({2}).requires_grad_();
    Tensor y = x.tanh();
    const Tensor z = y * y;
    y.add_(1);
    CHECK_THROWS_WITH_AS(z.sum().backward(),
                         Contains("[CPUFloatType [2]], which is output 0 of TanhBackward0, is at "
                                  "version 1; expected version 0 instead. It is read by the "
                                  "gradient of MulBackward0."),
                         Error);
  }

  TEST_CASE("a saved leaf that was written is refused") {
    Tensor x = ones({2}).requires_grad_();
    const Tensor y = x * x;
    {
      const NoGradGuard no_grad;
      x.add_(1);
    }
    CHECK_THROWS_WITH_AS(y.sum().backward(),
                         Contains("[CPUFloatType [2]] is at version 1; expected version 0"), Error);
  }

  TEST_CASE("a saved tensor that was written through a view is refused") {
    const Tensor x = ones({4}).requires_grad_();
    Tensor y = x * 2;
    const Tensor z = y * y;
    y.view({2, 2})[0].zero_();
    CHECK_THROWS_WITH_AS(z.sum().backward(), Contains("modified by an inplace operation"), Error);
  }

  TEST_CASE("writing a tensor that no gradient reads is fine") {
    const Tensor x = ones({2}, kFloat64).requires_grad_();
    Tensor y = x + 1;
    const Tensor z = y * 3;  // reads the constant only
    y.mul_(2);
    (z + y).sum().backward();
    CHECK(x.grad().equal(tensor({5., 5.}, kFloat64)));
  }

  TEST_CASE("only the gradient that is asked for needs its saved tensors") {
    const Tensor x = ones({2}, kFloat64).requires_grad_();
    Tensor constant = full({2}, 3, kFloat64);
    const Tensor y = x * constant;
    Tensor other = x.detach().clone();
    other.add_(1);
    y.sum().backward();
    CHECK(x.grad().equal(constant));
  }

  TEST_CASE("an update of weights without recording is allowed between steps") {
    Tensor w = ones({2}, kFloat64).requires_grad_();
    for (int step = 0; step < 3; ++step) {
      (w * w).sum().backward();
      const NoGradGuard no_grad;
      w.sub_(w.grad(), 0.25);
      w.mutable_grad().zero_();
    }
    CHECK(w.equal(full({2}, 0.125, kFloat64)));
    CHECK(w.is_leaf());
    CHECK(w.requires_grad());
  }

  TEST_CASE("data() has the memory and a version of its own") {
    const Tensor x = ones({2}, kFloat64).requires_grad_();
    const Tensor y = x * x;
    Tensor data = x.data();
    CHECK_FALSE(data.requires_grad());
    data.mul_(3);
    CHECK(data._version() == 1);
    CHECK(x._version() == 0);
    CHECK(x.equal(full({2}, 3, kFloat64)));
    y.sum().backward();  // PyTorch's blind spot: the gradient is that of the new values
    CHECK(x.grad().equal(full({2}, 6, kFloat64)));
  }

  TEST_CASE("detach() shares the version, so that a write through it is seen") {
    const Tensor x = ones({2}).requires_grad_();
    const Tensor y = x * x;
    x.detach().mul_(3);
    CHECK_THROWS_WITH_AS(y.sum().backward(), Contains("is at version 1"), Error);
  }

  TEST_CASE("set_data keeps a leaf's place in the graph") {
    const Tensor x = ones({2}, kFloat64).requires_grad_();
    x.set_data(full({3}, 5, kFloat64));
    CHECK(x.requires_grad());
    CHECK(x.is_leaf());
    (x * x).sum().backward();
    CHECK(x.grad().equal(full({3}, 10, kFloat64)));
  }

  TEST_CASE("set_data of another shape: an older graph's gradient does not reach the leaf") {
    const Tensor x = ones({3, 4}).requires_grad_();
    const Tensor y = (x * 2).sum();
    x.set_data(ones({2}));
    CHECK_THROWS_WITH_AS(y.backward(), Contains("has got another shape since it was used"), Error);
    CHECK_FALSE(x.grad().defined());
    (x * 3).sum().backward();
    CHECK(x.grad().equal(full({2}, 3.0)));
  }

  TEST_CASE("set_data of a result: its history gets a gradient of the old shape and dtype") {
    const Tensor x = ones({3, 4}).requires_grad_();
    const auto after = [&](const Tensor& data) {
      x.mutable_grad() = Tensor();
      const Tensor y = leaky_relu(x);
      y.set_data(data);
      y.sum().backward();
      return x.grad();
    };
    CHECK_THROWS_WITH_AS(after(ones({2})),
                         "Function SetData returned an invalid gradient at index 0 - got [2] but "
                         "expected shape compatible with [3, 4]",
                         Error);
    CHECK(after(ones({5, 3, 4})).equal(full({3, 4}, 5.0)));
    CHECK(after(ones({3, 4}, kFloat64)).dtype() == kFloat32);
  }

  TEST_CASE("sizes that change without recording: the same") {
    const Tensor x = ones({3, 4}).requires_grad_();
    const auto after = [&](const auto& change) {
      Tensor y = leaky_relu(x);
      const NoGradGuard no_grad;
      change(y);
      return y;
    };
    const Tensor turned = after([](Tensor& y) { y.t_(); });
    CHECK_THROWS_WITH_AS(turned.sum().backward(), Contains("got [4, 3] but expected"), Error);
    after([](Tensor& y) { y.unsqueeze_(0); }).sum().backward();
    CHECK(x.grad().equal(ones({3, 4})));
  }

  TEST_CASE("set_data of a view cuts it from its base, not from its history") {
    const Tensor x = ones({4}).requires_grad_();
    Tensor y = x * 2;
    const Tensor v = y.view({2, 2});
    v.set_data(full({2, 2}, 5.0));
    CHECK_FALSE(v.is_view());
    y.add_(1);
    (v * v).sum().backward();
    CHECK(x.grad().equal(full({4}, 20.0)));
  }

  TEST_CASE("resize_ of a saved tensor: the gradient reads it as it was") {
    const Tensor x = ones({3, 4}).requires_grad_();
    for (const int64_t size : {2, 100, 100000}) {
      const Tensor c = full({3, 4}, 2.0);
      const Tensor y = (x * c).sum();
      x.mutable_grad() = Tensor();
      c.resize_({size});
      y.backward();
      CHECK(x.grad().equal(full({3, 4}, 2.0)));
      CHECK_THROWS_WITH_AS((x * 1).resize_({size}), Contains("cannot resize variables that"),
                           Error);
    }
  }
}
