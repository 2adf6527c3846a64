#include <limits>
#include <random>

#include "ops/golden_cases.h"
#include "ops/golden_shape.h"

#include "gradtape/core/parallel.h"
#include "gradtape/gradtape.h"
#include "gradtape/ops/reduce.h"

namespace gradtape::testing {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const GoldenCases& recorded() {
  static const GoldenCases cases("reduce.json");
  return cases;
}

Tensor noise(IntArrayRef sizes, ScalarType dtype = kFloat32) {
  Tensor x = empty(sizes, kFloat64);
  std::mt19937 random(7);
  for (int64_t i = 0; i < x.numel(); ++i) {
    x.data_ptr<double>()[i] = static_cast<double>(random()) / 4294967296. - 0.5;
  }
  return x.to(dtype);
}

}  // namespace

TEST_CASE("sums and means agree with PyTorch") {
  recorded().check("sum", [](const Tensor& x) { return x.sum(); });
  recorded().check("sum 1", [](const Tensor& x) { return x.sum(1); });
  recorded().check("sum 0,2 keep", [](const Tensor& x) { return x.sum({0, -1}, true); });
  recorded().check("mean", [](const Tensor& x) { return x.mean(); });
  recorded().check("mean 0,1", [](const Tensor& x) { return x.mean({0, 1}); });
  recorded().check("cumsum 1", [](const Tensor& x) { return x.cumsum(1); });
}

TEST_CASE("products agree with PyTorch, with zeros too") {
  recorded().check("prod", [](const Tensor& x) { return x.prod(); });
  recorded().check("prod 1", [](const Tensor& x) { return x.prod(1); });
  recorded().check("prod zeros 1", [](const Tensor& x) { return x.prod(1); });
  recorded().check("prod zeros", [](const Tensor& x) { return x.prod(); });
}

TEST_CASE("the second gradient of a product is right where an element is 0") {
  // d/dx of sum_i d(abc)/dx_i at (2, 0, 5) by hand: d2/dxdy of xyz is the third factor.
  Tensor x = tensor({2., 0., 5.}, kFloat64).requires_grad_();
  const Tensor grad = autograd::grad({x.prod()}, {x}, {}, {}, true)[0];
  const Tensor second = autograd::grad({grad.sum()}, {x})[0];
  CHECK(second[0].item<double>() == 5);
  CHECK(second[1].item<double>() == 7);
  CHECK(second[2].item<double>() == 2);
}

TEST_CASE("variances and norms agree with PyTorch") {
  recorded().check("var", [](const Tensor& x) { return x.var(); });
  recorded().check("var 1 biased", [](const Tensor& x) { return x.var({1}, false); });
  recorded().check("std 0,2 keep", [](const Tensor& x) { return x.std({0, 2}, true, true); });
  recorded().check("norm", [](const Tensor& x) { return x.norm(); });
  recorded().check("norm 1", [](const Tensor& x) { return x.norm(1, 1); });
  recorded().check("norm 3", [](const Tensor& x) { return x.norm(3, {0, 2}); });
  recorded().check("norm 1.5", [](const Tensor& x) { return x.norm(1.5, 2, true); });
  recorded().check("norm 0.5", [](const Tensor& x) { return x.norm(0.5, 2); });
  recorded().check("norm 0", [](const Tensor& x) { return x.norm(0, 1); });
  recorded().check("norm inf", [](const Tensor& x) { return x.norm(kInf, 1); });
  recorded().check("norm -inf", [](const Tensor& x) { return x.norm(-kInf, 1); });
  recorded().check("norm zero", [](const Tensor& x) { return x.norm(); });
  recorded().check("std constant", [](const Tensor& x) { return x.std({1}, true); });
}

TEST_CASE("logsumexp agrees with PyTorch") {
  recorded().check("logsumexp 1", [](const Tensor& x) { return x.logsumexp(1); });
  recorded().check("logsumexp 0,2 keep", [](const Tensor& x) { return x.logsumexp({0, 2}, true); });
}

TEST_CASE("logsumexp of infinities and of nothing") {
  CHECK(tensor({kInf, 1.}).logsumexp(0).item<double>() == kInf);
  CHECK(tensor({-kInf, -kInf}).logsumexp(0).item<double>() == -kInf);
  CHECK(zeros({0}).logsumexp(0).item<double>() == -kInf);
}

