#include <functional>

#include <doctest/doctest.h>

#include "properties/arrays.h"
#include "properties/property.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::properties;

namespace {

// Sizes on both sides of where kernels change: registers, panels, depth, a library, threads.
int64_t extent(int64_t most) {
  static const Sizes kEdges = {1,   2,   3,   4,   5,   7,   8,   9,   12,  15,  16, 17, 20,
                               24,  31,  32,  33,  47,  48,  49,  63,  64,  65,  95, 96, 97,
                               127, 128, 129, 160, 255, 256, 257, 511, 512, 513, 600};
  int64_t last = 0;
  while (last + 1 < static_cast<int64_t>(kEdges.size()) && kEdges[last + 1] <= most) ++last;
  return kEdges[draw(0, last)];
}

struct Extents {
  int64_t m, k, n;
};

Extents random_extents(int64_t most_work) {
  Extents e{};
  int64_t* order[] = {&e.m, &e.k, &e.n};
  const int64_t first = draw(0, 2);  // the one that may be the longest
  int64_t left = most_work;
  for (int64_t i = 0; i < 3; ++i) {
    int64_t& size = *order[(first + i) % 3];
    size = rarely(40) ? 0 : extent(left);
    left /= std::max<int64_t>(size, 1);
  }
  return e;
}

// Most are small; some are for a library and both threads.
int64_t random_work() {
  return one_of<int64_t>({40, 600, 10'000, 24'000, 450'000, 450'000, 3'000'000});
}

// Matrix i of a [*, rows, cols] array, or its transpose.
struct Matrices {
  const Array& array;
  bool transposed = false;

  int64_t rows() const { return array.sizes[array.sizes.size() - (transposed ? 1 : 2)]; }
  int64_t cols() const { return array.sizes[array.sizes.size() - (transposed ? 2 : 1)]; }
  const double* at(int64_t i) const { return array.values.data() + i * rows() * cols(); }
  int64_t row_step() const { return transposed ? 1 : cols(); }
  int64_t col_step() const { return transposed ? rows() : 1; }
};

// alpha a b + beta c for each matrix of a batch; c may be null.
Expected products(const Sizes& sizes, const Matrices& a, const Matrices& b, double alpha = 1,
                  double beta = 0, const std::function<double(int64_t)>& c = nullptr) {
  Expected result(sizes);
  int64_t element = 0;
  const int64_t m = a.rows(), k = a.cols(), n = b.cols(),
                batch = m * n > 0 ? count(sizes) / (m * n) : 0;
  for (int64_t i = 0; i < batch; ++i)
    for (int64_t row = 0; row < m; ++row)
      for (int64_t col = 0; col < n; ++col) {
        const double* left = a.at(i) + row * a.row_step();
        const double* right = b.at(i) + col * b.col_step();
        long double value = 0;
        double magnitude = 0;
        for (int64_t p = 0; p < k; ++p) {
          const double term = left[p * a.col_step()] * right[p * b.row_step()];
          value += term;
          magnitude += term < 0 ? -term : term;
        }
        Sum sum{alpha * value, std::abs(alpha) * magnitude, static_cast<double>(k)};
        if (c) sum.add(beta * c(element));
        result.set(element++, sum);
      }
  return result;
}

}  // namespace

