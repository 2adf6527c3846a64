#include <cmath>
#include <limits>

#include "ops/golden_cases.h"

#include "gradtape/gradtape.h"
#include "gradtape/ops/sort.h"

namespace gradtape::testing {

TEST_CASE("sort keeps the order of equals, both ways") {
  const Tensor x = tensor({{3., 1., 3., 2.}, {0., 0., -1., 0.}});
  const auto [up, from] = sort(x);
  CHECK(equal(up, tensor({{1., 2., 3., 3.}, {-1., 0., 0., 0.}})));
  CHECK(equal(from, tensor({{1, 3, 0, 2}, {2, 0, 1, 3}})));
  const auto [down, place] = x.sort(-1, true);
  CHECK(equal(down, tensor({{3., 3., 2., 1.}, {0., 0., 0., -1.}})));
  CHECK(equal(place, tensor({{0, 2, 3, 1}, {0, 1, 3, 2}})));
  CHECK(equal(x.argsort(0), tensor({{1, 1, 1, 1}, {0, 0, 0, 0}})));
}

TEST_CASE("a NaN sorts behind every number") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = tensor({2., nan, 1.});
  CHECK(equal(x.argsort(), tensor({2, 0, 1})));
  CHECK(equal(x.argsort(0, true), tensor({1, 0, 2})));
  CHECK(std::isnan(std::get<0>(x.topk(1)).item<float>()));
}

TEST_CASE("topk takes the largest or the smallest, best first") {
  const Tensor x = tensor({{1., 5., 3.}, {9., 7., 8.}});
  const auto [best, from] = topk(x, 2);
  CHECK(equal(best, tensor({{5., 3.}, {9., 8.}})));
  CHECK(equal(from, tensor({{1, 2}, {0, 2}})));
  CHECK(equal(std::get<0>(topk(x, 1, 0, false)), tensor({{1., 5., 3.}})));
  CHECK(std::get<0>(topk(x, 0)).sizes().vec() == std::vector<int64_t>{2, 0});
}

TEST_CASE("gradients go back to where the values came from") {
  Tensor x = tensor({3., 1., 2.}).requires_grad_();
  std::get<0>(x.sort()).backward(tensor({10., 20., 30.}));
  CHECK(equal(x.grad(), tensor({30., 10., 20.})));
  Tensor y = tensor({3., 1., 2.}).requires_grad_();
  std::get<0>(y.topk(2)).backward(tensor({1., 2.}));
  CHECK(equal(y.grad(), tensor({1., 0., 2.})));
}

TEST_CASE("sort of 0-d, of nothing and errors") {
  CHECK(std::get<0>(tensor(3.).sort()).item<float>() == 3);
  CHECK(std::get<0>(zeros({2, 0}).sort()).numel() == 0);
  CHECK(contains(error_of([] { zeros({2, 3}).topk(4); }), "selected index k out of range"));
  CHECK(contains(error_of([] { zeros({2, 3}).sort(4); }), "Dimension out of range"));
}

}  // namespace gradtape::testing
