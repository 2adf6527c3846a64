#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/convolution/convolution.h"

#include "gradtape/gradtape.h"

using namespace gradtape;

// f32 convolutions, in whatever layout and by whatever algorithm, against f64, which has neither.
namespace {

// Root mean square of a - b relative to b's.
double relative_error(const Tensor& a, const Tensor& b) {
  const Tensor exact = b.to(kFloat64), error = a.to(kFloat64) - exact;
  return (error.square().mean() / exact.square().mean()).sqrt().item<double>();
}

struct Chain {
  std::string name;
  DimVector input, weight;
  int64_t stride = 1, padding = 1, dilation = 1, groups = 1;
};

// Convolution, batch norm, relu, a residual sum and pooling, twice differentiated.
std::vector<Tensor> run_chain(const Chain& chain, ScalarType dtype) {
  manual_seed(11);
  const auto make = [&](const DimVector& sizes) {
    return randn(sizes, kFloat64).to(kFloat32).to(dtype).requires_grad_();
  };
  const Tensor x = make(chain.input), w = make(chain.weight);
  const int64_t channels = chain.weight[0];
  const Tensor bias = make({channels}), scale = make({channels}), shift = make({channels});
  const bool one_axis = chain.input.size() == 3;
  const auto convolve =
      one_axis
          ? [](const Tensor& in, const Tensor& kernel, const Tensor& b,
               const Chain&
                   c) { return conv1d(in, kernel, b, c.stride, c.padding, c.dilation, c.groups); }
          : [](const Tensor& in, const Tensor& kernel, const Tensor& b, const Chain& c) {
              return conv2d(in, kernel, b, c.stride, c.padding, c.dilation, c.groups);
            };
  const Tensor y = convolve(x, w, bias, chain);
  const bool training = y.numel() > channels;
  const Tensor mean = zeros({channels}, dtype), var = ones({channels}, dtype);
  const Tensor normed = batch_norm(y, scale, shift, mean, var, training, 0.1, 1e-5, false);
  const Tensor h = relu(normed + y).mul(0.5);
  const Tensor pooled = one_axis ? max_pool1d(h, 2) : avg_pool2d(max_pool2d(h, 2), 2);
  const variable_list inputs{x, w, bias, scale, shift};
  const variable_list first =
      autograd::grad({pooled.square().sum()}, inputs, {}, true, /*create_graph=*/true);
  std::vector<Tensor> results{pooled.detach(), mean, var};
  Tensor penalty = zeros({}, dtype);
  for (const Tensor& grad : first) {
    results.push_back(grad.detach());
    penalty = penalty + grad.square().mean();
  }
  for (const Tensor& grad : autograd::grad({penalty}, inputs, {}, false, false, true)) {
    results.push_back(grad);
  }
  return results;
}

}  // namespace

TEST_CASE("chains of convolution, batch norm, relu and pooling: f32 agrees with f64") {
  const Chain chains[] = {
      {"whole blocks", {4, 16, 12, 12}, {32, 16, 5, 5}, 1, 2},
      {"Winograd", {6, 32, 12, 12}, {32, 32, 3, 3}},
      {"one image", {1, 32, 12, 12}, {48, 32, 3, 3}},
      {"first layer", {4, 1, 12, 12}, {32, 1, 5, 5}, 1, 2},
      {"first layer, colour", {4, 3, 12, 12}, {16, 3, 3, 3}},
      {"odd channels", {4, 6, 12, 12}, {20, 6, 3, 3}},
      {"odd channels, Winograd", {6, 24, 12, 12}, {40, 24, 3, 3}},
      {"odd outputs", {4, 16, 12, 12}, {10, 16, 3, 3}},
      {"groups", {4, 32, 12, 12}, {32, 8, 3, 3}, 1, 1, 1, 4},
      {"depthwise", {4, 32, 12, 12}, {32, 1, 3, 3}, 1, 1, 1, 32},
      {"dilation", {4, 16, 12, 12}, {16, 16, 3, 3}, 1, 2, 2},
      {"stride", {4, 32, 16, 16}, {32, 32, 3, 3}, 2},
      {"1x1", {4, 32, 8, 8}, {64, 32, 1, 1}, 1, 0},
      {"1-d", {4, 32, 24}, {32, 32, 3}},
  };
  for (const Chain& chain : chains) {
    CAPTURE(chain.name);
    const std::vector<Tensor> fast = run_chain(chain, kFloat32), exact = run_chain(chain, kFloat64);
    REQUIRE(fast.size() == exact.size());
    for (size_t i = 0; i < fast.size(); ++i) {
      CAPTURE(i);
      REQUIRE(fast[i].defined() == exact[i].defined());
      if (!fast[i].defined()) continue;
      REQUIRE(fast[i].sizes() == exact[i].sizes());
      const double error = relative_error(fast[i], exact[i]);
      // The bias before a batch norm has a gradient of 0, and so rounding alone.
      if (exact[i].abs().max().item<double>() > 1e-9) CHECK(error < 2e-4);
    }
  }
}

