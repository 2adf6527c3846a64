#include <algorithm>

#include "ops/recorded.h"

#include "gradtape/ops/convolution.h"

using namespace gradtape;
using namespace gradtape::testing;

namespace {

// The float kernels against the double ones: value and all three gradients.
void check_float_against_double(IntArrayRef input, IntArrayRef weight, IntArrayRef stride,
                                IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  const std::vector<Tensor> in_double{wave(input, 0), wave(weight, 1), wave({weight[0]}, 2)};
  std::vector<Tensor> gradients[2];
  Tensor outputs[2];
  for (const int form : {0, 1}) {
    std::vector<Tensor> x;
    for (const Tensor& one : in_double) {
      x.push_back(one.to(form == 0 ? kFloat64 : kFloat32).detach().clone());
      x.back().requires_grad_();
    }
    outputs[form] = conv2d(x[0], x[1], x[2], stride, padding, dilation, groups);
    outputs[form].mul(wave(outputs[form].sizes(), 3).to(x[0].dtype())).sum().backward();
    for (const Tensor& one : x) gradients[form].push_back(one.grad());
  }
  const double scale = outputs[0].detach().abs().max().item<double>();
  check_near(outputs[1], outputs[0].detach(), 1e-5 * scale);
  for (size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    const double largest = std::max(1.0, gradients[0][i].abs().max().item<double>());
    check_near(gradients[1][i], gradients[0][i], 2e-5 * largest);
  }
}

}  // namespace

TEST_CASE("conv2d gives PyTorch's values and gradients") {
  const auto check = [](const char* name, IntArrayRef stride, IntArrayRef padding,
                        IntArrayRef dilation, int64_t groups) {
    check_recorded(name, [&](const auto& x) {
      return conv2d(x[0], x[1], x[2], stride, padding, dilation, groups);
    });
  };
  check("conv2d", 1, 0, 1, 1);
  check("conv2d_one_channel", 1, 2, 1, 1);
  check("conv2d_stride", {2, 3}, {1, 0}, 1, 1);
  check("conv2d_dilation", 1, {1, 2}, {2, 1}, 1);
  check("conv2d_groups", 1, 1, 1, 2);
  check("conv2d_depthwise", 2, 1, 1, 4);
  check("conv2d_unbatched", 1, 1, 1, 1);
  check("conv2d_wide", 1, 1, 1, 1);
}

TEST_CASE("padding by name keeps the size or adds nothing") {
  check_recorded("conv2d_same", [](const auto& x) { return conv2d(x[0], x[1], x[2], 1, "same"); });
  check_recorded("conv1d_same",
                 [](const auto& x) { return conv1d(x[0], x[1], x[2], 1, "same", 2); });
  check_recorded("conv2d", [](const auto& x) { return conv2d(x[0], x[1], x[2], 1, "valid"); });
}

TEST_CASE("conv1d gives PyTorch's values and gradients") {
  check_recorded("conv1d", [](const auto& x) { return conv1d(x[0], x[1], x[2], 2, 1); });
}

TEST_CASE("float convolutions agree with double ones in every layout that they choose") {
  check_float_against_double({3, 1, 12, 12}, {16, 1, 5, 5}, 1, 2, 1, 1);
  check_float_against_double({2, 16, 9, 9}, {32, 16, 5, 5}, 1, 2, 1, 1);
  check_float_against_double({2, 10, 9, 9}, {20, 10, 3, 3}, 1, 0, 1, 1);
  check_float_against_double({2, 3, 11, 9}, {8, 3, 3, 3}, 2, 1, 1, 1);
  check_float_against_double({1, 32, 8, 8}, {32, 1, 3, 3}, 1, 1, 1, 32);
  check_float_against_double({1, 8, 9, 9}, {12, 4, 3, 3}, 2, 2, 2, 2);
  check_float_against_double({2, 5, 8, 8}, {7, 5, 1, 1}, 1, 0, 1, 1);
}

TEST_CASE("convolution differentiates twice") {
  for (const bool with_bias : {false, true}) {
    variable_list inputs{wave({1, 2, 4, 4}, 0), wave({2, 1, 2, 3}, 1)};
    if (with_bias) inputs.push_back(wave({2}, 2));
    for (Tensor& x : inputs) x.requires_grad_();
    const auto f = [&](const variable_list& x) {
      return variable_list{conv2d(x[0], x[1], with_bias ? x[2] : Tensor(), {1, 2}, 1, {2, 1}, 2)};
    };
    CHECK(autograd::gradcheck(f, inputs));
    CHECK(autograd::gradgradcheck(f, inputs));
  }
}

TEST_CASE("an empty batch convolves to an empty batch") {
  Tensor x = zeros({0, 1, 8, 8}).requires_grad_(), w = ones({2, 1, 5, 5}).requires_grad_();
  const Tensor y = conv2d(x, w, ones({2}));
  CHECK(y.sizes() == IntArrayRef({0, 2, 4, 4}));
  y.sum().backward();
  CHECK(w.grad().equal(zeros({2, 1, 5, 5})));
  CHECK(conv2d(zeros({1, 0, 3, 3}), zeros({2, 0, 2, 2}), ones({2})).equal(ones({1, 2, 2, 2})));
}

TEST_CASE("conv2d refuses what does not fit, in PyTorch's words") {
  const auto x = [](std::initializer_list<int64_t> sizes) { return zeros(sizes); };
  CHECK(error_of([&] {
          conv2d(x({64, 3, 28, 28}), x({16, 1, 5, 5}));
        }) ==
        "Given groups=1, weight of size [16, 1, 5, 5], expected input[64, 3, 28, 28] to have 1 "
        "channels, but got 3 channels instead");
  CHECK(error_of([&] {
          conv2d(x({1, 1, 2, 2}), x({1, 1, 5, 5}));
        }) ==
        "Calculated padded input size per channel: (2 x 2). Kernel size: (5 x 5). Kernel size "
        "can't be greater than actual input size");
  CHECK(error_of([&] {
          conv1d(x({1, 1, 3}), x({2, 1, 5}));
        }) ==
        "Calculated padded input size per channel: (3). Kernel size: (5). Kernel size can't be "
        "greater than actual input size");
  CHECK(error_of([&] {
          conv2d(x({1, 2}), x({1, 1, 5, 5}));
        }) ==
        "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [1, 2]");
  CHECK(error_of([&] {
          conv2d(x({1, 1, 8, 8}), x({2, 1, 5, 5}), x({3}));
        }) ==
        "Given weight of size [2, 1, 5, 5], expected bias to be 1-dimensional with 2 elements, but "
        "got bias of size [3] instead");
  CHECK(starts_with(error_of([&] {
                      conv2d(x({1, 1, 8, 8}), x({2, 1, 5, 5}), {}, 0);
                    }),
                    "non-positive stride is not supported"));
  CHECK(starts_with(error_of([&] {
                      conv2d(x({1, 1, 8, 8}), x({2, 1, 5, 5}), {}, 2, "same");
                    }),
                    "padding='same' is not supported for strided convolutions"));
}
