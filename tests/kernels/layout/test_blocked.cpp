#include <cstring>
#include <limits>
#include <thread>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "error_of.h"
#include "kernels/layout/blocked.h"
#include "temporary_folder.h"

#include "gradtape/gradtape.h"
#include "gradtape/xtensor.h"

using namespace gradtape;
using namespace gradtape::testing;

// The private layout: results keep it, and nobody else can tell.
namespace {

bool is_private(const Tensor& x) { return x.storage()->private_layout() != nullptr; }

// As a convolution or another layout-aware op would have left it.
Tensor blocked(const Tensor& x, int64_t block) {
  Tensor result = kernels::in_blocks(x, block);
  REQUIRE(is_private(result));
  return result;
}

// NaN equals NaN here.
bool same_bits(const Tensor& a, const Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  const Tensor x = a.clone(), y = b.clone();
  return std::memcmp(x.data_ptr(), y.data_ptr(), x.nbytes()) == 0;
}

double largest_difference(const Tensor& a, const Tensor& b) {
  return (a.to(kFloat64) - b.to(kFloat64)).abs().max().item<double>();
}

struct Order {
  DimVector sizes;
  int64_t block;
};
const Order kOrders[] = {{{2, 32, 9, 7}, 16},
                         {{1, 16, 4, 4}, 16},
                         {{2, 24, 5, 5}, 8},
                         {{3, 6, 8, 8}, 6},
                         {{2, 48, 5, 6}, 48}};

}  // namespace

TEST_CASE("private layout: elements come back in plain order, without a version") {
  manual_seed(0);
  for (const Order& order : kOrders) {
    for (const ScalarType dtype : {kFloat32, kInt32}) {
      const Tensor x = (randn(order.sizes) * 100).to(dtype);
      const Tensor y = blocked(x, order.block);
      CHECK(y.is_contiguous());
      CHECK(kernels::block_of(y) == order.block);
      const void* const first = y.data_ptr();
      CHECK_FALSE(is_private(y));
      CHECK(y.data_ptr() == first);
      CHECK(y._version() == 0);
      CHECK(same_bits(x, y));
    }
  }
}

TEST_CASE("private layout: convolutions leave it, and a plain copy is the same") {
  manual_seed(1);
  const Tensor x = randn({2, 16, 8, 8}), w = randn({32, 16, 3, 3});
  const Tensor y = conv2d(x, w, {}, 1, 1);
  CHECK(is_private(y));
  const Tensor z = relu(y);
  CHECK(is_private(z));
  CHECK(is_private(max_pool2d(z, 2)));
  CHECK(is_private(z + y));
  CHECK(is_private(z * 2));
  const Tensor copy = y.clone();
  CHECK_FALSE(is_private(y));
  CHECK_FALSE(is_private(relu(y)));
  CHECK(same_bits(relu(copy), z));
}

TEST_CASE("private layout: elementwise ops and pools have the plain path's bits") {
  manual_seed(2);
  for (const Order& order : kOrders) {
    CAPTURE(order.sizes);
    Tensor x = randn(order.sizes), other = randn(order.sizes);
    x[0][1][2][3] = std::numeric_limits<float>::quiet_NaN();
    x[0][2][1][1] = -std::numeric_limits<float>::infinity();
    const auto hidden = [&] { return blocked(x, order.block); };
    const Tensor also = blocked(other, order.block);
    CHECK(same_bits(relu(hidden()), relu(x)));
    CHECK(same_bits(hidden() + also, x + other));
    CHECK(same_bits(hidden() + other, x + other));
    CHECK(same_bits(other * hidden(), other * x));
    CHECK(same_bits(hidden() - 3, x - 3));
    CHECK(same_bits(hidden() > also, x > other));
    CHECK(same_bits(hidden().isnan(), x.isnan()));
    const Tensor one = rand({1, 1, 1, 1}).expand(order.sizes);
    CHECK(same_bits(hidden() * one, x * one));
    CHECK(same_bits(one - hidden(), one - x));
    CHECK(same_bits(hidden() + randn({order.sizes[3]}).fill_(2), x + 2));
    CHECK(same_bits(hidden().sum(1), x.sum(1)));
    CHECK(same_bits(hidden().transpose(1, 3) * 2, x.transpose(1, 3) * 2));
    for (const auto& [kernel, stride, padding, dilation, ceil] :
         {std::tuple(2, 2, 0, 1, false), std::tuple(3, 2, 1, 1, false),
          std::tuple(3, 1, 1, 2, false), std::tuple(2, 2, 0, 1, true)}) {
      if (dilation * (kernel - 1) >= order.sizes[2] + 2 * padding) continue;
      const auto pool = [&, k = kernel, s = stride, p = padding, d = dilation,
                         c = ceil](Tensor in) {
        in = in.detach().requires_grad_();
        const Tensor out = max_pool2d(in, k, s, p, d, c);
        const Tensor grad = arange(out.numel(), kFloat32).view(out.sizes());
        out.backward(is_private(out) ? blocked(grad, order.block) : grad);
        return std::pair(out.detach(), in.grad());
      };
      const auto expected = pool(x), got = pool(hidden());
      CHECK(same_bits(got.first, expected.first));
      CHECK(same_bits(got.second, expected.second));
    }
    CHECK(same_bits(gelu(hidden()), gelu(x)));
    CHECK(same_bits(avg_pool2d(hidden(), 3, 2, 1), avg_pool2d(x, 3, 2, 1)));
    CHECK(same_bits(adaptive_avg_pool2d(hidden(), 1), adaptive_avg_pool2d(x, 1)));
    const Tensor slopes = blocked(other, order.block).detach().requires_grad_();
    const Tensor plain_slopes = other.clone().requires_grad_();
    silu(slopes).backward(other);
    silu(plain_slopes).backward(other);
    CHECK(same_bits(slopes.grad(), plain_slopes.grad()));
    const Tensor in = other.clone().requires_grad_(), plain_in = other.clone().requires_grad_();
    const Tensor out = avg_pool2d(in.mul(1), 2), plain_out = avg_pool2d(plain_in, 2);
    const Tensor grad = randn(out.sizes());
    out.backward(blocked(grad, order.block));
    plain_out.backward(grad);
    CHECK(same_bits(in.grad(), plain_in.grad()));
  }
}