TEST_CASE("batches of size 0 pass through a chain") {
  const Tensor x = zeros({0, 32, 8, 8}).requires_grad_(),
               w = randn({32, 32, 3, 3}).requires_grad_();
  const Tensor y = max_pool2d(relu(conv2d(x, w, {}, 1, 1)), 2);
  CHECK(y.sizes() == IntArrayRef{0, 32, 4, 4});
  y.sum().backward();
  CHECK(x.grad().sizes() == x.sizes());
  CHECK(w.grad().abs().max().item<float>() == 0);
}

TEST_CASE("Winograd's error is within 10 times direct convolution's") {
  struct Shape {
    int64_t batch, in, out, size;
  };
  for (const auto& [batch, in, out, size] :
       {Shape{4, 32, 32, 28}, Shape{4, 64, 64, 14}, Shape{6, 32, 96, 9}, Shape{3, 128, 128, 14},
        Shape{6, 24, 40, 11}, Shape{12, 256, 64, 7}}) {
    CAPTURE(in);
    CAPTURE(out);
    manual_seed(12);
    // What a network convolves: rectified on the way forward, any sign on the way back.
    const Tensor x = relu(randn({batch, in, size, size})), w = randn({out, in, 3, 3});
    const Tensor grad = randn({batch, out, size, size});
    kernels::Conv2dShape shape{batch, in, size, size, out, 3, 3, size, size,
                               1,     1,  1,    1,    1,   1, 1, 1,    1};
    const auto passes = [&](ScalarType dtype) {
      const Tensor a = x.to(dtype), b = w.to(dtype), g = grad.to(dtype);
      return std::vector<Tensor>{kernels::conv2d(a, b, {}, shape),
                                 kernels::conv2d_input_grad(g, b, shape),
                                 kernels::conv2d_weight_grad(g, a, shape)};
    };
    // The same sums by direct convolution: Winograd does not take windows of 4x4.
    const auto direct_passes = [&] {
      kernels::Conv2dShape direct = shape;
      direct.kernel_h = direct.kernel_w = 4;  // a row and a column of zeros
      direct.pad_bottom = direct.pad_right = 2;
      const Tensor wide = zeros({out, in, 4, 4});
      wide.narrow(2, 0, 3).narrow(3, 0, 3).copy_(w);
      const Tensor weight_grad = kernels::conv2d_weight_grad(grad, x, direct);
      return std::vector<Tensor>{kernels::conv2d(x, wide, {}, direct),
                                 kernels::conv2d_input_grad(grad, wide, direct),
                                 weight_grad.narrow(2, 0, 3).narrow(3, 0, 3)};
    };
    const std::vector<Tensor> fast = passes(kFloat32), exact = passes(kFloat64),
                              direct = direct_passes();
    for (size_t i = 0; i < fast.size(); ++i) {
      CAPTURE(i);
      const double error = relative_error(fast[i], exact[i]);
      const double reference = relative_error(direct[i], exact[i]);
      CHECK(reference < 1e-5);
      CHECK(error < 10 * reference);
    }
  }
}

TEST_CASE("convolutions of few Winograd tiles, or of less than one, are direct") {
  // Where nothing but zeros is read, direct convolution leaves exact zeros; Winograd leaves the
  // noise of its whole tile, and spreads a NaN over it.
  const Tensor w = randn({32, 32, 3, 3});
  for (const auto& [batch, h, width] :
       {std::tuple(100, 3, 3), std::tuple(100, 3, 9), std::tuple(100, 9, 3), std::tuple(1, 14, 14),
        std::tuple(8, 7, 7)}) {
    const Tensor x = zeros({batch, 32, h, width});
    x[0][0][0][0] = 1e6;
    CHECK(conv2d(x, w, {}, 1, 1)[0][0][2][2].item<float>() == 0);
    x[0][0][0][0] = std::numeric_limits<float>::quiet_NaN();
    CHECK(conv2d(x, w, {}, 1, 1)[0][0].isnan().sum().item<int64_t>() == 4);
  }
}
