#include "kernels/normalization/layer_norm.h"

#include <algorithm>
#include <cmath>

#include "kernels/base/array.h"
#include "kernels/base/parallel.h"
#include "kernels/base/simd_rows.h"
#include "kernels/reduce/plan.h"

namespace gradtape::kernels {
namespace {

struct Rows {
  int64_t count, n;
  Rows(const TensorBase& x, int64_t n) : count(n == 0 ? 0 : x.numel() / n), n(n) {}
};

// None of the rows is inlined: its copies for one thread and for several would be free to round
// differently.
template <class T>
[[gnu::noinline]] void forward_row(const T* x, int64_t n, const T* weight, const T* bias,
                                   double eps, T* y, T& mean, T& scale) {
  RowSum<T> sum, squares;
  for_vectors<T>(n, [&](int64_t j, auto zero) { sum.add(load<decltype(zero)>(x + j)); });
  mean = sum.total() / static_cast<T>(n);
  for_vectors<T>(n, [&](int64_t j, auto zero) {
    using V = decltype(zero);
    const V centered = load<V>(x + j) - V(mean);
    squares.add(V(centered * centered));
  });
  scale = static_cast<T>(1 / std::sqrt(static_cast<double>(squares.total()) / n + eps));
  for_vectors<T>(n, [&](int64_t j, auto zero) {
    using V = decltype(zero);
    V value = (load<V>(x + j) - V(mean)) * V(scale);
    if (weight) value = value * load<V>(weight + j);
    if (bias) value = value + load<V>(bias + j);
    store(value, y + j);
  });
}

// With g = grad weight and z = (x - mean) scale: dx = scale (g - mean(g) - z mean(g z)).
template <class T>
[[gnu::noinline]] void input_row(const T* grad, const T* x, int64_t n, const T* weight, T mean,
                                 T scale, T* dx) {
  const auto weighted = [&](int64_t j, auto zero) {
    using V = decltype(zero);
    const V g = load<V>(grad + j);
    return weight ? V(g * load<V>(weight + j)) : g;
  };
  const auto normalized = [&](int64_t j, auto zero) {
    using V = decltype(zero);
    return V((load<V>(x + j) - V(mean)) * V(scale));
  };
  RowSum<T> sum, products;
  for_vectors<T>(n, [&](int64_t j, auto zero) {
    const auto g = weighted(j, zero);
    sum.add(g);
    products.add(decltype(zero)(g * normalized(j, zero)));
  });
  const T mean_g = sum.total() / static_cast<T>(n), share = products.total() / static_cast<T>(n);
  for_vectors<T>(n, [&](int64_t j, auto zero) {
    using V = decltype(zero);
    const V rest = weighted(j, zero) - V(mean_g) - normalized(j, zero) * V(share);
    store(V(rest * V(scale)), dx + j);
  });
}

template <class T>
[[gnu::noinline]] void add_affine_row(const T* grad, const T* x, int64_t n, T mean, T scale, T* dw,
                                      T* db) {
  for_vectors<T>(n, [&](int64_t j, auto zero) {
    using V = decltype(zero);
    const V g = load<V>(grad + j);
    store(V(load<V>(dw + j) + g * ((load<V>(x + j) - V(mean)) * V(scale))), dw + j);
    store(V(load<V>(db + j) + g), db + j);
  });
}

template <class T>
LayerNormResult forward_of(const TensorBase& input, int64_t n, const TensorBase& weight,
                           const TensorBase& bias, double eps) {
  const Rows rows(input, n);
  LayerNormResult result{make_array(input.impl().sizes(), input.dtype()),
                         make_array({rows.count}, input.dtype()),
                         make_array({rows.count}, input.dtype())};
  const T *const x = data_of<T>(input), *const w = data_of<T>(weight), *const b = data_of<T>(bias);
  T *const y = data_of<T>(result.output), *const mean = data_of<T>(result.mean);
  T* const scale = data_of<T>(result.inverse_deviation);
  parallel_ranges(rows.count, n, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      forward_row(x + i * n, n, w, b, eps, y + i * n, mean[i], scale[i]);
    }
  });
  return result;
}

template <class T>
LayerNormGradients backward_of(const TensorBase& grad, const TensorBase& input, int64_t n,
                               const TensorBase& mean, const TensorBase& inverse_deviation,
                               const TensorBase& weight, IntArrayRef affine_sizes, bool want_input,
                               bool want_affine) {
  const Rows rows(input, n);
  // At most 64 blocks, each with sums of its own.
  const int64_t rows_per_block = std::max<int64_t>(32, (rows.count + 63) / 64);
  const int64_t blocks = (rows.count + rows_per_block - 1) / rows_per_block;
  LayerNormGradients result;
  if (want_input) result.input = make_array(input.impl().sizes(), input.dtype());
  const TensorBase sums = want_affine ? make_array({blocks, 2, n}, input.dtype()) : TensorBase();
  const T *const g = data_of<T>(grad), *const x = data_of<T>(input), *const w = data_of<T>(weight);
  const T *const means = data_of<T>(mean), *const scales = data_of<T>(inverse_deviation);
  T *const dx = data_of<T>(result.input), *const partial = data_of<T>(sums);
  parallel_items(blocks, rows_per_block * n, [&](int64_t block) {
    T* const dw = want_affine ? partial + block * 2 * n : nullptr;
    if (want_affine) std::fill_n(dw, 2 * n, T{0});
    const int64_t end = std::min((block + 1) * rows_per_block, rows.count);
    for (int64_t i = block * rows_per_block; i < end; ++i) {
      const int64_t at = i * n;
      if (want_input) input_row(g + at, x + at, n, w, means[i], scales[i], dx + at);
      if (want_affine) add_affine_row(g + at, x + at, n, means[i], scales[i], dw, dw + n);
    }
  });
  if (!want_affine) return result;
  const auto total = [&](int64_t which) {
    const TensorBase sum = make_array(affine_sizes, input.dtype());
    T* const to = data_of<T>(sum);
    std::fill_n(to, n, T{0});
    for (int64_t block = 0; block < blocks; ++block) {
      const T* const from = partial + (2 * block + which) * n;
      for (int64_t j = 0; j < n; ++j) to[j] += from[j];
    }
    return sum;
  };
  result.weight = total(0);
  result.bias = total(1);
  return result;
}

}  // namespace

LayerNormResult layer_norm(const TensorBase& input, int64_t n, const TensorBase& weight,
                           const TensorBase& bias, double eps) {
  const TensorBase x = dense(input), w = weight.defined() ? dense(weight) : weight;
  const TensorBase b = bias.defined() ? dense(bias) : bias;
  return visit_floating(input.dtype(), "layer_norm", [&](auto tag) {
    return forward_of<typename decltype(tag)::type>(x, n, w, b, eps);
  });
}

LayerNormGradients layer_norm_gradients(const TensorBase& grad, const TensorBase& input, int64_t n,
                                        const TensorBase& mean, const TensorBase& inverse_deviation,
                                        const TensorBase& weight, IntArrayRef affine_sizes,
                                        bool want_input, bool want_affine) {
  const TensorBase g = dense(grad), x = dense(input), w = weight.defined() ? dense(weight) : weight;
  return visit_floating(input.dtype(), "layer_norm", [&](auto tag) {
    return backward_of<typename decltype(tag)::type>(g, x, n, mean, inverse_deviation, w,
                                                     affine_sizes, want_input, want_affine);
  });
}

}  // namespace gradtape::kernels
