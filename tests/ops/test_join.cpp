#include "ops/golden_shape.h"

using namespace gradtape;
using namespace gradtape::testing;

// Values by hand.

TEST_CASE("cat joins along a dimension and promotes dtypes") {
  const Tensor a = counted({2, 2}), b = counted({2, 1}, 10);
  const Tensor joined = cat({a, b}, 1);
  CHECK(joined.sizes() == IntArrayRef{2, 3});
  CHECK(elements(joined) == std::vector<double>{0, 1, 10, 2, 3, 11});
  CHECK(elements(cat({a, a.t()}, -2)) == std::vector<double>{0, 1, 2, 3, 0, 2, 1, 3});
  CHECK(cat({ones({1}, kInt64), ones({1})}).dtype() == kFloat32);
}

TEST_CASE("cat leaves out tensors of shape [0], whose gradient is zero") {
  const Tensor empty = zeros({0}).requires_grad_();
  const Tensor a = ones({2, 2}).requires_grad_();
  const Tensor joined = cat({empty, a}, 1);
  CHECK(joined.sizes() == IntArrayRef{2, 2});
  joined.sum().backward();
  CHECK(empty.grad().sizes() == IntArrayRef{0});
  CHECK(cat({empty, empty}, 1).sizes() == IntArrayRef{0});
}

TEST_CASE("gradients of joined tensors are their parts") {
  const Tensor a = counted({2, 2}).requires_grad_(), b = counted({2, 1}).requires_grad_();
  auto grads = weighted_grad(cat({a, b}, 1), {a, b});
  CHECK(elements(grads[0]) == std::vector<double>{1, 2, 4, 5});
  CHECK(elements(grads[1]) == std::vector<double>{3, 6});
  const Tensor c = counted({2}).requires_grad_();
  grads = weighted_grad(stack({c, c, c}, 1), {c});
  CHECK(elements(grads[0]) == std::vector<double>{6, 15});
}

TEST_CASE("stack puts tensors along a new dimension") {
  const Tensor a = counted({2}), b = counted({2}, 5);
  CHECK(elements(stack({a, b})) == std::vector<double>{0, 1, 5, 6});
  CHECK(elements(stack({a, b}, -1)) == std::vector<double>{0, 5, 1, 6});
  CHECK(stack({scalar_tensor(1), scalar_tensor(2)}).sizes() == IntArrayRef{2});
}

TEST_CASE("hstack and vstack") {
  CHECK(hstack({counted({2}), counted({3})}).sizes() == IntArrayRef{5});
  CHECK(hstack({counted({2, 1}), counted({2, 3})}).sizes() == IntArrayRef{2, 4});
  CHECK(vstack({counted({3}), counted({2, 3})}).sizes() == IntArrayRef{3, 3});
}

TEST_CASE("repeat and tile") {
  const Tensor x = counted({2}).requires_grad_();
  const Tensor y = x.repeat({2, 2});
  CHECK(y.sizes() == IntArrayRef{2, 4});
  CHECK(elements(y) == std::vector<double>{0, 1, 0, 1, 0, 1, 0, 1});
  CHECK(elements(weighted_grad(y, {x})[0]) == std::vector<double>{1 + 3 + 5 + 7, 2 + 4 + 6 + 8});
  CHECK(elements(tile(counted({2, 1}), {2})) == std::vector<double>{0, 0, 1, 1});
  CHECK(x.repeat({0, 1}).sizes() == IntArrayRef{0, 2});
}

TEST_CASE("flip and roll") {
  const Tensor x = counted({2, 3});
  CHECK(elements(x.flip({1})) == std::vector<double>{2, 1, 0, 5, 4, 3});
  CHECK(elements(x.flip({0, -1})) == std::vector<double>{5, 4, 3, 2, 1, 0});
  CHECK(elements(x.t().flip({0})) == std::vector<double>{2, 5, 1, 4, 0, 3});
  CHECK(elements(x.roll({1}, {1})) == std::vector<double>{2, 0, 1, 5, 3, 4});
  CHECK(elements(x.roll({-1})) == std::vector<double>{1, 2, 3, 4, 5, 0});
  CHECK(elements(x.roll({1, 1}, {0, 1})) == std::vector<double>{5, 3, 4, 2, 0, 1});
  CHECK(x.roll({0}, {0}).is_alias_of(x) == false);
}

TEST_CASE("meshgrid") {
  const auto grids = meshgrid({counted({2}), counted({3})});
  CHECK(elements(grids[0]) == std::vector<double>{0, 0, 0, 1, 1, 1});
  CHECK(elements(grids[1]) == std::vector<double>{0, 1, 2, 0, 1, 2});
  CHECK(meshgrid({counted({2}), counted({3})}, "xy")[0].sizes() == IntArrayRef{3, 2});
}

TEST_CASE("errors of joins are PyTorch's") {
  const Tensor a = zeros({2, 3});
  CHECK(contains(error_of([&] { cat({}); }), "expected a non-empty list of Tensors"));
  CHECK(contains(error_of([&] {
                   cat({a, zeros({3, 2})});
                 }),
                 "Sizes of tensors must match except in dimension 0. Expected size 3 but got size "
                 "2 for tensor number 1 in the list."));
  CHECK(contains(error_of([&] {
                   cat({a, zeros({3})});
                 }),
                 "Tensors must have same number of dimensions: got 2 and 1"));
  CHECK(contains(error_of([&] { cat({scalar_tensor(1)}); }),
                 "zero-dimensional tensor (at position 0) cannot be concatenated"));
  CHECK(contains(error_of([&] {
                   stack({a, zeros({3})});
                 }),
                 "stack expects each tensor to be equal size, but got [2, 3] at entry 0 and [3] at "
                 "entry 1"));
  CHECK(contains(error_of([&] { a.repeat({2}); }),
                 "Number of dimensions of repeat dims can not be smaller than number of dimensions "
                 "of tensor"));
  CHECK(contains(error_of([&] {
                   a.flip({0, 0});
                 }),
                 "dim 0 appears multiple times in the list of dims"));
  CHECK(contains(error_of([&] {
                   a.roll({1, 2}, {0});
                 }),
                 "shifts and dimensions must align. shifts: 2, dims:1"));
}

TEST_CASE("short rows join as long ones do") {
  for (const ScalarType dtype : {kUInt8, kInt16, kFloat32, kFloat64}) {
    for (const int64_t rows : {1, 3, 1500}) {
      const Tensor x = arange(rows).to(dtype), y = x.add(1);
      const Tensor pairs = stack({x, y}, -1);
      CHECK(equal(pairs.select(1, 0), x));
      CHECK(equal(pairs.select(1, 1), y));
      const Tensor joined = cat({x.view({rows, 1}), pairs, y.view({rows, 1})}, 1);
      CHECK(equal(joined.slice(1, 1, 3), pairs));
      CHECK(equal(joined.select(1, 0), x));
      CHECK(equal(joined.select(1, 3), y));
    }
  }
}