TEST_CASE("extrema agree with PyTorch, ties included") {
  recorded().check("max", [](const Tensor& x) { return x.max(); });
  recorded().check("min", [](const Tensor& x) { return x.min(); });
  recorded().check("max 1", [](const Tensor& x) { return std::get<0>(x.max(1)); });
  recorded().check("min 0 keep", [](const Tensor& x) { return std::get<0>(x.min(0, true)); });
  recorded().check("amax 1", [](const Tensor& x) { return x.amax(1); });
  recorded().check("amin", [](const Tensor& x) { return x.amin(); });
  recorded().check("amax 0,2", [](const Tensor& x) { return x.amax({0, 2}); });
  recorded().check("argmax", [](const Tensor& x) { return x.argmax(); });
  recorded().check("argmax 1", [](const Tensor& x) { return x.argmax(1); });
  recorded().check("argmin 0 keep", [](const Tensor& x) { return x.argmin(0, true); });
}

TEST_CASE("a NaN is the largest and the smallest element") {
  for (const int64_t n : {3, 100, 100000}) {
    CAPTURE(n);
    Tensor x = noise({n});
    x.data_ptr<float>()[n / 2] = static_cast<float>(kNan);
    CHECK(std::isnan(x.max().item<float>()));
    CHECK(std::isnan(x.min().item<float>()));
    CHECK(std::isnan(x.amax().item<float>()));
    CHECK(x.argmax().item<int64_t>() == n / 2);
    CHECK(x.argmin().item<int64_t>() == n / 2);
    CHECK(std::get<1>(x.unsqueeze(1).max(0)).item<int64_t>() == n / 2);
  }
}

TEST_CASE("every layout gives the sums and maxima of a plain loop") {
  std::mt19937 random(3);
  for (int round = 0; round < 400; ++round) {
    const int64_t rank = random() % 5;
    DimVector sizes(rank), order(rank), dims, shape;
    const int64_t pool[] = {1, 2, 3, 5, 17, 40};
    for (int64_t i = 0; i < rank; ++i) {
      sizes[i] = round % 50 == 0 && i == 0 ? 3000 : pool[random() % 6];
      order[i] = i;
    }
    std::shuffle(order.begin(), order.end(), random);
    Tensor x = noise(sizes, kFloat64).permute(order);
    for (int64_t i = 0; i < rank; ++i) {
      if (random() % 6 == 0) x = x.slice(i, 0, x.size(i), 2);
      if (random() % 6 == 0) {
        DimVector wide(x.sizes());
        wide[i] = 6;
        x = x.slice(i, 0, 1).expand(wide);
      }
      if (random() % 2 == 0) dims.push_back(i);
    }
    if (dims.empty()) continue;
    std::vector<double> sums, maxima;
    const Tensor sum = x.sum(dims, true), max = x.amax(dims, true);
    sums.assign(sum.numel(), 0);
    maxima.assign(sum.numel(), -kInf);
    const Tensor plain = x.contiguous();
    for (int64_t e = 0; e < x.numel(); ++e) {
      int64_t rest = e, to = 0, scale = 1;
      for (int64_t i = rank; i-- > 0;) {
        const int64_t at = rest % x.size(i);
        rest /= x.size(i);
        if (sum.size(i) == x.size(i)) {
          to += at * scale;
          scale *= x.size(i);
        }
      }
      const double value = plain.data_ptr<double>()[e];
      sums[to] += value;
      maxima[to] = std::max(maxima[to], value);
    }
    bool same = true;
    for (int64_t i = 0; i < sum.numel(); ++i) {
      same &= std::abs(sums[i] - sum.data_ptr<double>()[i]) < 1e-9;
      same &= maxima[i] == max.data_ptr<double>()[i];
    }
    CAPTURE(round);
    CHECK(same);
  }
}

