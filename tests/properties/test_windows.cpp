#include <algorithm>
#include <limits>

#include <doctest/doctest.h>

#include "properties/arrays.h"
#include "properties/property.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::properties;

// Convolution and pooling: windows that move over images.
namespace {

// One axis of a window.
struct Axis {
  int64_t in, kernel, stride, padding, dilation;

  int64_t out(bool ceil = false) const {
    const int64_t free = in + 2 * padding - dilation * (kernel - 1) - 1;
    int64_t result = free / stride + 1;
    // A window that begins beyond image and left padding is left out.
    if (ceil && free % stride != 0 && result * stride < in + padding) ++result;
    return result;
  }
  // The input that tap k of output o reads; outside [0, in) it is padding.
  int64_t at(int64_t o, int64_t k) const { return o * stride - padding + k * dilation; }
  bool inside(int64_t i) const { return i >= 0 && i < in; }
};

Axis random_axis(int64_t most, bool pools) {
  Axis axis{};
  axis.kernel = draw(1, pools ? 4 : 5);
  axis.stride = draw(1, 3);
  axis.padding = draw(0, pools ? axis.kernel / 2 : 2);
  axis.dilation = draw(1, 2);
  const int64_t least =
      std::max<int64_t>(1, axis.dilation * (axis.kernel - 1) + 1 - 2 * axis.padding);
  axis.in = draw(least, std::max(least, most));
  return axis;
}

struct Conv {
  int64_t batch, groups, in, out;  // channels in and out: of one group
  Axis h, w;

  Sizes input() const { return {batch, groups * in, h.in, w.in}; }
  Sizes weight() const { return {groups * out, in, h.kernel, w.kernel}; }
  Sizes output() const { return {batch, groups * out, h.out(), w.out()}; }
  int64_t work() const { return count(output()) * in * h.kernel * w.kernel; }