TEST_CASE("private layout: a window of padding only points into the image") {
  manual_seed(8);
  const Tensor x = randn({2, 16, 3, 2});
  // Taps 4 apart over 3 rows, or over 2 columns: above and below, or left and right of the image.
  for (const auto& [padding, dilation] :
       {std::pair<DimVector, DimVector>({1, 0}, {4, 1}), {{0, 1}, {1, 3}}, {{1, 1}, {4, 3}}}) {
    CAPTURE(dilation);
    const auto pool = [&, p = padding, d = dilation](Tensor in) {
      in.requires_grad_();
      const Tensor out = max_pool2d(in, 2, 1, p, d);
      out.sum().backward();
      return std::pair(out.detach(), in.grad());
    };
    const auto expected = pool(x.clone()), got = pool(blocked(x, 16));
    CHECK(same_bits(got.first, expected.first));
    CHECK(same_bits(got.second, expected.second));
  }
}

TEST_CASE("private layout: batch norm and whole reductions agree with the plain path") {
  manual_seed(3);
  for (const Order& order : kOrders) {
    CAPTURE(order.sizes);
    const int64_t channels = order.sizes[1];
    // A mean far from 0, which a sum of squares would lose.
    const Tensor x = randn(order.sizes) + 100, grad = randn(order.sizes);
    const Tensor hidden = blocked(x, order.block);
    CHECK(largest_difference(hidden.mean(), x.mean()) < 1e-4);
    CHECK(hidden.max().item<float>() == x.max().item<float>());
    const auto run = [&](const Tensor& input, const Tensor& g, ScalarType dtype, bool training) {
      const Tensor in = input.to(dtype).detach().requires_grad_();
      const Tensor w = arange(1, channels + 1).to(dtype).div(10).requires_grad_();
      const Tensor b = arange(0, channels).to(dtype).requires_grad_();
      const Tensor mean = full({channels}, 100, dtype), var = ones({channels}, dtype);
      const Tensor out = batch_norm(in, w, b, mean, var, training, 0.1, 1e-5, false);
      out.backward(g.to(dtype));
      return std::vector<Tensor>{out.detach(), in.grad(), w.grad(), b.grad(), mean, var};
    };
    for (const bool training : {true, false}) {
      const auto got = run(hidden, blocked(grad, order.block), kFloat32, training);
      const auto exact = run(x, grad, kFloat64, training);
      for (size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        const double scale = 1 + exact[i].abs().max().item<double>();
        CHECK(largest_difference(got[i], exact[i]) < 2e-5 * scale);
      }
    }
  }
}

TEST_CASE("private layout: looking at an image changes no bit of a batch norm behind it") {
  manual_seed(9);
  for (const Order& order : kOrders) {
    CAPTURE(order.sizes);
    if (order.sizes[1] % 16 != 0) continue;
    const Tensor x = randn(order.sizes) + 3, grad = randn(order.sizes);
    const auto run = [&](bool looks) {
      const Tensor in = blocked(x, order.block), g = blocked(grad, order.block);
      if (looks) in.data_ptr(), g.data_ptr();
      in.requires_grad_();
      const int64_t channels = order.sizes[1];
      const Tensor w = ones({channels}).requires_grad_(), b = zeros({channels}).requires_grad_();
      const Tensor mean = zeros({channels}), var = ones({channels});
      const Tensor out = batch_norm(in, w, b, mean, var, true, 0.1, 1e-5, false);
      out.backward(g);
      return std::vector<Tensor>{out.detach(), in.grad(), w.grad(), b.grad(), mean, var};
    };
    const std::vector<Tensor> unseen = run(false), seen = run(true);
    for (size_t i = 0; i < seen.size(); ++i) {
      CAPTURE(i);
      CHECK(same_bits(seen[i], unseen[i]));
    }
  }
}

