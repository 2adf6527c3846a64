// g++ 12 believes that its own AVX-512 intrinsics read registers uninitialized.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include "kernels/loss/loss.h"

#include <cmath>
#include <cstring>
#include <memory>

#include "kernels/reduce/plan.h"
#include "kernels/reduce/softmax_row.h"

namespace gradtape::kernels {
namespace {

template <class T>
const T* elements(const TensorBase& array) {
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

void check_targets(const NllArgs& args) {
  const auto* target = elements<int64_t>(args.target);
  for (int64_t i = 0; i < args.n * args.d; ++i) {
    const int64_t t = target[i];
    GRADTAPE_CHECK((t >= 0 && t < args.c) || t == args.ignore_index, "nll_loss: Target ", t,
                   " is out of bounds (", args.c, " classes); got self ", args.input_sizes);
  }
}

double nll_total_weight(const NllArgs& args) {
  const auto* target = elements<int64_t>(args.target);
  const auto total = [&](const auto* weight) {
    double sum = 0;
    for (int64_t i = 0; i < args.n * args.d; ++i) {
      const int64_t t = target[i];
      if (t == args.ignore_index) continue;
      sum += weight ? static_cast<double>(weight[t]) : 1;
    }
    return sum;
  };
  if (args.weight.defined() && args.weight.dtype() == kFloat64) {
    return total(elements<double>(args.weight));
  }
  return total(elements<float>(args.weight));
}

TensorBase nll_loss(const TensorBase& input, const NllArgs& args, bool each) {
  const TensorBase x = dense(input);
  TensorBase result = make_array(args.output_sizes, x.dtype());
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

TensorBase nll_loss_backward(const TensorBase& grad, const NllArgs& args, bool each) {
  const TensorBase g = dense(grad);
  TensorBase result = make_array(args.input_sizes, g.dtype());
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

TensorBase nll_row_weights(const NllArgs& args, ScalarType dtype) {
  TensorBase result = make_array({args.n}, dtype);
  visit_floating(dtype, "nll_loss", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto* weight = elements<T>(args.weight);
    const auto* target = elements<int64_t>(args.target);
    T* to = reinterpret_cast<T*>(result.impl().data());
    for (int64_t i = 0; i < args.n; ++i) {
      const int64_t t = target[i];
      // The mean over none divides by 0: what is ignored has weight 0 there too, not NaN.
      to[i] = t == args.ignore_index ? T{0}
                                     : (weight ? weight[t] : T{1}) / static_cast<T>(args.divisor);
    }
  });
  return result;
}

CrossEntropy cross_entropy(const TensorBase& input, const NllArgs& args, bool each) {
  const TensorBase x = dense(input);
  const TensorBase losses = make_array({args.n}, x.dtype());
  CrossEntropy result{each ? losses : make_array({}, x.dtype()),
                      make_array(args.input_sizes, x.dtype())};
  visit_floating(x.dtype(), "cross_entropy", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto* from = elements<T>(x);
    const auto* weight = elements<T>(args.weight);
    const auto* target = elements<int64_t>(args.target);
    T* p = reinterpret_cast<T*>(result.softmax.impl().data());
    T* loss = reinterpret_cast<T*>(losses.impl().data());
    parallel_ranges(args.n, args.c * kExpWork, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const T* row = from + i * args.c;
        const RowScale<T> scale = softmax_row<false>(row, args.c, p + i * args.c);
        const int64_t t = target[i];
        loss[i] = 0;
        if (t == args.ignore_index) continue;
        loss[i] = (std::log(scale.total) - (row[t] - scale.max)) * (weight ? weight[t] : T{1});
      }
    });
    if (each) return;
    double sum = 0;
    for (int64_t i = 0; i < args.n; ++i) sum += loss[i];
    *reinterpret_cast<T*>(result.loss.impl().data()) = static_cast<T>(sum / args.divisor);
  });
  return result;
}

TensorBase cross_entropy_backward(const TensorBase& grad, const TensorBase& softmax,
                                  const NllArgs& args, bool each) {
  const TensorBase g = dense(grad), p = dense(softmax);
  const TensorBase weights = nll_row_weights(args, p.dtype());
  TensorBase result = make_array(args.input_sizes, p.dtype());
  visit_floating(p.dtype(), "cross_entropy", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto* above = elements<T>(g);
    const auto* from = elements<T>(p);
    const auto* weight = elements<T>(weights);
    const auto* target = elements<int64_t>(args.target);
    T* to = reinterpret_cast<T*>(result.impl().data());
    parallel_ranges(args.n, args.c, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const T scale = weight[i] * above[each ? i : 0];
        T* row = to + i * args.c;
        for (int64_t j = 0; j < args.c; ++j) row[j] = from[i * args.c + j] * scale;
        if (target[i] != args.ignore_index) row[target[i]] -= scale;
      }
    });
  });
  return result;
}

TensorBase squared_distance(const TensorBase& a, const TensorBase& b, double divisor) {
  const TensorBase x = dense(a), y = dense(b);
  TensorBase result = make_array({}, x.dtype());
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