  // f(place in the output, in the input, in the weight) for every product.
  template <class F>
  void for_each(const F& f) const {
    int64_t y = 0;
    for (int64_t n = 0; n < batch; ++n)
      for (int64_t c = 0; c < groups * out; ++c)
        for (int64_t oh = 0; oh < h.out(); ++oh)
          for (int64_t ow = 0; ow < w.out(); ++ow, ++y)
            for (int64_t i = 0; i < in; ++i)
              for (int64_t kh = 0; kh < h.kernel; ++kh)
                for (int64_t kw = 0; kw < w.kernel; ++kw) {
                  const int64_t row = h.at(oh, kh), col = w.at(ow, kw);
                  if (!h.inside(row) || !w.inside(col)) continue;
                  const int64_t channel = c / out * in + i;
                  f(y, ((n * groups * in + channel) * h.in + row) * w.in + col,
                    ((c * in + i) * h.kernel + kh) * w.kernel + kw);
                }
  }
};

Conv random_conv() {
  for (int64_t most = 14;; most = most / 2 + 1) {
    Conv conv{};
    conv.batch = draw(1, 4);
    conv.groups = rarely(3) ? draw(2, 4) : 1;
    const Sizes widths = {1, 2, 3, 5, 8, 16, 17, 32};
    conv.in = one_of(widths);
    conv.out = one_of(widths);
    if (rarely(5)) conv = {conv.batch, conv.in, 1, draw(1, 2), {}, {}};  // depthwise
    conv.h = random_axis(most, false);
    conv.w = coin() ? conv.h : random_axis(most, false);
    if (rarely(3)) conv.h = conv.w = {draw(3, most), 3, 1, 1, 1};  // Winograd's
    if (conv.work() <= 400'000) return conv;
  }
}

Expected of(const Sizes& sizes, const std::vector<Sum>& sums, double factor = 1) {
  Expected result(sizes);
  for (size_t i = 0; i < sums.size(); ++i) result.set(i, sums[i].value, factor * sums[i].bound());
  return result;
}

struct Pool {
  int64_t batch, channels;
  Axis h, w;
  bool ceil;

  Sizes input() const { return {batch, channels, h.in, w.in}; }
  Sizes output() const { return {batch, channels, h.out(ceil), w.out(ceil)}; }
};

Pool random_pool(bool dilates) {
  Pool pool{draw(1, 3), one_of<int64_t>({1, 3, 8, 16, 20}), random_axis(16, true), {}, coin()};
  pool.w = coin() ? pool.h : random_axis(16, true);
  if (!dilates) pool.h.dilation = pool.w.dilation = 1;
  return pool;
}

// f(place in the output, first place of its image, its row and column) for each output.
template <class F>
void for_each_window(const Pool& pool, const F& f) {
  int64_t y = 0;
  for (int64_t image = 0; image < pool.batch * pool.channels; ++image)
    for (int64_t row = 0; row < pool.h.out(pool.ceil); ++row)
      for (int64_t col = 0; col < pool.w.out(pool.ceil); ++col)
        f(y++, image * pool.h.in * pool.w.in, row, col);
}

}  // namespace

TEST_SUITE("properties/windows") {
  TEST_CASE("conv2d and its gradients are seven loops") {
    check(600, [] {
      const Conv conv = random_conv();
      const ScalarType dtype = rarely(4) ? kFloat64 : kFloat32;
      const Tensor x = random_leaf(conv.input(), dtype), w = random_leaf(conv.weight(), dtype);
      const Tensor bias = coin() ? random_leaf({conv.groups * conv.out}, dtype) : Tensor();
      if (rarely(4)) x.requires_grad_(false);
      const Tensor y =
          conv2d(x, w, bias, {conv.h.stride, conv.w.stride}, {conv.h.padding, conv.w.padding},
                 {conv.h.dilation, conv.w.dilation}, conv.groups);
      const Tensor grad = random_tensor(conv.output(), dtype);
      y.backward(grad);

      const Array in = read(x), taps = read(w), g = read(grad);
      std::vector<Sum> value(count(conv.output())), grad_x(count(conv.input()));
      std::vector<Sum> grad_w(count(conv.weight())), grad_b(conv.groups * conv.out);
      const int64_t image = conv.h.out() * conv.w.out();
      if (bias.defined()) {
        const Array b = read(bias);
        for (size_t i = 0; i < value.size(); ++i) value[i].add(b[i / image % grad_b.size()]);
      }
      conv.for_each([&](int64_t to, int64_t from, int64_t tap) {
        value[to].add(in[from] * taps[tap]);
        grad_x[from].add(g[to] * taps[tap]);
        grad_w[tap].add(g[to] * in[from]);
      });
      for (size_t i = 0; i < value.size(); ++i) grad_b[i / image % grad_b.size()].add(g[i]);
      const double winograd = 10;  // times what direct convolution errs
      require_close("conv2d", y, of(conv.output(), value, winograd));
      if (x.requires_grad())
        require_close("gradient of x in conv2d", x.grad(), of(conv.input(), grad_x, winograd));
      require_close("gradient of weight in conv2d", w.grad(), of(conv.weight(), grad_w, winograd));
      if (bias.defined())
        require_close("gradient of bias in conv2d", bias.grad(),
                      of({conv.groups * conv.out}, grad_b));
    });
  }

  TEST_CASE("max_pool2d takes the largest, and its gradient goes there") {
    check(600, [] {
      const Pool pool = random_pool(/*dilates=*/true);
      const ScalarType dtype = random_dtype();
      const Tensor x = random_leaf(pool.input(), dtype);
      const Tensor y = max_pool2d(x, {pool.h.kernel, pool.w.kernel}, {pool.h.stride, pool.w.stride},
                                  {pool.h.padding, pool.w.padding},
                                  {pool.h.dilation, pool.w.dilation}, pool.ceil);
      const Tensor grad = random_tensor(pool.output(), dtype);
      y.backward(grad);
      const Array in = read(x), g = read(grad);
      Expected value(pool.output());
      std::vector<Sum> slope(count(pool.input()));
      for_each_window(pool, [&](int64_t to, int64_t image, int64_t row, int64_t col) {
        int64_t best = -1;
        for (int64_t kh = 0; kh < pool.h.kernel; ++kh)
          for (int64_t kw = 0; kw < pool.w.kernel; ++kw) {
            const int64_t r = pool.h.at(row, kh), c = pool.w.at(col, kw);
            if (!pool.h.inside(r) || !pool.w.inside(c)) continue;
            const int64_t at = image + r * pool.w.in + c;
            if (best < 0 || in[at] > in[best]) best = at;
          }
        if (best < 0) {
          value.set(to, -std::numeric_limits<double>::infinity(), 0);
          return;
        }
        value.set(to, in[best], 0);
        slope[best].add(g[to]);
      });
      for (const double v : value.array.values)
        if (!std::isfinite(v)) return;  // a dilated window that reads padding only
      require_close("max_pool2d", y, value);
      require_close("gradient of max_pool2d", x.grad(), of(pool.input(), slope));
    });
  }

  TEST_CASE("avg_pool2d divides by the window, with or without padding") {
    check(600, [] {
      const Pool pool = random_pool(/*dilates=*/false);
      const bool counts_padding = coin();
      const ScalarType dtype = random_dtype();
      const Tensor x = random_leaf(pool.input(), dtype);
      const Tensor y = avg_pool2d(x, {pool.h.kernel, pool.w.kernel}, {pool.h.stride, pool.w.stride},
                                  {pool.h.padding, pool.w.padding}, pool.ceil, counts_padding);
      const Tensor grad = random_tensor(pool.output(), dtype);
      y.backward(grad);
      const Array in = read(x), g = read(grad);
      std::vector<Sum> value(count(pool.output())), slope(count(pool.input()));
      for_each_window(pool, [&](int64_t to, int64_t image, int64_t row, int64_t col) {
        int64_t pixels = 0, padded = 0;
        for (int64_t kh = 0; kh < pool.h.kernel; ++kh)
          for (int64_t kw = 0; kw < pool.w.kernel; ++kw) {
            const int64_t r = pool.h.at(row, kh), c = pool.w.at(col, kw);
            pixels += pool.h.inside(r) && pool.w.inside(c);
            padded += r < pool.h.in + pool.h.padding && c < pool.w.in + pool.w.padding;
          }
        const auto divisor = static_cast<double>(counts_padding ? padded : pixels);
        for (int64_t kh = 0; kh < pool.h.kernel; ++kh)
          for (int64_t kw = 0; kw < pool.w.kernel; ++kw) {
            const int64_t r = pool.h.at(row, kh), c = pool.w.at(col, kw);
            if (!pool.h.inside(r) || !pool.w.inside(c)) continue;
            value[to].add(in[image + r * pool.w.in + c] / divisor);
            slope[image + r * pool.w.in + c].add(g[to] / divisor);
          }
      });
      require_close("avg_pool2d", y, of(pool.output(), value));
      require_close("gradient of avg_pool2d", x.grad(), of(pool.input(), slope));
    });
  }
}
