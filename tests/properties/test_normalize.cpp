#include <cmath>

#include <doctest/doctest.h>

#include "properties/arrays.h"
#include "properties/property.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::properties;

namespace {

constexpr double kEps = 1e-3;

// y = (x - mean) / sqrt(var + eps) within each group of elements, and its gradient by the textbook:
// dx = (d - mean(d) - y mean(d y)) / sqrt(var + eps), where d is the gradient of y.
struct Standardized {
  std::vector<double> y, dx;
  std::vector<double> mean, variance;  // of each group

  template <class GroupOf>
  Standardized(const Array& x, const std::vector<double>& d, int64_t groups, const GroupOf& group)
      : y(d.size()), dx(d.size()), mean(groups), variance(groups) {
    std::vector<double> n(groups), mean_d(groups), mean_dy(groups);
    for (size_t i = 0; i < d.size(); ++i) {
      ++n[group(i)];
      mean[group(i)] += x[i];
    }
    for (int64_t g = 0; g < groups; ++g) mean[g] /= n[g];
    for (size_t i = 0; i < d.size(); ++i)
      variance[group(i)] += std::pow(x[i] - mean[group(i)], 2) / n[group(i)];
    for (size_t i = 0; i < d.size(); ++i) {
      const int64_t g = group(i);
      y[i] = (x[i] - mean[g]) / std::sqrt(variance[g] + kEps);
      mean_d[g] += d[i] / n[g];
      mean_dy[g] += d[i] * y[i] / n[g];
    }
    for (size_t i = 0; i < d.size(); ++i) {
      const int64_t g = group(i);
      dx[i] = (d[i] - mean_d[g] - y[i] * mean_dy[g]) / std::sqrt(variance[g] + kEps);
    }
  }
};

}  // namespace