TEST_CASE("sums are the same bit for bit on one thread and on several") {
  const Tensor row = noise({1234567}), table = noise({3000, 1001});
  const int threads = get_num_threads();
  set_num_threads(1);
  const Tensor a = row.sum(), b = table.sum(0), c = table.sum(1), d = table.norm();
  set_num_threads(3);
  CHECK(equal(a, row.sum()));
  CHECK(equal(b, table.sum(0)));
  CHECK(equal(c, table.sum(1)));
  CHECK(equal(d, table.norm()));
  set_num_threads(threads);
}

TEST_CASE("a long float sum keeps its accuracy") {
  const Tensor x = full({3000000}, 0.1f, kFloat32);
  const double exact = 3000000. * static_cast<double>(0.1f);
  CHECK(std::abs(x.sum().item<float>() - exact) < 1e-6 * exact);
  CHECK(std::abs(x.view({-1, 1}).expand({3000000, 4}).sum(0)[2].item<float>() - exact) <
        1e-6 * exact);
}

TEST_CASE("integers and bools add up in int64") {
  CHECK(tensor({200, 200}, kUInt8).sum().item<int64_t>() == 400);
  CHECK(tensor({200, 200}, kUInt8).sum().dtype() == kInt64);
  CHECK(tensor({true, true, false}).sum().item<int64_t>() == 2);
  CHECK(tensor({100, 100, 100}, kInt32).prod().item<int64_t>() == 1000000);
  CHECK(tensor({1, 2}).sum(kFloat32).dtype() == kFloat32);
  CHECK(tensor({1, 2}).sum(0, false, kInt16).dtype() == kInt16);
  CHECK(tensor({1, 2}).mean(kFloat32).item<float>() == 1.5f);
  CHECK(tensor({1, 2}, kInt32).cumsum(0).dtype() == kInt64);
}

TEST_CASE("reductions of nothing") {
  CHECK(zeros({0}).sum().item<float>() == 0);
  CHECK(zeros({0}).prod().item<float>() == 1);
  CHECK(std::isnan(zeros({0}).mean().item<float>()));
  CHECK(std::isnan(zeros({0}).var().item<float>()));
  CHECK(std::isnan(tensor(3.).var().item<float>()));
  CHECK(zeros({0}).norm(kInf).item<float>() == 0);
  CHECK(zeros({0}).norm(-kInf).item<float>() == 0);
  CHECK(zeros({2, 0}).sum(1).sizes().vec() == std::vector<int64_t>{2});
  CHECK(zeros({2, 0}).sum(1)[1].item<float>() == 0);
  CHECK(zeros({2, 0}).sum(0).sizes().vec() == std::vector<int64_t>{0});
  CHECK(std::get<0>(zeros({2, 0}).max(0)).numel() == 0);
  CHECK(zeros({0}).all().item<bool>());
  CHECK_FALSE(zeros({0}).any().item<bool>());
}

TEST_CASE("a 0-d tensor has one axis to reduce, named 0 or -1") {
  const Tensor x = tensor(3.);
  CHECK(x.sum(0).item<float>() == 3);
  CHECK(x.sum(-1).dim() == 0);
  CHECK(std::get<1>(x.max(0)).item<int64_t>() == 0);
  CHECK(x.argmax(0).item<int64_t>() == 0);
  CHECK(x.prod(0).item<float>() == 3);
}

TEST_CASE("all and any give bool, of uint8 uint8") {
  const Tensor x = tensor({{1., 0.}, {2., 3.}});
  CHECK_FALSE(x.all().item<bool>());
  CHECK(x.any().item<bool>());
  CHECK(x.all(1)[1].item<bool>());
  CHECK_FALSE(x.all(0, true)[0][1].item<bool>());
  CHECK(x.all().dtype() == kBool);
  CHECK(tensor({1, 2}, kUInt8).all().dtype() == kUInt8);
}

TEST_CASE("sum_to_size undoes a broadcast and is recorded") {
  Tensor x = ones({2, 3, 4}).requires_grad_();
  const Tensor y = x.sum_to_size({3, 1});
  CHECK(y.sizes().vec() == std::vector<int64_t>{3, 1});
  CHECK(y[0][0].item<float>() == 8);
  y.backward(tensor({{1.}, {2.}, {3.}}));
  CHECK(x.grad()[1][2][3].item<float>() == 3);
  CHECK(contains(error_of([&] {
                   x.sum_to_size({4, 4});
                 }),
                 "size {[4, 4]} is not expandable to size {[2, 3, 4]}."));
  CHECK(contains(error_of([&] { x[0][0].sum_to_size({1, 4}); }), "is not expandable"));
}

