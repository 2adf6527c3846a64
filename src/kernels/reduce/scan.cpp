#include <vector>

#include "kernels/reduce/reduce.h"

namespace gradtape::kernels {

TensorBase cumsum(const TensorBase& input, int64_t axis, bool reverse) {
  const bool real = is_floating_point(input.dtype());
  const TensorBase x = dense(input, real ? input.dtype() : kInt64);
  TensorBase result = make_array(x.impl().sizes(), x.dtype());
  if (x.numel() == 0) return result;
  const AroundAxis c(x, axis);
  const auto run = [&](auto tag) {
    using T = typename decltype(tag)::type;
    // Floats add up in double: a running sum has no tree to keep its error small.
    using Acc = std::conditional_t<std::is_floating_point_v<T>, double, T>;
    const auto* from = reinterpret_cast<const T*>(x.impl().data());
    auto* to = reinterpret_cast<T*>(result.impl().data());
    parallel_ranges(c.outer * c.inner, c.n, [&](int64_t begin, int64_t end) {
      for (int64_t column = begin; column < end; ++column) {
        const int64_t start = column / c.inner * c.n * c.inner + column % c.inner;
        Acc sum = 0;
        for (int64_t i = 0; i < c.n; ++i) {
          const int64_t at = start + (reverse ? c.n - 1 - i : i) * c.inner;
          sum += from[at];
          to[at] = static_cast<T>(sum);
        }
      }
    });
  };
  if (real) {
    visit_floating(x.dtype(), "cumsum", run);
  } else {
    run(TypeTag<int64_t>{});
  }
  return result;
}

TensorBase prod_of_others(const TensorBase& input, int64_t axis) {
  const TensorBase x = dense(input);
  TensorBase result = make_array(x.impl().sizes(), x.dtype());
  if (x.numel() == 0) return result;
  const AroundAxis c(x, axis);
  visit_floating(x.dtype(), "prod", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto* from = reinterpret_cast<const T*>(x.impl().data());
    auto* to = reinterpret_cast<T*>(result.impl().data());
    parallel_ranges(c.outer * c.inner, c.n, [&](int64_t begin, int64_t end) {
      for (int64_t column = begin; column < end; ++column) {
        const int64_t start = column / c.inner * c.n * c.inner + column % c.inner;
        T before = 1, after = 1;
        for (int64_t i = 0; i < c.n; ++i) {
          to[start + i * c.inner] = before;
          before *= from[start + i * c.inner];
        }
        for (int64_t i = c.n; i-- > 0;) {
          to[start + i * c.inner] *= after;
          after *= from[start + i * c.inner];
        }
      }
    });
  });
  return result;
}

TensorBase prod_of_pairs(const TensorBase& input, const TensorBase& grad, int64_t axis) {
  const TensorBase x = dense(input), g = dense(grad);
  TensorBase result = make_array(x.impl().sizes(), x.dtype());
  if (x.numel() == 0) return result;
  const AroundAxis c(x, axis);
  visit_floating(x.dtype(), "prod", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto* from = reinterpret_cast<const T*>(x.impl().data());
    const auto* grads = reinterpret_cast<const T*>(g.impl().data());
    auto* to = reinterpret_cast<T*>(result.impl().data());
    parallel_ranges(c.outer * c.inner, c.n, [&](int64_t begin, int64_t end) {
      std::vector<T> befores(c.n), pairs(c.n);
      for (int64_t column = begin; column < end; ++column) {
        const int64_t start = column / c.inner * c.n * c.inner + column % c.inner;
        // Of the elements passed: their product, and the sum of grad_j times the product but j.
        T product = 1, but_one = 0;
        const auto pass = [&](int64_t at) {
          but_one = but_one * from[at] + grads[at] * product;
          product *= from[at];
        };
        for (int64_t i = 0; i < c.n; ++i) {
          befores[i] = product;
          pairs[i] = but_one;
          pass(start + i * c.inner);
        }
        product = 1, but_one = 0;
        for (int64_t i = c.n; i-- > 0;) {
          to[start + i * c.inner] = pairs[i] * product + befores[i] * but_one;
          pass(start + i * c.inner);
        }
      }
    });
  });
  return result;
}

}  // namespace gradtape::kernels
