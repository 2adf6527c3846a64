#include <cmath>
#include <functional>

#include <doctest/doctest.h>

#include "properties/arrays.h"
#include "properties/property.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::properties;

namespace {

// An op and the same of one element: value and the derivatives that are written out.
struct Unary {
  const char* name;
  double low, high;
  Tensor (*op)(const Tensor&);
  double (*value)(double);
  double (*slope)(double);
};

struct Binary {
  const char* name;
  Tensor (*op)(const Tensor&, const Tensor&);
  double (*value)(double, double);
  double (*slope_a)(double, double);
  double (*slope_b)(double, double);
};

using D = double;

const std::vector<Unary> kUnary = {
    {"exp", -5, 5, [](const Tensor& x) { return exp(x); }, [](D x) { return std::exp(x); },
     [](D x) { return std::exp(x); }},
    {"tanh", -4, 4, [](const Tensor& x) { return tanh(x); }, [](D x) { return std::tanh(x); },
     [](D x) { return 1 - std::tanh(x) * std::tanh(x); }},
    {"sigmoid", -6, 6, [](const Tensor& x) { return sigmoid(x); },
     [](D x) { return 1 / (1 + std::exp(-x)); },
     [](D x) { return std::exp(-x) / std::pow(1 + std::exp(-x), 2); }},
    {"relu", -1, 1, [](const Tensor& x) { return relu(x); }, [](D x) { return x > 0 ? x : 0; },
     [](D x) { return x > 0 ? 1. : 0.; }},
    {"leaky_relu", -1, 1, [](const Tensor& x) { return leaky_relu(x, 0.25); },
     [](D x) { return x > 0 ? x : x / 4; }, [](D x) { return x > 0 ? 1. : 0.25; }},
    {"gelu", -4, 4, [](const Tensor& x) { return gelu(x); },
     [](D x) { return x / 2 * std::erfc(-x / std::sqrt(2.)); },
     [](D x) {
       return std::erfc(-x / std::sqrt(2.)) / 2 + x * std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
     }},
    {"log", 0.5, 4, [](const Tensor& x) { return log(x); }, [](D x) { return std::log(x); },
     [](D x) { return 1 / x; }},
    {"sqrt", 0.5, 4, [](const Tensor& x) { return sqrt(x); }, [](D x) { return std::sqrt(x); },
     [](D x) { return 0.5 / std::sqrt(x); }},
    {"abs", -1, 1, [](const Tensor& x) { return abs(x); }, [](D x) { return std::abs(x); },
     [](D x) { return x > 0 ? 1. : -1.; }},
    {"pow(3)", -2, 2, [](const Tensor& x) { return pow(x, 3); }, [](D x) { return x * x * x; },
     [](D x) { return 3 * x * x; }},
    {"3 - x", -2, 2, [](const Tensor& x) { return 3 - x; }, [](D x) { return 3 - x; },
     [](D) { return -1.; }},
    {"x * 2.5 + 1", -2, 2, [](const Tensor& x) { return x * 2.5 + 1; },
     [](D x) { return x * 2.5 + 1; }, [](D) { return 2.5; }},
    {"clone", -2, 2, [](const Tensor& x) { return x.clone(); }, [](D x) { return x; },
     [](D) { return 1.; }},
    {"contiguous", -2, 2, [](const Tensor& x) { return x.contiguous() * 1; }, [](D x) { return x; },
     [](D) { return 1.; }},
};

const std::vector<Binary> kBinary = {
    {"a + b", [](const Tensor& a, const Tensor& b) { return a + b; },
     [](D a, D b) { return a + b; }, [](D, D) { return 1.; }, [](D, D) { return 1.; }},
    {"a - b", [](const Tensor& a, const Tensor& b) { return a - b; },
     [](D a, D b) { return a - b; }, [](D, D) { return 1.; }, [](D, D) { return -1.; }},
    {"add(a, b, 3)", [](const Tensor& a, const Tensor& b) { return a.add(b, 3); },
     [](D a, D b) { return a + 3 * b; }, [](D, D) { return 1.; }, [](D, D) { return 3.; }},
    {"a * b", [](const Tensor& a, const Tensor& b) { return a * b; },
     [](D a, D b) { return a * b; }, [](D, D b) { return b; }, [](D a, D) { return a; }},
    {"a / b", [](const Tensor& a, const Tensor& b) { return a / b; },
     [](D a, D b) { return a / b; }, [](D, D b) { return 1 / b; },
     [](D a, D b) { return -a / (b * b); }},
    {"maximum", [](const Tensor& a, const Tensor& b) { return maximum(a, b); },
     [](D a, D b) { return std::max(a, b); }, [](D a, D b) { return a > b ? 1. : 0.; },
     [](D a, D b) { return a < b ? 1. : 0.; }},
    {"where(a < b, a, b * a)",
     [](const Tensor& a, const Tensor& b) { return where(a < b, a, b * a); },
     [](D a, D b) { return a < b ? a : a * b; }, [](D a, D b) { return a < b ? 1. : b; },
     [](D a, D b) { return a < b ? 0. : a; }},
};

// Both threads work from tens of thousands of elements on.
Sizes elementwise_sizes() {
  if (rarely(15)) return {draw(2, 3), draw(100, 200), draw(60, 150)};
  return random_sizes(4, 4000);
}

}  // namespace

