#include <cmath>

#include <doctest/doctest.h>

#include "properties/arrays.h"
#include "properties/property.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::properties;

namespace {

// Layers one after another, between them whatever a user may do with a tensor: what a layer hands
// to the next in a layout of its own must be an ordinary tensor to everything else.
struct Layer {
  int64_t kind;
  Tensor weight, bias;  // parameters, double
  Tensor mean, variance;
};

constexpr int64_t kKinds = 12;

Layer random_layer(int64_t& channels) {
  Layer layer{draw(0, kKinds - 1), {}, {}, {}, {}};
  if (layer.kind <= 2) {
    const int64_t to = one_of<int64_t>({1, 3, 8, 16, 32});
    const int64_t kernel = layer.kind == 2 ? 1 : layer.kind == 1 ? 5 : 3;
    const double scale = 1.7 / std::sqrt(static_cast<double>(channels * kernel * kernel));
    layer.weight = random_tensor({to, channels, kernel, kernel}, kFloat64, -scale, scale);
    layer.bias = random_tensor({to}, kFloat64);
    channels = to;
  } else if (layer.kind == 3) {
    layer.weight = random_tensor({channels}, kFloat64, 0.5, 1.5);
    layer.bias = random_tensor({channels}, kFloat64);
  }
  return layer;
}

Tensor apply(const Layer& layer, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const bool large = x.size(2) > 3 && x.size(3) > 3;
  switch (layer.kind) {
    case 0:
    case 1:
    case 2:
      return conv2d(x, weight, bias, 1, weight.size(2) / 2);
    case 3:
      return batch_norm(x, weight, bias, {}, {}, /*training=*/true, 0.1, /*eps=*/0.1);
    case 4:
      return relu(x);
    case 5:
      return large ? max_pool2d(x, 2) : x;
    case 6:
      return large ? avg_pool2d(x, 2) : x;
    case 7:
      return x.transpose(2, 3);
    case 8:
      return x.flatten(1).view(x.sizes()) * 0.5;
    case 9:
      return x + relu(x);
    case 10:
      return large ? x.slice(2, 1) : x;
    default:
      return x.permute({0, 2, 3, 1}).contiguous().permute({0, 3, 1, 2}) + 0.1;
  }
}

struct Run {
  std::vector<Tensor> leaves;
  Tensor y;
};

Run run(const std::vector<Layer>& layers, const Tensor& input, ScalarType dtype) {
  const auto leaf = [&](const Tensor& tensor) { return tensor.to(dtype).clone().requires_grad_(); };
  Run result{{leaf(input)}, {}};
  result.y = result.leaves[0];
  for (const Layer& layer : layers) {
    Tensor weight, bias;
    if (layer.weight.defined()) {
      result.leaves.push_back(weight = leaf(layer.weight));
      result.leaves.push_back(bias = leaf(layer.bias));
    }
    result.y = apply(layer, result.y, weight, bias);
  }
  return result;
}

double length(const std::vector<double>& values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  return std::sqrt(squares);
}

// The length of the difference, in lengths of what is expected; of one that is nearly 0, as the
// gradient of a bias before batch_norm, in parts of the scale.
double distance(const Tensor& got, const Tensor& expected, double scale) {
  Array difference = read(got);
  const Array exact = read(expected);
  for (size_t i = 0; i < exact.values.size(); ++i) difference[i] -= exact[i];
  return length(difference.values) / (length(exact.values) + 1e-2 * scale + 1e-12);
}

}  // namespace

TEST_SUITE("properties/networks") {
  // Double has none of float's fast kernels and layouts. A rounding may put an element on the other
  // side of relu's kink, so gradients are compared as a whole.
  TEST_CASE("layers in any order give in float what they give in double") {
    check(200, [] {
      int64_t channels = one_of<int64_t>({1, 3, 16});
      const Tensor input =
          random_tensor({draw(1, 4), channels, draw(4, 14), draw(4, 14)}, kFloat64);
      const int64_t depth = draw(1, 8);
      std::vector<Layer> layers;
      for (int64_t i = 0; i < depth; ++i) layers.push_back(random_layer(channels));
      const Run exact = run(layers, input, kFloat64), fast = run(layers, input, kFloat32);
      const Tensor grad =
          random_tensor(Sizes(exact.y.sizes().begin(), exact.y.sizes().end()), kFloat64);
      exact.y.backward(grad);
      fast.y.backward(grad.to(kFloat32));
      std::string kinds;
      for (const Layer& layer : layers) kinds += str(layer.kind, " ");
      require(fast.y.sizes() == exact.y.sizes(), "sizes after layers " + kinds);
      const double error = distance(fast.y, exact.y, 1);
      require(error < 1e-4, str("layers ", kinds, "err by ", error));
      const double scale = length(read(grad).values);
      for (size_t i = 0; i < fast.leaves.size(); ++i) {
        const double off = distance(fast.leaves[i].grad(), exact.leaves[i].grad(), scale);
        require(off < 0.03, str("gradient ", i, " of layers ", kinds, "errs by ", off));
      }
    });
  }
}
