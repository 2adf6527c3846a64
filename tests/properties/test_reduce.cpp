#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "properties/arrays.h"
#include "properties/property.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::properties;

namespace {

// Some axes of a shape, what is left of it, and where each element goes.
struct Axes {
  Sizes axes, kept;  // kept: with 1 for the axes
  int64_t group = 1;

  explicit Axes(const Sizes& sizes) : kept(sizes) {
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
      if (!coin()) continue;
      axes.push_back(static_cast<int64_t>(axis));
      group *= sizes[axis];
      kept[axis] = 1;
    }
    if (axes.empty()) {  // an empty list stands for all
      group = count(sizes);
      std::fill(kept.begin(), kept.end(), 1);
    }
  }
};

Sizes reduced_sizes() {
  if (rarely(8)) return {draw(1, 3), draw(200, 700), draw(1, 3), draw(1, 70)};
  if (rarely(8)) return {draw(10'000, 100'000)};
  return random_sizes(5, 5000);
}

// f(index of the first element of a line along axis, step) for all lines.
template <class F>
void for_each_line(const Sizes& sizes, int64_t axis, const F& f) {
  int64_t step = 1;
  for (size_t i = axis + 1; i < sizes.size(); ++i) step *= sizes[i];
  const int64_t length = sizes[axis];
  for (int64_t i = 0; i < count(sizes); ++i)
    if (i / step % length == 0) f(i, step);
}

}  // namespace

TEST_SUITE("properties/reduce") {
  TEST_CASE("sum, mean, amax and var over any axes, and their gradients") {
    check(300, [] {
      const Sizes sizes = reduced_sizes();
      const Axes over(sizes);
      const ScalarType dtype = random_dtype();
      const Tensor x = random_leaf(sizes, dtype);
      const int64_t kind = draw(0, 3);
      if (kind >= 1 && over.group < 2) return;  // amax and var of nothing; var of one
      const Tensor y = kind == 0   ? sum(x, over.axes, true)
                       : kind == 1 ? mean(x, over.axes, true)
                       : kind == 2 ? amax(x, over.axes, true)
                                   : var(x, over.axes, true, true);
      const Tensor grad = random_tensor(over.kept, dtype);
      y.backward(grad);

      const Array in = read(x), g = read(grad);
      const Broadcast at(over.kept, sizes);
      const auto n = static_cast<double>(over.group);
      std::vector<Sum> sums(count(over.kept)), squares(sums.size());
      std::vector<double> largest(sums.size(), -2);
      for (int64_t i = 0; i < count(sizes); ++i) {
        sums[at(i)].add(in[i]);
        largest[at(i)] = std::max(largest[at(i)], in[i]);
      }
      for (int64_t i = 0; i < count(sizes); ++i)
        squares[at(i)].add(static_cast<double>(std::pow(in[i] - sums[at(i)].value / n, 2)));
      Expected value(over.kept), slope(sizes);
      for (size_t i = 0; i < sums.size(); ++i) {
        if (kind == 0) value.set(i, sums[i]);
        if (kind == 1) value.set(i, sums[i].value / n, sums[i].bound() / n);
        if (kind == 2) value.set(i, largest[i], 0);
        if (kind == 3) value.set(i, squares[i].value / (n - 1), 20 + squares[i].bound() / (n - 1));
      }
      for (int64_t i = 0; i < count(sizes); ++i) {
        const int64_t to = at(i);
        const double slopes[] = {1, 1 / n, in[i] == largest[to] ? 1. : 0.,
                                 2 * (in[i] - static_cast<double>(sums[to].value) / n) / (n - 1)};
        slope.set(i, g[to] * slopes[kind], 16 * (slopes[kind] == 0 ? 0 : 1));
      }
      const char* const names[] = {"sum", "mean", "amax", "var"};
      require_close(str(names[kind], " over ", IntArrayRef(over.axes)), y, value);
      require_close(str("gradient of ", names[kind]), x.grad(), slope);
    });
  }

  TEST_CASE("max along an axis finds value and place") {
    check(150, [] {
      Sizes sizes = reduced_sizes();
      if (sizes.empty()) sizes = {1};
      const int64_t axis = draw(0, static_cast<int64_t>(sizes.size()) - 1);
      if (sizes[axis] == 0) return;
      const Tensor x = random_tensor(sizes, random_dtype());
      const auto [value, place] = max(x, axis, /*keepdim=*/true);
      Sizes kept = sizes;
      kept[axis] = 1;
      Expected expected(kept), expected_place(kept);
      const Array in = read(x);
      int64_t line = 0;
      std::vector<std::pair<int64_t, int64_t>> lines;
      for_each_line(sizes, axis, [&](int64_t first, int64_t step) {
        int64_t best = 0;
        for (int64_t i = 1; i < sizes[axis]; ++i)
          if (in[first + i * step] > in[first + best * step]) best = i;
        expected.set(line, in[first + best * step], 0);
        expected_place.set(line++, static_cast<double>(best), 0);
      });
      require_close("max", value, expected);
      require_close("its place", place.to(kFloat64), expected_place);
    });
  }

  TEST_CASE("softmax and log_softmax along any axis, and their gradients") {
    check(200, [] {
      Sizes sizes = reduced_sizes();
      if (sizes.empty()) sizes = {3};
      const int64_t axis = draw(0, static_cast<int64_t>(sizes.size()) - 1);
      const Tensor x = random_leaf(sizes, random_dtype(), -10, 10);
      const Tensor grad = random_tensor(sizes, x.scalar_type());
      const bool log = coin();
      const Tensor y = log ? log_softmax(x, axis) : softmax(x, axis);
      y.backward(grad);
      Expected value(sizes), slope(sizes);
      const Array in = read(x), g = read(grad);
      for_each_line(sizes, axis, [&](int64_t first, int64_t step) {
        double largest = in[first];
        long double total = 0;
        const int64_t last = first + sizes[axis] * step;
        for (int64_t i = first; i < last; i += step) largest = std::max(largest, in[i]);
        for (int64_t i = first; i < last; i += step) total += std::exp(in[i] - largest);
        Sum of_grad;  // of grad * softmax, or of grad
        for (int64_t i = first; i < last; i += step)
          of_grad.add(g[i] * (log ? 1 : std::exp(in[i] - largest) / static_cast<double>(total)));
        for (int64_t i = first; i < last; i += step) {
          const double p = std::exp(in[i] - largest) / static_cast<double>(total);
          // e^x errs by |x| roundings.
          const double bound = 40 + 4 * std::sqrt(static_cast<double>(sizes[axis]));
          if (log)
            value.set(i, in[i] - largest - std::log(total), bound);
          else
            value.set(i, p, bound * p);
          slope.set(
              i, static_cast<double>(log ? g[i] - p * of_grad.value : p * (g[i] - of_grad.value)),
              log ? 4 + p * (bound * of_grad.magnitude + of_grad.bound())
                  : p * (bound * (1 + of_grad.magnitude) + of_grad.bound()));
        }
      });
      require_close(log ? "log_softmax" : "softmax", y, value);
      require_close(str("gradient of ", log ? "log_softmax" : "softmax"), x.grad(), slope);
    });
  }
}
