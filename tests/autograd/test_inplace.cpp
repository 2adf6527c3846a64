#include <cmath>

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

TEST_SUITE("autograd/inplace") {
  TEST_CASE("an in-place op becomes the tensor's history") {
    const Tensor x = leaf({1, 2});
    Tensor y = x * 3;
    y.add_(x);
    y.mul_(2);
    CHECK(y.grad_fn()->name() == "MulBackward1");  // by a number
    y.sum().backward();
    CHECK(same(x.grad(), {8, 8}));
  }

  TEST_CASE("an op that reads its input keeps it as it was before the write") {
    const Tensor x = leaf({2, 3});
    Tensor y = x * 1;
    y.mul_(x);
    y.mul_(x);  // x^3
    y.sum().backward();
    CHECK(same(x.grad(), {12, 27}));
  }

  TEST_CASE("a constant that receives a value that needs a gradient joins the graph") {
    const Tensor x = leaf({2, 3});
    Tensor sum = zeros({2}, kFloat64);
    sum.add_(x);
    CHECK(sum.requires_grad());
    CHECK_FALSE(sum.is_leaf());
    sum.sum().backward();
    CHECK(same(x.grad(), {1, 1}));
  }

  TEST_CASE("a write into a view is a write into its base") {
    const Tensor x = leaf({1, 2, 3});
    Tensor y = x * 2;
    y[1].mul_(10);
    CHECK(y.grad_fn()->name() == "CopySlices");
    CHECK(same(y, {2, 40, 6}));
    y.sum().backward();
    CHECK(same(x.grad(), {2, 20, 2}));
  }

  TEST_CASE("the value written into a view gets its gradient, the one written over none") {
    const Tensor x = leaf({1, 2, 3}), v = leaf({7});
    Tensor y = x * 2;
    y.slice(0, 1, 2).copy_(v);
    (y * y).sum().backward();
    CHECK(same(x.grad(), {8, 0, 24}));
    CHECK(same(v.grad(), {14}));
  }

  TEST_CASE("a write through a view of a view reaches the base") {
    const Tensor x = leaf({1, 2, 3, 4});
    Tensor y = x * 1;
    y.view({2, 2}).t()[1].mul_(5);  // elements 1 and 3
    CHECK(same(y, {1, 10, 3, 20}));
    y.sum().backward();
    CHECK(same(x.grad(), {1, 5, 1, 5}));
  }

  TEST_CASE("a view that was made before its base was written reads the new history") {
    const Tensor x = leaf({1, 2, 3});
    Tensor y = x * 1;
    const Tensor view = y.slice(0, 1, 3);
    y.mul_(x);
    CHECK(view.grad_fn()->name() == "AsStridedBackward0");
    view.sum().backward();  // x^2 at 1 and 2
    CHECK(same(x.grad(), {0, 4, 6}));
  }

  TEST_CASE("a view sees what was written through another view") {
    const Tensor x = leaf({1, 2, 3});
    const Tensor y = x * 1;
    const Tensor head = y.slice(0, 0, 2);
    Tensor tail = y.slice(0, 1, 3);
    tail.mul_(10);
    head.sum().backward();
    CHECK(same(x.grad(), {1, 10, 0}));
  }

  TEST_CASE("a base that comes to need a gradient makes its views need one") {
    const Tensor r = leaf({1});
    Tensor base = ones({5}, kFloat64);
    const Tensor view = base[1];
    CHECK_FALSE(view.requires_grad());
    base.add_(r);
    CHECK(view.requires_grad());
    view.backward();
    CHECK(same(r.grad(), {1}));
  }

  TEST_CASE("second order through a write into a view") {
    const Tensor x = leaf({2, 3});
    Tensor y = x * x;
    y[0].mul_(x[0]);  // x0^3, x1^2
    const Tensor first = autograd::grad({y.sum()}, {x}, {}, {}, true)[0];
    CHECK(same(first, {12, 6}));
    CHECK(same(autograd::grad({first.sum()}, {x})[0], {12, 2}));
  }

  TEST_CASE("second order where the op in the view reads its own output") {
    const Tensor x = leaf({0.5, 0.25});
    Tensor y = x * 1;
    y[1].exp_();
    const Tensor first = autograd::grad({y.sum()}, {x}, {}, {}, true)[0];
    const double e = std::exp(0.25);
    CHECK(same(first, {1, e}));
    CHECK(same(autograd::grad({first.sum()}, {x})[0], {0, e}));
  }

  TEST_CASE("a second backward through a write into a view is refused, as in PyTorch") {
    const Tensor x = leaf({1, 2});
    Tensor y = x * 1;
    y[0].add_(1);
    const Tensor z = y.sum();
    z.backward();
    CHECK_THROWS_WITH_AS(z.backward(),
                         Contains("Trying to backward through the graph a second time"), Error);
  }

  TEST_CASE("a leaf that needs a gradient is not written in place") {
    Tensor x = leaf({1, 2});
    CHECK_THROWS_WITH_AS(
        x.add_(1), "a leaf Variable that requires grad is being used in an in-place operation.",
        Error);
    CHECK(same(x, {1, 2}));
    CHECK(x._version() == 0);
  }

  TEST_CASE("a view of such a leaf is not written either") {
    const Tensor x = leaf({1, 2});
    CHECK_THROWS_WITH_AS(x[0].mul_(2),
                         "a view of a leaf Variable that requires grad is being used in an "
                         "in-place operation.",
                         Error);
    CHECK(same(x, {1, 2}));
  }

  TEST_CASE("one of several views of one op is not written") {
    const Tensor x = leaf({1, 2});
    Tensor half = (x * 1).chunk(2)[0];
    CHECK_THROWS_WITH_AS(
        half.add_(1),
        "Output 0 of SplitBackward0 is a view and is being modified inplace. This view is the "
        "output of a function that returns multiple views. Such functions do not allow the output "
        "views to be modified inplace. You should replace the inplace operation by an out-of-place "
        "one.",
        Error);
  }

  TEST_CASE("a view made without recording is not written while recording") {
    const Tensor x = leaf({1, 2});
    const Tensor y = x * 1;
    Tensor view;
    {
      const NoGradGuard no_grad;
      view = y[0];
    }
    CHECK_THROWS_WITH_AS(
        view.add_(1),
        "A view was created in no_grad mode and is being modified inplace with grad mode enabled. "
        "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify "
        "your code by moving both the view and the inplace either both inside the no_grad block "
        "(if you don't want the inplace to be tracked) or both outside (if you want the inplace to "
        "be tracked).",
        Error);
  }

  TEST_CASE("without recording anything may be written, and views of it see it") {
    Tensor x = leaf({1, 2});
    const NoGradGuard no_grad;
    x[0].fill_(5);
    x.mul_(2);
    CHECK(same(x, {10, 4}));
    CHECK(x.is_leaf());
  }

  TEST_CASE("an expanded tensor is not written in place") {
    Tensor rows = zeros({3}).expand({2, 3});
    CHECK_THROWS_WITH_AS(
        rows.add_(1),
        Contains("more than one element of the written-to tensor refers to a single memory "
                 "location"),
        Error);
  }

  TEST_CASE("a view knows its base, which is no view") {
    const Tensor x = zeros({4});
    CHECK_FALSE(x.is_view());
    CHECK(x.view({2, 2})[0].is_view());
    CHECK(x.view({2, 2})[0]._base().is_same(x));
    CHECK_THROWS_WITH_AS(x._base(), "Can't get base of non-view Tensor", Error);
  }

  TEST_CASE("detach_ cuts a tensor out of its graph, unless it is a view") {
    const Tensor x = leaf({1, 2});
    Tensor y = x * 2;
    y.detach_();
    CHECK(y.is_leaf());
    CHECK_FALSE(y.requires_grad());
    CHECK_THROWS_WITH_AS((x * 2)[0].detach_(), Contains("Can't detach views in-place"), Error);
  }
}
