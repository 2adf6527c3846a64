#include <limits>

#include "ops/recorded.h"

#include "gradtape/ops/pooling.h"

using namespace gradtape;
using namespace gradtape::testing;

TEST_CASE("max pools give PyTorch's values and gradients") {
  check_recorded("max_pool2d", [](const auto& x) { return max_pool2d(x[0], 2); });
  check_recorded("max_pool2d_overlap", [](const auto& x) { return max_pool2d(x[0], 3, 1, 1); });
  check_recorded("max_pool2d_dilation", [](const auto& x) {
    return max_pool2d(x[0], {2, 3}, {1, 2}, {1, 1}, {2, 1});
  });
  check_recorded("max_pool2d_ceil",
                 [](const auto& x) { return max_pool2d(x[0], 3, 2, 1, 1, true); });
  check_recorded("max_pool2d_unbatched", [](const auto& x) { return max_pool2d(x[0], 2); });
  check_recorded("max_pool1d", [](const auto& x) { return max_pool1d(x[0], 3, 2, 1); });
}

TEST_CASE("average pools give PyTorch's values and gradients") {
  check_recorded("avg_pool2d", [](const auto& x) { return avg_pool2d(x[0], 2); });
  check_recorded("avg_pool2d_padding", [](const auto& x) { return avg_pool2d(x[0], 3, 2, 1); });
  check_recorded("avg_pool2d_exclude",
                 [](const auto& x) { return avg_pool2d(x[0], 3, 2, 1, true, false); });
  check_recorded("avg_pool2d_ceil", [](const auto& x) { return avg_pool2d(x[0], 3, 2, 1, true); });
  check_recorded("avg_pool2d_divisor", [](const auto& x) {
    return avg_pool2d(x[0], {2, 3}, {1, 2}, 0, false, true, 5);
  });
  check_recorded("avg_pool1d", [](const auto& x) { return avg_pool1d(x[0], 3, 2, 1); });
  check_recorded("adaptive_avg_pool2d", [](const auto& x) {
    return adaptive_avg_pool2d(x[0], {3, 2});
  });
  check_recorded("adaptive_avg_pool1d", [](const auto& x) { return adaptive_avg_pool1d(x[0], 3); });
}