TEST_CASE("private layout: views, adaptors and pointers see and write the elements") {
  manual_seed(4);
  const Tensor x = randn({2, 16, 4, 3});
  const auto hidden = [&] { return blocked(x, 16); };
  CHECK(same_bits(hidden().view({2, 192}), x.view({2, 192})));
  CHECK(same_bits(hidden().view({32, 1, 4, 3}) * 2, x.view({32, 1, 4, 3}) * 2));
  CHECK(same_bits(hidden()[1], x[1]));
  CHECK(same_bits(hidden().permute({0, 2, 3, 1}), x.permute({0, 2, 3, 1})));
  CHECK(same_bits(hidden().detach(), x));
  CHECK(same_bits(hidden().data(), x));
  const Tensor looked_at = hidden();
  CHECK(looked_at.accessor<float, 4>()[1][2][3][1] == x[1][2][3][1].item<float>());

  Tensor y = hidden();
  const Tensor view = y.view({-1});
  CHECK(is_private(y));
  y.mul_(2);  // still private: the view must see it
  CHECK(same_bits(view, (x * 2).view({-1})));
  view.fill_(3);
  CHECK(y.sum().item<float>() == 3 * 384);

  const Tensor read = hidden();
  CHECK(read.array<float>()(1, 2, 3, 1) == x[1][2][3][1].item<float>());
  Tensor written = hidden();
  written.array<float>() += 1.F;
  CHECK(same_bits(written, x + 1));
  CHECK(written._version() == 1);
}

TEST_CASE("private layout: in-place ops, versions and resizing are as ever") {
  manual_seed(5);
  const Tensor x = randn({2, 32, 4, 4}), other = randn({2, 32, 4, 4});
  const auto check = [&](const auto& write) {
    Tensor plain = x.clone(), hidden = blocked(x, 16);
    write(plain);
    write(hidden);
    CHECK(same_bits(hidden, plain));
    CHECK(hidden._version() == plain._version());
  };
  check([](Tensor& t) { t.relu_(); });
  check([](Tensor& t) { t.add_(1.5); });
  check([&](Tensor& t) { t.mul_(other); });
  check([&](Tensor& t) { t.add_(blocked(other, 16)); });
  check([](Tensor& t) { t.mul_(t); });
  check([](Tensor& t) { t.zero_(); });
  check([&](Tensor& t) { t.copy_(other); });
  check([](Tensor& t) { t[1] = 7; });
  check([](Tensor& t) { t.resize_({5, 7}); });
  check([](Tensor& t) { t.data().add_(1); });
  Tensor target = other.clone();
  target.copy_(blocked(x, 16));
  CHECK(same_bits(target, x));
  target.add_(blocked(x, 16));
  CHECK(same_bits(target, x + x));

  const Tensor w = randn({32, 32, 3, 3}).requires_grad_();
  const Tensor z = relu(conv2d(x, w, {}, 1, 1));
  const Tensor again = z.square().sum();
  z.mul_(2);
  CHECK(contains(error_of([&] { again.backward(); }), "modified by an inplace operation"));
}

TEST_CASE("private layout: saved files, data() and hooks hold plain elements") {
  manual_seed(6);
  const TemporaryFolder folder;
  const Tensor x = randn({2, 16, 3, 3}), y = blocked(x, 16);
  const std::string path = folder.file("y.safetensors");
  io::save_safetensors(path, {{"y", y}});
  CHECK(same_bits(io::load_safetensors(path).front().second, x));

  const Tensor w = randn({16, 16, 3, 3}).requires_grad_(), in = x.clone().requires_grad_();
  const Tensor h = conv2d(in, w, {}, 1, 1);
  Tensor seen;
  h.register_hook([&](const Tensor& grad) { seen = grad.clone(); });
  h.retain_grad();
  relu(h).square().sum().backward();
  CHECK(same_bits(seen, h.grad()));
  CHECK(largest_difference(h.grad(), relu(h) * 2) == 0);
  const Tensor before = in.grad().clone();
  relu(conv2d(in, w, {}, 1, 1)).square().sum().backward();
  CHECK(largest_difference(in.grad(), before * 2) == 0);
}

TEST_CASE("private layout: threads may read one result at the same time") {
  manual_seed(7);
  const Tensor x = randn({2, 32, 12, 12});
  const Tensor expected = relu(x).sum(1);
  for (int round = 0; round < 50; ++round) {
    const Tensor y = blocked(x, 16);
    std::vector<std::thread> readers;
    std::vector<char> right(4, 0);
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([&, i] {
        const Tensor z = i % 2 ? relu(y) : y.clone().relu_();
        right[i] = same_bits(z.sum(1), expected);
      });
    }
    for (std::thread& reader : readers) reader.join();
    for (const char is_right : right) CHECK(is_right);
  }
}
