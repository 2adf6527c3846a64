#include "ops/golden_shape.h"

using namespace gradtape;
using namespace gradtape::testing;

// Values by hand; dtypes and messages as torch 1.13.1 gives them.

TEST_CASE("factories fill, and take dtype and gradient from their options") {
  CHECK(elements(ones({2, 1})) == std::vector<double>{1, 1});
  CHECK(zeros({2}, kInt32).dtype() == kInt32);
  CHECK(full({2}, 1).dtype() == kInt64);
  CHECK(full({2}, true).dtype() == kBool);
  CHECK(full({2}, 1.5).dtype() == kFloat32);
  CHECK(zeros({2}, requires_grad()).requires_grad());
  CHECK(zeros({2}, requires_grad()).is_leaf());
  CHECK(empty({0, 3}).numel() == 0);
  CHECK(elements(eye(2, 3)) == std::vector<double>{1, 0, 0, 0, 1, 0});
  CHECK(empty_strided({2, 3}, {1, 2}).strides() == IntArrayRef{1, 2});
}

TEST_CASE("arange, linspace and logspace") {
  CHECK(elements(arange(3)) == std::vector<double>{0, 1, 2});
  CHECK(arange(3).dtype() == kInt64);
  CHECK(arange(3.).dtype() == kFloat32);
  CHECK(arange(0, 1, 0.3).numel() == 4);
  CHECK(elements(arange(5, 0, -2)) == std::vector<double>{5, 3, 1});
  CHECK(elements(arange(0, 5, 1.5, kInt64)) == std::vector<double>{0, 1, 2, 3, 4});
  CHECK(elements(linspace(0, 1, 5, kFloat64)) == std::vector<double>{0, .25, .5, .75, 1});
  CHECK(elements(linspace(0, 10, 4, kInt64)) == std::vector<double>{0, 3, 6, 10});
  CHECK(elements(linspace(3, 4, 1)) == std::vector<double>{3});
  CHECK(elements(logspace(0, 3, 4, 10, kInt64)) == std::vector<double>{1, 10, 100, 1000});
}

TEST_CASE("tensor takes its shape and dtype from braces") {
  CHECK(tensor({1, 2}).dtype() == kInt64);
  CHECK(tensor({1., 2.}).dtype() == kFloat32);
  CHECK(tensor({true, false}).dtype() == kBool);
  CHECK(tensor(5).dim() == 0);
  CHECK(tensor({{1, 2}, {3, 4}, {5, 6}}).sizes() == IntArrayRef{3, 2});
  CHECK(tensor(std::vector<double>{1, 2}).dtype() == kFloat32);
  CHECK(tensor(std::vector<int>{1, 2}).dtype() == kInt64);
  CHECK(tensor({1, 2}, kFloat64).dtype() == kFloat64);
  CHECK(elements(tensor({{{1., 2.}}, {{3., 4.}}})) == std::vector<double>{1, 2, 3, 4});
  CHECK(contains(error_of([] {
                   tensor({{1, 2}, {3}});
                 }),
                 "Expected all sub-lists to have sizes: [2]"));
  CHECK(contains(error_of([] {
                   tensor({{1, 2}, {3., 4.}});
                 }),
                 "Expected all elements of the tensor to have the same scalar type: Long, but got "
                 "element of scalar type: Double"));
}

TEST_CASE("*_like keeps dtype and the order of strides") {
  const Tensor x = zeros({2, 3}, kFloat64).t();
  CHECK(zeros_like(x).dtype() == kFloat64);
  CHECK(zeros_like(x).strides() == x.strides());
  CHECK(ones_like(x, kInt64).dtype() == kInt64);
  CHECK(full_like(x, 3).sum().item<double>() == 18);
  CHECK(zeros({4, 6}).slice(1, 0, 6, 2).new_zeros({2}).sizes() == IntArrayRef{2});
  CHECK(empty_like(zeros({4, 6}).slice(1, 0, 6, 2)).strides() == IntArrayRef{3, 1});
  CHECK(x.new_ones({2}).dtype() == kFloat64);
}

TEST_CASE("from_blob does not copy, and calls the deleter after the last use") {
  float data[] = {1, 2, 3, 4};
  int deleted = 0;
  {
    Tensor view;
    {
      const Tensor x = from_blob(data, {2, 2}, [&](void*) { ++deleted; });
      view = x[1];
    }
    CHECK(deleted == 0);
    view.fill_(9);
  }
  CHECK(deleted == 1);
  CHECK(data[3] == 9);
  CHECK(elements(from_blob(data, {2, 2}, {1, 2}, kFloat32)) == std::vector<double>{1, 9, 2, 9});
}

TEST_CASE("errors of factories are PyTorch's") {
  CHECK(contains(error_of([] { zeros({-1}); }),
                 "Trying to create tensor with negative dimension -1: [-1]"));
  CHECK(contains(error_of([] { arange(0, 5, 0); }), "step must be nonzero"));
  CHECK(contains(error_of([] { arange(5, 0); }),
                 "upper bound and larger bound inconsistent with step sign"));
  CHECK(contains(error_of([] { linspace(0, 1, -1); }), "number of steps must be non-negative"));
  CHECK(contains(error_of([] { eye(-1); }), "n must be greater or equal to 0, got -1"));
  CHECK(contains(error_of([] { zeros({2}, TensorOptions(kInt64).requires_grad(true)); }),
                 "can require gradients"));
}

TEST_CASE("sizes whose bytes do not fit 63 bits are refused") {
  const int64_t huge = int64_t{1} << 40;
  CHECK(contains(error_of([&] {
                   empty({huge, huge});
                 }),
                 "Storage size calculation overflowed with sizes=[1099511627776, 1099511627776]"));
  CHECK(contains(error_of([&] { empty({int64_t{1} << 62}); }), "overflowed"));
  CHECK(contains(error_of([&] { ones({1}).expand({huge, huge}); }), "overflow"));
}

TEST_CASE("resize_ keeps the first elements and the start of the memory") {
  const Tensor x = arange(6);
  x.resize_({2, 2});
  CHECK(elements(x) == std::vector<double>{0, 1, 2, 3});
  x.resize_({3, 4});
  CHECK(x.sizes() == IntArrayRef{3, 4});
  CHECK(elements(x.flatten().slice(0, 0, 6)) == std::vector<double>{0, 1, 2, 3, 4, 5});
  CHECK(contains(error_of([] { ones({2}, requires_grad()).resize_({3}); }),
                 "cannot resize variables that require grad"));
}

TEST_CASE("scalar_tensor is of the default dtype, whatever the number") {
  CHECK(scalar_tensor(14).dtype() == kFloat32);
  CHECK(scalar_tensor(true).dtype() == kFloat32);
  CHECK(scalar_tensor(14).item<float>() == 14);
  CHECK(scalar_tensor(14, kInt32).dtype() == kInt32);
  CHECK(scalar_tensor(1, requires_grad()).requires_grad());
  // It promotes as the tensor that it is: two 0-d tensors are equals.
  CHECK((tensor(1.F) + scalar_tensor(1, kFloat64)).dtype() == kFloat64);
  CHECK(remainder(7, tensor({4, 5})).dtype() == kInt64);
  CHECK(remainder(7.5, tensor({4.F})).dtype() == kFloat32);
}

TEST_CASE("bernoulli with a number draws in self's shape and dtype") {
  const Tensor x = zeros({2, 3}, kInt64);
  CHECK(x.bernoulli(1.).equal(ones({2, 3}, kInt64)));
  CHECK(bernoulli(x, 0.).equal(x));
}