TEST_SUITE("properties/elementwise") {
  TEST_CASE("functions of one tensor and their gradients are those of each element") {
    check(500, [] {
      const Unary f = one_of(kUnary);
      const Sizes sizes = elementwise_sizes();
      const Tensor x = random_leaf(sizes, random_dtype(), f.low, f.high);
      const Tensor grad = random_tensor(sizes, x.scalar_type());
      const Tensor y = f.op(x);
      y.backward(grad);
      const Array in = read(x), g = read(grad);
      Expected value(sizes), slope(sizes);
      for (int64_t i = 0; i < count(sizes); ++i) {
        const double v = f.value(in[i]), s = f.slope(in[i]);
        value.set(i, v, 8 * (std::abs(v) + 0.1));
        slope.set(i, g[i] * s, 16 * std::abs(g[i]) * (std::abs(s) + 1));
      }
      require_close(f.name, y, value);
      require_close(str("gradient of ", f.name), x.grad(), slope);
    });
  }

  TEST_CASE("functions of two tensors broadcast, and their gradients are summed back") {
    check(500, [] {
      const Binary f = one_of(kBinary);
      const Sizes sizes = elementwise_sizes();
      Sizes sizes_a = sizes, sizes_b = sizes;
      (coin() ? sizes_a : sizes_b) = broadcastable(sizes);
      const ScalarType dtype = random_dtype();
      const Tensor a = random_leaf(sizes_a, dtype, 0.5, 2), b = random_leaf(sizes_b, dtype, 0.5, 2);
      const Tensor grad = random_tensor(sizes, dtype);
      const Tensor y = f.op(a, b);
      y.backward(grad);

      const Array left = read(a), right = read(b), g = read(grad);
      const Broadcast at_a(sizes_a, sizes), at_b(sizes_b, sizes);
      Expected value(sizes), grad_a(sizes_a), grad_b(sizes_b);
      std::vector<Sum> sums_a(count(sizes_a)), sums_b(count(sizes_b));
      for (int64_t i = 0; i < count(sizes); ++i) {
        const int64_t ia = at_a(i), ib = at_b(i);
        const double v = f.value(left[ia], right[ib]);
        value.set(i, v, 8 * (std::abs(v) + 1));
        sums_a[ia].add(g[i] * f.slope_a(left[ia], right[ib]));
        sums_b[ib].add(g[i] * f.slope_b(left[ia], right[ib]));
      }
      for (size_t i = 0; i < sums_a.size(); ++i) grad_a.set(i, sums_a[i]);
      for (size_t i = 0; i < sums_b.size(); ++i) grad_b.set(i, sums_b[i]);
      require_close(f.name, y, value);
      require_close(str("gradient of a in ", f.name), a.grad(), grad_a);
      require_close(str("gradient of b in ", f.name), b.grad(), grad_b);
    });
  }

  TEST_CASE("in-place arithmetic writes to any layout and to nothing beside it") {
    check(300, [] {
      const Sizes sizes = elementwise_sizes();
      const ScalarType dtype = random_dtype();
      Sizes around = sizes;
      for (int64_t& size : around) size += 2;
      Tensor whole = random_tensor(around, dtype, 0.5, 2, /*may_expand=*/false);
      Tensor part = whole;
      for (int64_t axis = 0; axis < part.dim(); ++axis) part = part.narrow(axis, 1, sizes[axis]);
      const Sizes sizes_b = broadcastable(sizes);
      const Tensor b = random_tensor(sizes_b, dtype, 0.5, 2);
      const Array before = read(whole), right = read(b);
      const int64_t kind = draw(0, 3);
      if (kind == 0) part.add_(b);
      if (kind == 1) part.mul_(b);
      if (kind == 2) part.copy_(b);
      if (kind == 3) part.fill_(3);

      Expected expected(around);
      const Broadcast at_b(sizes_b, sizes);
      for (int64_t i = 0; i < count(around); ++i) {
        int64_t inside = 0, step = 1, left = i;
        bool beside = false;
        for (size_t axis = around.size(); axis-- > 0; left /= around[axis]) {
          const int64_t place = left % around[axis] - 1;
          beside = beside || place < 0 || place >= sizes[axis];
          inside += place * step;
          step *= sizes[axis];
        }
        if (beside) {
          expected.set(i, before[i], 0);
          continue;
        }
        const double operand = right[at_b(inside)];
        const double values[] = {before[i] + operand, before[i] * operand, operand, 3};
        expected.set(i, values[kind], 4);
      }
      require_close(str("in place ", kind), whole, expected);
    });
  }
}
