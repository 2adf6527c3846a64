#include <doctest/doctest.h>
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include <gradtape/xtensor.h>

#include "gradtape/gradtape.h"

using namespace gradtape;

TEST_CASE("array reads a tensor's memory without a copy") {
  const Tensor t = arange(6, TensorOptions(kFloat64)).view({2, 3});
  const auto a = t.array<double>();
  CHECK(a.shape(0) == 2);
  CHECK(a.shape(1) == 3);
  CHECK(a(1, 2) == 5);
  CHECK(&a(0, 0) == t.data_ptr<double>());
}

TEST_CASE("array follows strides: transposed, sliced and expanded tensors") {
  const Tensor t = arange(6, TensorOptions(kFloat64)).view({2, 3});
  const Tensor transposed = t.t(), sliced = t.slice(1, 0, std::nullopt, 2);
  const Tensor expanded = t[0].unsqueeze(0).expand({4, 3});
  CHECK(transposed.array<double>()(2, 1) == 5);
  CHECK(sliced.array<double>()(1, 1) == 5);
  CHECK(expanded.array<double>()(3, 2) == 2);
  CHECK(xt::sum(transposed.array<double>())() == 15);
}

TEST_CASE("a user's expression is assigned into a tensor, also into a view of it") {
  Tensor t = zeros({2, 3});
  Tensor column = t.select(1, 1);
  xt::xarray<float> values{1.f, 2.f};
  column.array<float>() = xt::sin(values) * 2.f;
  CHECK(t.array<float>()(0, 1) == doctest::Approx(2 * std::sin(1.0)));
  CHECK(t.array<float>()(1, 1) == doctest::Approx(2 * std::sin(2.0)));
  CHECK(t.sum().item<float>() == doctest::Approx(2 * std::sin(1.0) + 2 * std::sin(2.0)));
}

TEST_CASE("an expression over two tensors broadcasts as xtensor does") {
  const Tensor a = arange(6, TensorOptions(kFloat32)).view({2, 3});
  const Tensor b = tensor({10.f, 20.f}).view({2, 1});
  const Tensor c = from_xtensor(a.array<float>() + b.array<float>());
  CHECK(c.dtype() == kFloat32);
  CHECK(c.equal(a + b));
}

TEST_CASE("from_xtensor evaluates a lazy expression and keeps its type") {
  const xt::xarray<double> a{{1., 4.}, {9., 16.}};
  const Tensor t = from_xtensor(xt::sqrt(a));
  CHECK(t.equal(tensor({{1., 2.}, {3., 4.}}, kFloat64)));
  CHECK(from_xtensor(xt::cast<int64_t>(a)).dtype() == kInt64);
  CHECK(from_xtensor(a > 4.).dtype() == kBool);
}

TEST_CASE("array serves tensors of rank 0 and without elements") {
  const Tensor scalar = tensor(3.0, kFloat64), nothing = empty({0, 3}, kFloat64);
  CHECK(scalar.array<double>()() == 3);
  CHECK(nothing.array<double>().size() == 0);
  CHECK(from_xtensor(scalar.array<double>() * 2.).item<double>() == 6);
}

TEST_CASE("assigning through array keeps the tensor's shape: it broadcasts or throws") {
  Tensor t = zeros({2, 3});
  const xt::xarray<float> row{1.f, 2.f, 3.f}, wrong{1.f, 2.f};
  t.array<float>() = row;
  CHECK(t.equal(tensor({{1.f, 2.f, 3.f}, {1.f, 2.f, 3.f}})));
  t.array<float>() += row;
  CHECK(t.equal(tensor({{2.f, 4.f, 6.f}, {2.f, 4.f, 6.f}})));
  CHECK_THROWS(t.array<float>() = wrong);
}

TEST_CASE("writing through array moves the version on, reading does not") {
  Tensor t = zeros({2});
  const Tensor& read_only = t;
  const int64_t before = t._version();
  CHECK(read_only.array<float>()(0) == 0);
  CHECK(t._version() == before);
  t.array<float>() += 1.f;
  CHECK(t._version() == before + 1);
  CHECK(t.equal(ones({2})));
}

TEST_CASE("a write through array after a tensor was saved is found by backward") {
  Tensor x = ones({2}).requires_grad_();
  Tensor y = x * 2;
  Tensor z = y.exp();
  z.array<float>() = xt::zeros<float>({2});
  CHECK_THROWS_WITH_AS(z.sum().backward(), doctest::Contains("modified by an inplace operation"),
                       Error);
}

TEST_CASE("array refuses another element type, and to write a leaf that needs a gradient") {
  Tensor t = zeros({2});
  CHECK_THROWS_WITH_AS(t.array<double>(), "expected scalar type Double but found Float", Error);
  Tensor leaf = zeros({2}).requires_grad_();
  CHECK_THROWS_WITH_AS(leaf.array<float>(), doctest::Contains("leaf Variable"), Error);
}