TEST_CASE("equal and allclose") {
  const Tensor x = tensor({{1., 2.}, {3., kNan}});
  CHECK(equal(x[0], tensor({1., 2.})));
  CHECK_FALSE(equal(x, x));
  CHECK_FALSE(equal(x[0], tensor({{1., 2.}})));
  CHECK(equal(x.t()[0], tensor({1., 3.})));
  CHECK(allclose(x, x, 0, 0, true));
  CHECK_FALSE(allclose(x, x));
  CHECK(allclose(tensor({1., 1.000001}), tensor(1.)));
  CHECK_FALSE(allclose(tensor({kInf}), tensor({1.})));
  CHECK(allclose(tensor({kInf}), tensor({kInf})));
  CHECK(contains(error_of([] { allclose(ones({2}), ones({2}, kFloat64)); }),
                 "Float did not match Double"));
}

TEST_CASE("errors name the requirement") {
  const Tensor x = zeros({2, 3}), none = zeros({2, 0});
  const auto says = [](const char* part, const std::function<void()>& f) {
    const std::string text = error_of(f);
    CAPTURE(text);
    CHECK(contains(text, part));
  };
  says("Dimension out of range (expected to be in range of [-2, 1], but got 2)", [&] { x.sum(2); });
  says("dim 0 appears multiple times in the list of dims", [&] { x.sum({0, -2}); });
  says(
      "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
      "reduction dim with the 'dim' argument.",
      [&] { none.max(); });
  says("max(): Expected reduction dim 1 to have non-zero size", [&] { none.max(1); });
  says("amax(): Expected reduction dim 1 to have non-zero size", [&] { none.amax(1); });
  says("argmax(): Expected reduction dim to be specified for input.numel() == 0.",
       [&] { none.argmax(); });
  says(
      "mean(): could not infer output dtype. Input dtype must be either a floating point or "
      "complex dtype. Got: Long",
      [] {
        tensor({1, 2}).mean();
      });
  says("std and var only support floating point", [] { tensor({1, 2}).var(); });
  says("norm(): input dtype should be either floating point or complex. Got Long instead.", [] {
    tensor({1, 2}).norm();
  });
}

TEST_CASE("derivatives of a product with a zero: the second in linear time, and the third") {
  // As PyTorch, and by sums over pairs and triples.
  const Tensor x = tensor({1., 2., 0., 3., 0.5}, kFloat64).requires_grad_();
  const auto graph = [](const Tensor& y, const Tensor& of, std::vector<double> weights) {
    return autograd::grad({y.mul(tensor(weights, kFloat64)).sum()}, {of}, {}, {}, true)[0];
  };
  for (const bool all : {false, true}) {
    const Tensor y = all ? x.prod() : x.prod(0);
    const Tensor first = autograd::grad({y}, {x}, {}, {}, true)[0];
    const Tensor second = graph(first, x, {1, 2, 3, 4, 5});
    const Tensor third = graph(second, x, {2, -1, 1, 3, 1});
    CHECK(second.allclose(tensor({9., 4.5, 40., 3., 18.}, kFloat64)));
    CHECK(third.allclose(tensor({59.5, 41., 111.5, 22.5, 65.}, kFloat64)));
  }
  const Tensor columns = ones({16000, 2}, kFloat64);
  columns[7].zero_();
  columns.requires_grad_();
  const Tensor first = autograd::grad({columns.prod(0).sum()}, {columns}, {}, {}, true)[0];
  const Tensor second = autograd::grad({first.sum()}, {columns})[0];
  CHECK(second[7][1].item<double>() == 15999);
  CHECK(second[8][0].item<double>() == 1);
}

