#include "kernels/normalization/batch_norm.h"

#include <algorithm>
#include <vector>

#include "kernels/base/array.h"
#include "kernels/base/parallel.h"
#include "kernels/normalization/batch_norm_blocked.h"

namespace gradtape::kernels {
namespace {

// [n, c, *] as batch x channels x space.
struct Extent {
  explicit Extent(const TensorBase& x)
      : batch(x.sizes()[0]),
        channels(x.sizes()[1]),
        space(batch * channels == 0 ? 0 : x.numel() / (batch * channels)) {}

  int64_t batch, channels, space;
  int64_t count() const { return batch * space; }
};

constexpr int64_t kLanes = 32;
constexpr int64_t kChunk = 4096;

// Sum of f(i) over a run, in lanes that the compiler turns into vectors.
template <class T, class F>
double lane_sum(int64_t n, const F& f) {
  double total = 0;
  for (int64_t start = 0; start < n; start += kChunk) {
    const int64_t end = std::min(n, start + kChunk);
    T lanes[kLanes] = {};
    int64_t i = start;
    for (; i + kLanes <= end; i += kLanes) {
      for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += f(i + lane);
    }
    for (; i < end; ++i) lanes[i % kLanes] += f(i);
    for (const T lane : lanes) total += lane;
  }
  return total;
}

// Below this many elements a run along space is too short for its own sums: whole rows of channels
// are added instead.
constexpr int64_t kShortRun = 16;

template <class T>
void statistics_by_run(const T* x, const Extent& e, T* mean, T* variance) {
  parallel_items(e.channels, 4 * e.count(), [&](int64_t c) {
    // Chan's joining of the runs' means and squared deviations.
    double m = 0, squares = 0, seen = 0;
    for (int64_t n = 0; n < e.batch; ++n) {
      const T* run = x + (n * e.channels + c) * e.space;
      const double size = static_cast<double>(e.space);
      const double run_mean = lane_sum<T>(e.space, [&](int64_t i) { return run[i]; }) / size;
      const T center = static_cast<T>(run_mean);
      // Of deviations from the rounded mean: shifted back below.
      const double run_squares = lane_sum<T>(e.space, [&](int64_t i) {
        const T deviation = run[i] - center;
        return deviation * deviation;
      });
      const double shift = run_mean - static_cast<double>(center);
      const double delta = run_mean - m;
      squares += run_squares - size * shift * shift + delta * delta * seen * size / (seen + size);
      seen += size;
      m += delta * size / seen;
    }
    mean[c] = static_cast<T>(m);
    variance[c] = static_cast<T>(std::max(0.0, squares / seen));
  });
}

// Row by row in double, for channels whose runs are short.
template <class T>
void statistics_by_row(const T* x, const Extent& e, T* mean, T* variance) {
  std::vector<double> sums(e.channels, 0.0), squares(e.channels, 0.0);
  const auto add_rows = [&](std::vector<double>& into, const auto& term) {
    for (int64_t n = 0; n < e.batch; ++n) {
      const T* row = x + n * e.channels * e.space;
      if (e.space == 1) {
        for (int64_t c = 0; c < e.channels; ++c) into[c] += term(row[c], c);
        continue;
      }
      for (int64_t c = 0; c < e.channels; ++c) {
        for (int64_t i = 0; i < e.space; ++i) into[c] += term(row[c * e.space + i], c);
      }
    }
  };
  add_rows(sums, [](T value, int64_t) { return static_cast<double>(value); });
  for (double& sum : sums) sum /= static_cast<double>(e.count());
  add_rows(squares, [&](T value, int64_t c) {
    const double deviation = static_cast<double>(value) - sums[c];
    return deviation * deviation;
  });
  for (int64_t c = 0; c < e.channels; ++c) {
    mean[c] = static_cast<T>(sums[c]);
    variance[c] = static_cast<T>(squares[c] / static_cast<double>(e.count()));
  }
}

// Calls run(start, channel) for the elements of each channel of each image.
template <class Run>
void for_each_run(const Extent& e, const Run& run) {
  parallel_items(e.batch, e.channels * e.space, [&](int64_t n) {
    for (int64_t c = 0; c < e.channels; ++c) run((n * e.channels + c) * e.space, c);
  });
}

// y = scale[c] x + shift[c].
template <class T>
void affine(const T* x, T* y, const Extent& e, const std::vector<T>& scale,
            const std::vector<T>& shift) {
  if (e.space == 1) {
    parallel_items(e.batch, e.channels, [&](int64_t n) {
      const T* row = x + n * e.channels;
      T* out = y + n * e.channels;
      for (int64_t c = 0; c < e.channels; ++c) out[c] = scale[c] * row[c] + shift[c];
    });
    return;
  }
  for_each_run(e, [&](int64_t start, int64_t c) {
    const T a = scale[c], b = shift[c];
    for (int64_t i = start; i < start + e.space; ++i) y[i] = a * x[i] + b;
  });
}

// y = g_scale[c] g + x_scale[c] x + shift[c].
template <class T>
void affine_pair(const T* g, const T* x, T* y, const Extent& e, const std::vector<T>& g_scale,
                 const std::vector<T>& x_scale, const std::vector<T>& shift) {
  if (e.space == 1) {
    parallel_items(e.batch, e.channels, [&](int64_t n) {
      const int64_t at = n * e.channels;
      for (int64_t c = 0; c < e.channels; ++c) {
        y[at + c] = g_scale[c] * g[at + c] + x_scale[c] * x[at + c] + shift[c];
      }
    });
    return;
  }
  for_each_run(e, [&](int64_t start, int64_t c) {
    const T p = g_scale[c], q = x_scale[c], r = shift[c];
    for (int64_t i = start; i < start + e.space; ++i) y[i] = p * g[i] + q * x[i] + r;
  });
}

// Per channel: sum of g, and sum of g (x - mean).
template <class T>
void gradient_sums(const T* g, const T* x, const T* mean, const Extent& e,
                   std::vector<double>& g_sum, std::vector<double>& gx_sum) {
  if (e.space < kShortRun) {
    for (int64_t n = 0; n < e.batch; ++n) {
      for (int64_t c = 0; c < e.channels; ++c) {
        const int64_t start = (n * e.channels + c) * e.space;
        for (int64_t i = start; i < start + e.space; ++i) {
          g_sum[c] += g[i];
          gx_sum[c] += static_cast<double>(g[i]) * (x[i] - mean[c]);
        }
      }
    }
    return;
  }
  parallel_items(e.channels, 4 * e.count(), [&](int64_t c) {
    for (int64_t n = 0; n < e.batch; ++n) {
      const int64_t start = (n * e.channels + c) * e.space;
      const T center = mean[c];
      g_sum[c] += lane_sum<T>(e.space, [&](int64_t i) { return g[start + i]; });
      gx_sum[c] +=
          lane_sum<T>(e.space, [&](int64_t i) { return g[start + i] * (x[start + i] - center); });
    }
  });
}

// The block that an array's channels are summed in, 0 for plain order. Whole blocks of 16 channels
// are always summed in blocks (whose size does not change the order), so that it makes no
// difference to the last bit whether somebody has looked at a private array before; and short
// planes are twice as fast so, long ones the same. Other numbers of channels, and images of one
// pixel, would become 2 to 10 times slower: there plain memory is summed as it lies.
int64_t summing_block(const TensorBase& x) {
  if (const int64_t block = block_of(x)) return block;
  const IntArrayRef sizes = x.sizes();
  const bool fits = x.dtype() == kFloat32 && sizes.size() == 4 && x.numel() > 0 &&
                    sizes[1] % 16 == 0 && sizes[2] * sizes[3] > 1;
  return fits ? 16 : 0;
}

}  // namespace

// Where channels are lanes of a private layout blocked:: has the passes over memory; the formulas
// are here.
void batch_statistics(const TensorBase& input, const TensorBase& mean, const TensorBase& variance) {
  if (const int64_t block = summing_block(input)) {
    return blocked::batch_statistics(in_blocks(input, block), block, data_of<float>(mean),
                                     data_of<float>(variance));
  }
  const TensorBase x = dense(input);
  const Extent e(x);
  visit_floating(input.dtype(), "batch_norm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (e.space < kShortRun) {
      statistics_by_row(data_of<T>(x), e, data_of<T>(mean), data_of<T>(variance));
    } else {
      statistics_by_run(data_of<T>(x), e, data_of<T>(mean), data_of<T>(variance));
    }
  });
}

