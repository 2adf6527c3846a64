// g++ 12 believes that its own AVX-512 intrinsics read registers uninitialized.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include "kernels/loss.h"

#include <cstring>
#include <memory>

#include <xsimd/xsimd.hpp>

#include "kernels/reduce_plan.h"

namespace gradtape::kernels {
namespace {

template <class T>
const T* elements(const Tensor& array) {
  return array.defined() ? reinterpret_cast<const T*>(array.impl().data()) : nullptr;
}

template <class T>
T sum_of_squares(const T* a, const T* b, int64_t n) {
  using Batch = xsimd::batch<T>;
  constexpr int64_t W = Batch::size;
  Batch s0(T{0}), s1(T{0});
  int64_t i = 0;
  for (; i + 2 * W <= n; i += 2 * W) {
    const Batch d0 = Batch::load_unaligned(a + i) - Batch::load_unaligned(b + i);
    const Batch d1 = Batch::load_unaligned(a + i + W) - Batch::load_unaligned(b + i + W);
    s0 += d0 * d0;
    s1 += d1 * d1;
  }
  T sum = xsimd::hadd(s0 + s1);
  for (; i < n; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

}  // namespace

double nll_total_weight(const NllArgs& args) {
  const auto* target = elements<int64_t>(args.target);
  const auto total = [&](const auto* weight) {
    double sum = 0;
    for (int64_t i = 0; i < args.n * args.d; ++i) {
      const int64_t t = target[i];
      if (t == args.ignore_index) continue;
      GRADTAPE_CHECK(t >= 0 && t < args.c, "nll_loss: Target ", t, " is out of bounds (", args.c,
                     " classes); got self ", args.input_sizes);
      sum += weight ? static_cast<double>(weight[t]) : 1;
    }
    return sum;
  };
  if (args.weight.defined() && args.weight.dtype() == kFloat64) {
    return total(elements<double>(args.weight));
  }
  return total(elements<float>(args.weight));
}

Tensor nll_loss(const Tensor& input, const NllArgs& args, bool each) {
  const Tensor x = dense(input);
  Tensor result = make_array(args.output_sizes, x.dtype());
  visit_floating(x.dtype(), "nll_loss", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto* from = elements<T>(x);
    const auto* weight = elements<T>(args.weight);
    const auto* target = elements<int64_t>(args.target);
    T* to = reinterpret_cast<T*>(result.impl().data());
    double sum = 0;
    for (int64_t i = 0; i < args.n; ++i) {
      for (int64_t j = 0; j < args.d; ++j) {
        const int64_t t = target[i * args.d + j];
        T loss = 0;
        if (t != args.ignore_index) {
          loss = -from[(i * args.c + t) * args.d + j] * (weight ? weight[t] : T{1});
        }
        if (each)
          to[i * args.d + j] = loss;
        else
          sum += loss;
      }
    }
    if (!each) *to = static_cast<T>(sum / args.divisor);
  });
  return result;
}

Tensor nll_loss_backward(const Tensor& grad, const NllArgs& args, bool each) {
  const Tensor g = dense(grad);
  Tensor result = make_array(args.input_sizes, g.dtype());
  visit_floating(g.dtype(), "nll_loss", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto* from = elements<T>(g);
    const auto* weight = elements<T>(args.weight);
    const auto* target = elements<int64_t>(args.target);
    T* to = reinterpret_cast<T*>(result.impl().data());
    std::memset(to, 0, result.nbytes());
    for (int64_t i = 0; i < args.n; ++i) {
      for (int64_t j = 0; j < args.d; ++j) {
        const int64_t t = target[i * args.d + j];
        if (t == args.ignore_index) continue;
        const T w = weight ? weight[t] : T{1};
        to[(i * args.c + t) * args.d + j] =
            each ? -w * from[i * args.d + j] : -w * *from / static_cast<T>(args.divisor);
      }
    }
  });
  return result;
}

Tensor squared_distance(const Tensor& a, const Tensor& b, double divisor) {
  const Tensor x = dense(a), y = dense(b);
  Tensor result = make_array({}, x.dtype());
  visit_floating(x.dtype(), "mse_loss", [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr int64_t kBlock = 4096;
    const T *p = elements<T>(x), *q = elements<T>(y);
    const int64_t n = x.numel(), blocks = (n + kBlock - 1) / kBlock;
    double sum = 0;
    if (blocks <= 1) {
      sum = sum_of_squares(p, q, n);
    } else {
      // Blocks of fixed size: the result does not depend on the number of threads.
      const std::unique_ptr<T[]> partial(new T[blocks]);
      parallel_ranges(blocks, kBlock, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          partial[i] =
              sum_of_squares(p + i * kBlock, q + i * kBlock, std::min(kBlock, n - i * kBlock));
        }
      });
      for (int64_t i = 0; i < blocks; ++i) sum += partial[i];
    }
    *reinterpret_cast<T*>(result.impl().data()) = static_cast<T>(sum / divisor);
  });
  return result;
}

}  // namespace gradtape::kernels