TEST_CASE("spreads of huge and of tiny float32 numbers are those of PyTorch") {
  CHECK(tensor({1e20, 3e20}).std().item<float>() == doctest::Approx(1.4142136e20));
  CHECK(std::isinf(tensor({1e20, 3e20}).var().item<float>()));
  CHECK(tensor({1e-30, 3e-30}).std().item<float>() / 1.4142136e-30f == doctest::Approx(1));
  const Tensor rows = tensor({{1e20, 3e20}, {1., 2.}, {5., 5.}});
  const Tensor deviations = rows.std(IntArrayRef{1});
  CHECK(deviations[0].item<float>() == doctest::Approx(1.4142136e20));
  CHECK(deviations[1].item<float>() == doctest::Approx(0.70710678));
  CHECK(deviations[2].item<float>() == 0);
  // The sum of squares is out of range, the variance is not.
  const Tensor many =
      tensor(std::vector<double>{1e19, -1e19, 1e19, -1e19, 1e19, -1e19, 1e19, -1e19});
  CHECK(many.var(false).item<float>() == doctest::Approx(1e38));
  const Tensor x = tensor({1e20, 3e20}).requires_grad_();
  x.std().backward();
  CHECK(x.grad()[0].item<float>() == doctest::Approx(-0.70710678));
}

TEST_CASE("sum_to_size adds integers up in int64") {
  for (const ScalarType dtype : {kUInt8, kInt8, kInt16, kInt32, kInt64, kBool}) {
    CHECK(ones({3, 4}, dtype).sum_to_size({1, 4}).dtype() == kInt64);
    CHECK(ones({3, 4}, dtype).sum_to_size({3, 4}).dtype() == dtype);
  }
  CHECK(full({300}, 1, kUInt8).sum_to_size({1}).item<int>() == 300);
}

// As libtorch's overloads: an int names a dimension, a bool says whether to correct the bias.
TEST_CASE("var and std take a lone integer for a dimension") {
  const Tensor x = tensor({{1., 2., 6.}, {3., 5., 7.}});
  const std::vector<double> over_rows = {2, 4.5, 0.5}, over_columns = {7, 4};
  CHECK(elements(x.var(0)) == over_rows);
  CHECK(elements(x.var({0})) == over_rows);
  CHECK(elements(x.var(int64_t{0})) == over_rows);
  CHECK(elements(x.var(-1)) == over_columns);
  CHECK(elements(var(x, 0)) == over_rows);
  CHECK(elements(var(x, 1)) == over_columns);
  CHECK(elements(x.std(0).square()).size() == 3);
  CHECK(x.std(1).sizes() == IntArrayRef{2});
  CHECK(gradtape::std(x, 1).sizes() == IntArrayRef{2});
  CHECK(elements(std::get<0>(var_mean(x, 1))) == over_columns);
  CHECK(elements(std::get<1>(var_mean(x, 1))) == std::vector<double>{3, 5});
  CHECK(std::get<0>(std_mean(x, 0)).sizes() == IntArrayRef{3});
  CHECK(x.var(true).dim() == 0);
  CHECK(elements(x.to(kFloat64).var(1, false)) == std::vector<double>{14. / 3, 8. / 3});
}

TEST_CASE("a correction is what var's divisor lacks to the count") {
  const Tensor x = tensor({1., 2., 6.}, kFloat64);  // squared distances add up to 14
  const std::optional<int64_t> none, two = 2;
  CHECK(x.var(IntArrayRef{0}, two).item<double>() == 14);
  CHECK(x.var(std::nullopt, none, true).sizes() == IntArrayRef{1});
  CHECK(x.var(std::nullopt, none).item<double>() == 7);
  CHECK(std::isinf(x.var(IntArrayRef{0}, std::optional<int64_t>(3)).item<double>()));
  CHECK(std::isinf(x.var(IntArrayRef{0}, std::optional<int64_t>(4)).item<double>()));
}

TEST_CASE("max and min of two tensors are maximum and minimum") {
  const Tensor x = tensor({1., 5.}).requires_grad_(), y = tensor({3., 5.}).requires_grad_();
  CHECK(elements(max(x, y)) == std::vector<double>{3, 5});
  CHECK(elements(x.min(y)) == std::vector<double>{1, 5});
  max(x, y).sum().backward();
  CHECK(elements(x.grad()) == std::vector<double>{0, 0.5});
  CHECK(elements(y.grad()) == std::vector<double>{1, 0.5});
  CHECK(max(arange(3), tensor(1.5)).dtype() == kFloat32);
}

}  // namespace gradtape::testing
