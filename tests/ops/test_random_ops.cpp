#include "ops/golden_shape.h"

using namespace gradtape;
using namespace gradtape::testing;
using nlohmann::json;

namespace {

// What tests/golden/random_ops.py recorded under this name.
Tensor drawn(const std::string& name) {
  if (name == "rand") return rand({3, 5});
  if (name == "randn small") return randn({7});
  if (name == "randn") return randn({5, 5});
  if (name == "randn double") return randn({20}, kFloat64);
  if (name == "randint") return randint(-3, 9, {10});
  if (name == "randint large") return randint(0, int64_t{1} << 40, {5});
  if (name == "randperm") return randperm(12);
  if (name == "bernoulli_ p") return zeros({20}).bernoulli_(0.3);
  if (name == "bernoulli_ tensor") return zeros({4, 5}).bernoulli_(linspace(0, 1, 5));
  if (name == "bernoulli") return bernoulli(full({20}, 0.6));
  if (name == "uniform_ transposed") return zeros({4, 3}).t().uniform_(-1, 1);
  if (name == "uniform_ sliced") return zeros({4, 6}).slice(1, 0, 6, 2).uniform_(0, 2);
  if (name == "uniform_ permuted") return zeros({2, 3, 4}).permute({2, 0, 1}).uniform_();
  if (name == "normal_ transposed") return zeros({5, 4}).t().normal_(1, 2);
  if (name == "normal_ sliced") return zeros({10, 4}).slice(0, 0, 10, 2).normal_();
  if (name == "bernoulli_ transposed") return zeros({4, 5}).t().bernoulli_(0.5);
  if (name == "bernoulli_ tensor transposed")
    return zeros({4, 3}).t().bernoulli_(linspace(0, 1, 12).reshape({3, 4}));
  if (name == "random_ transposed") return zeros({3, 4}, kInt64).t().random_(0, 100);
  if (name == "random_") return zeros({6}).random_();
  if (name == "random_ int16") return zeros({6}, kInt16).random_();
  if (name == "random_ from") return zeros({6}, kInt64).random_(5, std::optional<int64_t>());
  if (name == "exponential_") return zeros({6}).exponential_(2);
  if (name == "log_normal_ transposed") return zeros({5, 4}).t().log_normal_(0.5, 0.3);
  if (name == "cauchy_ sliced") return zeros({4, 6}, kFloat64).slice(1, 0, 6, 2).cauchy_(1, 0.5);
  if (name == "geometric_ int64") return zeros({20}, kInt64).geometric_(0.3);
  if (name == "rand_like transposed") return rand_like(zeros({3, 4}).t());
  if (name == "randn_like transposed") return randn_like(zeros({5, 4}).t());
  if (name == "normal") return normal(2.0, 0.5, {18});
  FAIL("unknown case ", name);
  return {};
}

}  // namespace

TEST_CASE("random tensors are PyTorch's, and so is the generator after them") {
  const json golden = golden::load("random_ops.json");
  for (const auto& [name, c] : golden["cases"].items()) {
    CAPTURE(name);
    manual_seed(42);
    const Tensor value = drawn(name);
    CHECK(rand({1}).item<float>() == c["after"].get<float>());
    CHECK(value.sizes().vec() == ints(c["sizes"]));
    const auto expected = c["values"].get<std::vector<double>>();
    const auto got = elements(value);
    REQUIRE(got.size() == expected.size());
    for (size_t i = 0; i < got.size(); ++i) {
      CHECK(got[i] == doctest::Approx(expected[i]).epsilon(1e-6));
    }
  }
}

TEST_CASE("a random fill bumps the version and has a gradient of zero") {
  const Tensor x = ones({3}).requires_grad_();
  Tensor y = x * 2;
  const int64_t before = y._version();
  y.uniform_();
  CHECK(y._version() == before + 1);
  y.sum().backward();
  CHECK(elements(x.grad()) == std::vector<double>{0, 0, 0});
  Tensor leaf = ones({3}).requires_grad_();
  CHECK(contains(error_of([&] { leaf.normal_(); }),
                 "a leaf Variable that requires grad is being used in an in-place operation."));
}

TEST_CASE("a generator of one's own is used instead of the default one") {
  manual_seed(1);
  const Tensor expected = rand({4});
  Generator generator = make_generator(1);
  CHECK(elements(rand({4}, generator)) == elements(expected));
}

TEST_CASE("errors of random ops are PyTorch's") {
  CHECK(contains(error_of([] { zeros({3}).uniform_(1, 0); }),
                 "uniform_ expects to return a [from, to) range, but found from=1 > to=0"));
  CHECK(contains(error_of([] { zeros({3}).normal_(0, -1); }),
                 "normal expects std >= 0.0, but found std -1"));
  CHECK(contains(error_of([] { randint(5, 5, {2}); }),
                 "random_ expects 'from' to be less than 'to', but got from=5 >= to=5"));
  CHECK(contains(error_of([] { zeros({1}).expand({3}).uniform_(); }),
                 "unsupported operation: more than one element of the written-to tensor refers to "
                 "a single memory location."));
  CHECK_THROWS_AS(rand({2}, kInt64), Error);
  CHECK_THROWS_AS(zeros({3}).bernoulli_(tensor({0., 2., 1.})), Error);
}

TEST_CASE("bernoulli of a permuted tensor draws row by row into a row-major one") {
  manual_seed(7);
  const Tensor p = arange(1, 7).to(kFloat32).div(7).reshape({2, 3}).t();
  const Tensor drawn = bernoulli(p);
  CHECK(drawn.strides() == IntArrayRef{2, 1});
  CHECK(equal(drawn.reshape({-1}), tensor({0., 1., 0., 1., 1., 1.})));
}