TEST_CASE("of equal elements the first is the largest, and NaN is larger than all") {
  const auto [values, indices] = max_pool2d_with_indices(ones({1, 2, 2}), 2);
  CHECK(indices.equal(zeros({1, 1, 1}, kInt64)));
  const auto place_of = [](const Tensor& square) {
    return std::get<1>(max_pool2d_with_indices(square, 2)).item<int64_t>();
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(place_of(tensor({{{0., 5.}, {5., 0.}}})) == 1);
  CHECK(place_of(tensor({{{0., 0.}, {5., 5.}}})) == 2);
  CHECK(place_of(tensor({{{nan, 5.}, {5., 0.}}})) == 0);
  // PyTorch points at the last NaN.
  CHECK(place_of(tensor({{{nan, nan}, {nan, nan}}})) == 3);
  CHECK(place_of(tensor({{{1., nan}, {nan, 1.}}})) == 2);
  Tensor x = zeros({1, 2, 4});
  x.select(1, 1).select(1, 0).fill_(std::numeric_limits<double>::quiet_NaN());
  const auto [with_nan, places] = max_pool2d_with_indices(x, 2);
  CHECK(with_nan.isnan().equal(tensor({true, false}).view({1, 1, 2})));
  CHECK(places.equal(tensor({4, 2}).view({1, 1, 2})));
}

TEST_CASE("a window of minus infinities points at its first element") {
  const double inf = std::numeric_limits<double>::infinity();
  const auto [values, indices] = max_pool2d_with_indices(full({1, 2, 2}, -inf, kFloat32), 2);
  CHECK(indices.item<int64_t>() == 0);
  CHECK(values.item<float>() == -inf);
}

TEST_CASE("a window of padding only points into the image, where PyTorch's points beyond it") {
  const Tensor x = arange(1., 3.).reshape({1, 1, 1, 2}).requires_grad_();
  const auto [y, places] = max_pool2d_with_indices(x, 2, 1, 1, {2, 1});
  CHECK(y.isinf().all().item<bool>());
  CHECK((places.ge(0) & places.lt(2)).all().item<bool>());
  y.sum().backward();
  CHECK(x.grad().sum().item<double>() == 3);
}

TEST_CASE("pools differentiate twice") {
  const variable_list x{wave({1, 2, 5, 4}, 0).requires_grad_()};
  const auto check = [&](const autograd::GradcheckFunction& f) {
    CHECK(autograd::gradcheck(f, x));
    CHECK(autograd::gradgradcheck(f, x));
  };
  check([](const variable_list& in) { return variable_list{max_pool2d(in[0], 3, 1, 1)}; });
  check([](const variable_list& in) { return variable_list{avg_pool2d(in[0], 3, 2, 1)}; });
}

TEST_CASE("an empty batch pools to an empty batch") {
  CHECK(max_pool2d(zeros({0, 1, 4, 4}), 2).sizes() == IntArrayRef({0, 1, 2, 2}));
  CHECK(avg_pool2d(zeros({0, 1, 4, 4}), 2).sizes() == IntArrayRef({0, 1, 2, 2}));
}

TEST_CASE("pools refuse what does not fit, in PyTorch's words") {
  const Tensor x = zeros({1, 1, 4, 4});
  CHECK(error_of([&] {
          max_pool2d(zeros({1, 1, 2, 2}), 5);
        }) ==
        "Given input size: (1x2x2). Calculated output size: (1x0x0). Output size is too small");
  CHECK(error_of([&] { max_pool2d(x, 2, 2, 2); }) ==
        "pad should be at most half of kernel size, but got pad=2 and kernel_size=2");
  CHECK(starts_with(error_of([&] { avg_pool2d(x, 2, 2, 0, false, true, 0); }),
                    "divisor must be not zero"));
  CHECK(starts_with(error_of([&] {
                      max_pool2d(zeros({2, 2}), 1);
                    }),
                    "Expected 3D or 4D (batch mode) tensor"));
  CHECK(starts_with(error_of([&] {
                      max_pool2d(zeros({1, 1, 4, 4}, kInt64), 2);
                    }),
                    "\"max_pool2d\" not implemented for 'Long'"));
}

TEST_CASE("averages of int64 are cut off, as in PyTorch; of other integers there are none") {
  const Tensor x = arange(16).view({1, 1, 4, 4});
  const auto is = [](const Tensor& got, const std::vector<int64_t>& want) {
    CHECK(got.dtype() == kInt64);
    CHECK(equal(got.reshape({-1}), tensor(want)));
  };
  is(avg_pool2d(x, 2), {2, 4, 10, 12});
  is(avg_pool1d(x.view({1, 1, 16}), 2), {0, 2, 4, 6, 8, 10, 12, 14});
  is(avg_pool2d(-x, 2, {}, 1), {0, 0, 0, -3, -7, -4, -3, -6, -3});
  is(avg_pool2d(-x, 2, {}, 1, false, false), {0, -1, -3, -6, -7, -9, -12, -13, -15});
  is(avg_pool2d(-x, 2, {}, 0, false, true, 3), {-3, -6, -14, -16});
  CHECK(contains(error_of([&] { avg_pool2d(x.to(kInt32), 2); }),
                 "\"avg_pool2d\" not implemented for 'Int'"));
  CHECK(contains(error_of([&] { max_pool2d(x, 2); }), "\"max_pool2d\" not implemented for 'Long'"));
  CHECK(contains(error_of([&] { adaptive_avg_pool2d(x, 2); }), "not implemented for 'Long'"));
}