TEST_SUITE("properties/normalize") {
  TEST_CASE("batch_norm, its running statistics and its gradients") {
    check(400, [] {
      Sizes sizes = {draw(2, 9), one_of<int64_t>({1, 3, 8, 16, 17, 32}), draw(1, 12), draw(1, 12)};
      sizes.resize(draw(2, 4));
      const int64_t channels = sizes[1], inner = count(sizes) / (sizes[0] * channels);
      const bool training = coin(), affine = coin();
      const ScalarType dtype = random_dtype();
      const Tensor x = random_leaf(sizes, dtype, -1, 2);
      const Tensor weight = affine ? random_leaf({channels}, dtype) : Tensor();
      const Tensor bias = affine ? random_leaf({channels}, dtype) : Tensor();
      const Tensor running_mean = random_tensor({channels}, dtype, -1, 1, false);
      const Tensor running_var = random_tensor({channels}, dtype, 0.5, 2, false);
      const Array old_mean = read(running_mean), old_var = read(running_var);
      const Tensor y = batch_norm(x, weight, bias, running_mean, running_var, training, 0.25, kEps);
      const Tensor grad = random_tensor(sizes, dtype);
      y.backward(grad);

      const Array in = read(x), g = read(grad);
      const Array w = affine ? read(weight) : Array(), b = affine ? read(bias) : Array();
      const auto channel = [&](int64_t i) { return i / inner % channels; };
      const auto scale = [&](int64_t i) { return affine ? w[channel(i)] : 1; };
      std::vector<double> d(count(sizes));
      for (int64_t i = 0; i < count(sizes); ++i) d[i] = g[i] * scale(i);
      const Standardized by_batch(in, d, channels, channel);
      Expected value(sizes), slope(sizes), grad_w({channels}), grad_b({channels});
      Expected new_mean({channels}), new_var({channels});
      std::vector<Sum> sums_w(channels), sums_b(channels);
      for (int64_t i = 0; i < count(sizes); ++i) {
        const int64_t c = channel(i);
        const double deviation = std::sqrt(old_var[c] + kEps);
        const double normal = training ? by_batch.y[i] : (in[i] - old_mean[c]) / deviation;
        value.set(i, normal * scale(i) + (affine ? b[c] : 0), 400);
        slope.set(i, training ? by_batch.dx[i] : d[i] / deviation,
                  2000 / std::sqrt((training ? by_batch.variance[c] : old_var[c]) + kEps));
        sums_w[c].add(g[i] * normal);
        sums_b[c].add(g[i]);
      }
      const auto n = static_cast<double>(sizes[0] * inner);
      for (int64_t c = 0; c < channels; ++c) {
        grad_w.set(c, sums_w[c].value, 400 * n);
        grad_b.set(c, sums_b[c]);
        const double mean = by_batch.mean[c], var = by_batch.variance[c] * n / (n - 1);
        new_mean.set(c, training ? 0.75 * old_mean[c] + 0.25 * mean : old_mean[c], 100);
        new_var.set(c, training ? 0.75 * old_var[c] + 0.25 * var : old_var[c], 100);
      }
      require_close("batch_norm", y, value);
      require_close("gradient of x in batch_norm", x.grad(), slope);
      require_close("running mean", running_mean, new_mean);
      require_close("running variance", running_var, new_var);
      if (!affine) return;
      require_close("gradient of weight in batch_norm", weight.grad(), grad_w);
      require_close("gradient of bias in batch_norm", bias.grad(), grad_b);
    });
  }

  TEST_CASE("cross_entropy of classes, weighted, with ignored targets and smoothed labels") {
    check(400, [] {
      const int64_t batch = draw(1, 70), classes = draw(1, 40), inner = coin() ? 1 : draw(2, 9);
      const bool weighted = coin(), per_pixel = inner > 1;
      const double smoothing = one_of<double>({0, 0, 0.2});
      const int64_t reduction = draw(0, 2), ignored = draw(0, 3) == 0 ? 0 : -100;
      const ScalarType dtype = random_dtype();
      const Sizes sizes = per_pixel ? Sizes{batch, classes, inner} : Sizes{batch, classes};
      const Sizes places = per_pixel ? Sizes{batch, inner} : Sizes{batch};
      const Tensor x = random_leaf(sizes, dtype, -5, 5);
      const Tensor weight = weighted ? random_tensor({classes}, dtype, 0.5, 2) : Tensor();
      const Tensor target =
          random_tensor(places, kFloat64, 0, static_cast<double>(classes)).floor().to(kInt64);
      const Array in = read(x), t = read(target.to(kFloat64));
      const Array w = weighted ? read(weight) : Array();
      const auto weight_of = [&](int64_t c) { return weighted ? w[c] : 1; };

      // Loss of each place, its gradient, and what the mean divides by.
      double divisor = 0;
      std::vector<double> losses(count(places)), slopes(count(sizes));
      for (int64_t place = 0; place < count(places); ++place) {
        const auto label = static_cast<int64_t>(t[place]);
        if (label == ignored) continue;
        divisor += weight_of(label);
        const int64_t first = place / inner * classes * inner + place % inner;
        double total = 0, mass = 0;
        for (int64_t c = 0; c < classes; ++c) total += std::exp(in[first + c * inner]);
        const auto share = [&](int64_t c) {
          const auto even = smoothing / static_cast<double>(classes);
          return weight_of(c) * (even + (c == label ? 1 - smoothing : 0));
        };
        for (int64_t c = 0; c < classes; ++c) {
          mass += share(c);
          losses[place] -= share(c) * (in[first + c * inner] - std::log(total));
        }
        for (int64_t c = 0; c < classes; ++c)
          slopes[first + c * inner] = mass * std::exp(in[first + c * inner]) / total - share(c);
      }
      if (reduction == Reduction::Mean && divisor == 0) return;  // NaN, as PyTorch's
      const Tensor y = cross_entropy_loss(x, target, weight, reduction, ignored, smoothing);
      const bool keeps = reduction == Reduction::None;
      const Tensor grad = random_tensor(keeps ? places : Sizes{}, dtype);
      y.backward(grad);
      const Array g = read(grad);
      const double scale = reduction == Reduction::Mean ? divisor : 1;
      Expected value(keeps ? places : Sizes{}), slope(sizes);
      Sum sum;
      for (int64_t place = 0; place < count(places); ++place) {
        sum.add(losses[place] / scale);
        if (keeps) value.set(place, losses[place], 100);
        for (int64_t c = 0; c < classes; ++c) {
          const int64_t i = place / inner * classes * inner + c * inner + place % inner;
          slope.set(i, slopes[i] * g[keeps ? place : 0] / scale, 200 / scale);
        }
      }
      if (!keeps) value.set(0, sum.value, 100 * static_cast<double>(count(places)) / scale);
      require_close("cross_entropy", y, value);
      require_close("gradient of cross_entropy", x.grad(), slope);
    });
  }
}