TensorBase normalize(const TensorBase& input, const TensorBase& mean,
                     const TensorBase& inverse_deviation, const TensorBase& weight,
                     const TensorBase& bias) {
  const int64_t block = block_of(input);
  const TensorBase x = in_blocks(input, block);
  const TensorBase w = weight.defined() ? dense(weight) : weight;
  const TensorBase b = bias.defined() ? dense(bias) : bias;
  const Extent e(x);
  TensorBase result;
  visit_floating(input.dtype(), "batch_norm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<T> scale(e.channels), shift(e.channels);
    for (int64_t c = 0; c < e.channels; ++c) {
      scale[c] = data_of<T>(inverse_deviation)[c] * (w.defined() ? data_of<T>(w)[c] : T{1});
      shift[c] = (b.defined() ? data_of<T>(b)[c] : T{0}) - data_of<T>(mean)[c] * scale[c];
    }
    if constexpr (std::is_same_v<T, float>) {
      if (block) {
        result = blocked::affine(x, block, scale, shift);
        return;
      }
    }
    result = make_array(input.sizes(), input.dtype());
    affine(data_of<T>(x), data_of<T>(result), e, scale, shift);
  });
  return result;
}

// With d the inverse deviation and M the elements of a channel:
//   dx = w d (g - sum(g) / M - (x - mean) d^2 sum(g (x - mean)) / M)
// and without the two sums where mean and deviation are constants.
BatchNormGradients batch_norm_gradients(const TensorBase& grad, const TensorBase& input,
                                        const TensorBase& mean, const TensorBase& inverse_deviation,
                                        const TensorBase& weight, bool from_batch, bool want_input,
                                        bool want_affine) {
  const int64_t block = summing_block(input);
  const TensorBase g = in_blocks(grad, block), x = in_blocks(input, block);
  const TensorBase w = weight.defined() ? dense(weight) : weight;
  const Extent e(x);
  BatchNormGradients result;
  visit_floating(input.dtype(), "batch_norm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* const m = data_of<T>(mean);
    const T* const d = data_of<T>(inverse_deviation);
    std::vector<double> g_sum(e.channels, 0.0), gx_sum(e.channels, 0.0);
    if (want_affine || from_batch) {
      if constexpr (std::is_same_v<T, float>) {
        if (block) blocked::gradient_sums(g, x, block, m, g_sum, gx_sum);
      }
      if (!block) gradient_sums(data_of<T>(g), data_of<T>(x), m, e, g_sum, gx_sum);
    }
    if (want_affine) {
      result.weight = make_array({e.channels}, input.dtype());
      result.bias = make_array({e.channels}, input.dtype());
      for (int64_t c = 0; c < e.channels; ++c) {
        data_of<T>(result.weight)[c] = static_cast<T>(gx_sum[c] * d[c]);
        data_of<T>(result.bias)[c] = static_cast<T>(g_sum[c]);
      }
    }
    if (!want_input) return;
    std::vector<T> g_scale(e.channels), x_scale(e.channels), shift(e.channels);
    for (int64_t c = 0; c < e.channels; ++c) {
      const double scale = d[c] * (w.defined() ? static_cast<double>(data_of<T>(w)[c]) : 1.0);
      const double count = static_cast<double>(e.count());
      const double slope =
          from_batch ? -scale * static_cast<double>(d[c]) * d[c] * gx_sum[c] / count : 0.0;
      g_scale[c] = static_cast<T>(scale);
      x_scale[c] = static_cast<T>(slope);
      shift[c] = static_cast<T>((from_batch ? -scale * g_sum[c] / count : 0.0) - slope * m[c]);
    }
    if constexpr (std::is_same_v<T, float>) {
      if (block) {
        result.input = blocked::affine_pair(g, x, block, g_scale, x_scale, shift);
        return;
      }
    }
    result.input = make_array(input.sizes(), input.dtype());
    if (result.input.numel() == 0) return;
    affine_pair(data_of<T>(g), data_of<T>(x), data_of<T>(result.input), e, g_scale, x_scale, shift);
  });
  return result;
}

}  // namespace gradtape::kernels