TEST_SUITE("properties/products") {
  TEST_CASE("mm and its gradients") {
    check(300, [] {
      const auto [m, k, n] = random_extents(random_work());
      const ScalarType dtype = random_dtype();
      const Tensor a = random_leaf({m, k}, dtype), b = random_leaf({k, n}, dtype);
      const Tensor grad = random_tensor({m, n}, dtype);
      const Tensor y = coin() ? mm(a, b) : matmul(a, b);
      y.backward(grad);
      const Array left = read(a), right = read(b), g = read(grad);
      require_close("mm", y, products({m, n}, {left}, {right}));
      require_close("gradient of a in mm", a.grad(), products({m, k}, {g}, {right, true}));
      require_close("gradient of b in mm", b.grad(), products({k, n}, {left, true}, {g}));
    });
  }

  TEST_CASE("linear of any rank, with its three gradients") {
    check(300, [] {
      const auto [rows, in, out] = random_extents(random_work());
      const ScalarType dtype = random_dtype();
      const int64_t kind = draw(0, 2);
      const Sizes lead = kind == 0 ? Sizes{rows} : kind == 1 ? Sizes{2, rows} : Sizes{rows, 1};
      Sizes in_sizes = lead, out_sizes = lead;
      in_sizes.push_back(in);
      out_sizes.push_back(out);
      const Tensor x = random_leaf(in_sizes, dtype), w = random_leaf({out, in}, dtype);
      const Tensor bias = coin() ? random_leaf({out}, dtype) : Tensor();
      const Tensor grad = random_tensor(out_sizes, dtype);
      const Tensor y = linear(x, w, bias);
      y.backward(grad);

      Array left = read(x), g = read(grad);
      const Array right = read(w), b = bias.defined() ? read(bias) : Array();
      left.sizes = {count(lead), in};
      g.sizes = {count(lead), out};
      std::function<double(int64_t)> start;
      if (bias.defined()) start = [&](int64_t i) { return b[i % out]; };
      require_close("linear", y, products(out_sizes, {left}, {right, true}, 1, 1, start));
      Expected grad_x = products({count(lead), in}, {g}, {right});
      grad_x.array.sizes = in_sizes;
      require_close("gradient of x in linear", x.grad(), grad_x);
      require_close("gradient of weight in linear", w.grad(),
                    products({out, in}, {g, true}, {left}));
      if (!bias.defined()) return;
      std::vector<Sum> sums(out);
      for (int64_t i = 0; i < count(g.sizes); ++i) sums[i % out].add(g[i]);
      Expected grad_bias({out});
      for (int64_t i = 0; i < out; ++i) grad_bias.set(i, sums[i]);
      require_close("gradient of bias in linear", bias.grad(), grad_bias);
    });
  }

  TEST_CASE("bmm and its gradients") {
    check(300, [] {
      const int64_t batch = draw(0, 9);
      const auto [m, k, n] = random_extents(random_work() / std::max<int64_t>(batch, 1) + 1);
      const ScalarType dtype = random_dtype();
      const Tensor a = random_leaf({batch, m, k}, dtype), b = random_leaf({batch, k, n}, dtype);
      const Tensor grad = random_tensor({batch, m, n}, dtype);
      const Tensor y = coin() ? bmm(a, b) : matmul(a, b);
      y.backward(grad);
      const Array left = read(a), right = read(b), g = read(grad);
      require_close("bmm", y, products({batch, m, n}, {left}, {right}));
      require_close("gradient of a in bmm", a.grad(), products({batch, m, k}, {g}, {right, true}));
      require_close("gradient of b in bmm", b.grad(), products({batch, k, n}, {left, true}, {g}));
    });
  }

  TEST_CASE("matmul broadcasts batches and stacks of a matrix with a shared one") {
    check(300, [] {
      const auto [m, k, n] = random_extents(2000);
      const int64_t outer = draw(1, 4), inner = draw(1, 4);
      const bool shared = coin();
      const ScalarType dtype = random_dtype();
      const Tensor a = random_tensor({outer, inner, m, k}, dtype);
      const Tensor b = random_tensor(shared ? Sizes{k, n} : Sizes{inner, k, n}, dtype);
      const Array left = read(a), right = read(b.expand({outer, inner, k, n}));
      require_close("matmul", matmul(a, b), products({outer, inner, m, n}, {left}, {right}));
    });
  }

  TEST_CASE("addmm and baddbmm add to a broadcast c") {
    check(300, [] {
      const bool batched = coin();
      const int64_t batch = batched ? draw(1, 4) : 1;
      const auto [m, k, n] = random_extents(random_work() / batch);
      const ScalarType dtype = random_dtype();
      const double alpha = one_of<double>({1, 0.5, -2}), beta = one_of<double>({1, 0, 3});
      const Sizes sizes = batched ? Sizes{batch, m, n} : Sizes{m, n};
      const Sizes sizes_c = broadcastable(sizes);
      const Tensor c = random_tensor(sizes_c, dtype);
      const Tensor a = random_tensor(batched ? Sizes{batch, m, k} : Sizes{m, k}, dtype);
      const Tensor b = random_tensor(batched ? Sizes{batch, k, n} : Sizes{k, n}, dtype);
      const Tensor y = batched ? baddbmm(c, a, b, beta, alpha) : addmm(c, a, b, beta, alpha);
      const Array left = read(a), right = read(b), start = read(c);
      const Broadcast at(sizes_c, sizes);
      require_close(
          batched ? "baddbmm" : "addmm", y,
          products(sizes, {left}, {right}, alpha, beta, [&](int64_t i) { return start[at(i)]; }));
    });
  }

  TEST_CASE("mv and dot") {
    check(300, [] {
      const auto [m, k, one] = random_extents(random_work());
      const ScalarType dtype = random_dtype();
      const Tensor a = random_tensor({m, k}, dtype), x = random_tensor({k}, dtype);
      const Tensor other = random_tensor({k}, dtype);
      const Array matrix = read(a);
      Array column = read(x), row = read(other);
      column.sizes = {k, 1};
      row.sizes = {1, k};
      require_close("mv", mv(a, x), products({m}, {matrix}, {column}));
      Expected product = products({1, 1}, {row}, {column});
      product.array.sizes = {};
      require_close("dot", dot(other, x), product);
    });
  }
}
