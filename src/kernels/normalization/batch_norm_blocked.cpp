#include "kernels/normalization/batch_norm_blocked.h"

#include <algorithm>
#include <array>

#include "kernels/base/parallel.h"

namespace gradtape::kernels::blocked {
namespace {

constexpr int64_t kLanes = 16;
// Pixels that are summed in f32 before double takes over.
constexpr int64_t kChunk = 256;
constexpr int64_t kUnroll = 4;

using Sums = std::array<double, kLanes>;

// Per lane, the sum of f(pixel, lane) over all pixels; several sums at once hide the latency of an
// addition.
template <class Lanes, class F>
Sums lane_sums(int64_t pixels, Lanes lanes, const F& f) {
  Sums total{};
  for (int64_t start = 0; start < pixels; start += kChunk) {
    const int64_t end = std::min(pixels, start + kChunk);
    float sums[kUnroll][kLanes] = {};
    int64_t i = start;
    for (; i + kUnroll <= end; i += kUnroll) {
      for (int64_t k = 0; k < kUnroll; ++k) {
#pragma omp simd
        for (int64_t c = 0; c < lanes; ++c) sums[k][c] += f(i + k, c);
      }
    }
    for (; i < end; ++i) {
#pragma omp simd
      for (int64_t c = 0; c < lanes; ++c) sums[0][c] += f(i, c);
    }
    for (int64_t k = 0; k < kUnroll; ++k) {
#pragma omp simd
      for (int64_t c = 0; c < lanes; ++c) total[c] += sums[k][c];
    }
  }
  return total;
}

// Calls f(offset, lanes) for the vectors of a block.
template <class F>
void for_each_vector(int64_t block, const F& f) {
  int64_t offset = 0;
  for (; offset + kLanes <= block; offset += kLanes) {
    f(offset, std::integral_constant<int64_t, kLanes>{});
  }
  if (offset < block) f(offset, block - offset);
}

}  // namespace

void batch_statistics(const TensorBase& x, int64_t block, float* mean, float* variance) {
  const BlockedExtent e(x.sizes(), block);
  const auto* const data = elements<float>(x, block);
  const double size = static_cast<double>(e.pixels);
  // Of each plane's channels, the mean and the squared deviations from it.
  std::vector<double> means(e.planes() * block), squares(e.planes() * block);
  parallel_items(e.planes(), 4 * e.plane(), [&](int64_t plane) {
    for_each_vector(block, [&](int64_t offset, auto lanes) {
      const float* const start = data + plane * e.plane() + offset;
      const Sums sums =
          lane_sums(e.pixels, lanes, [&](int64_t i, int64_t c) { return start[i * block + c]; });
      float center[kLanes];
#pragma omp simd
      for (int64_t c = 0; c < lanes; ++c) center[c] = static_cast<float>(sums[c] / size);
      const Sums deviations = lane_sums(e.pixels, lanes, [&](int64_t i, int64_t c) {
        const float deviation = start[i * block + c] - center[c];
        return deviation * deviation;
      });
#pragma omp simd
      for (int64_t c = 0; c < lanes; ++c) {
        const int64_t at = plane * block + offset + c;
        means[at] = sums[c] / size;
        const double shift = means[at] - static_cast<double>(center[c]);
        squares[at] = deviations[c] - size * shift * shift;
      }
    });
  });
  // Chan's joining, as in the plain path.
  for (int64_t channel = 0; channel < e.groups * block; ++channel) {
    double m = 0, total = 0, seen = 0;
    for (int64_t n = 0; n < e.batch; ++n) {
      const int64_t at = n * e.groups * block + channel;
      const double delta = means[at] - m;
      total += squares[at] + delta * delta * seen * size / (seen + size);
      seen += size;
      m += delta * size / seen;
    }
    mean[channel] = static_cast<float>(m);
    variance[channel] = static_cast<float>(std::max(0.0, total / seen));
  }
}

TensorBase affine(const TensorBase& x, int64_t block, const std::vector<float>& scale,
                  const std::vector<float>& shift) {
  TensorBase result = make_blocked(x.sizes(), kFloat32, block);
  const BlockedExtent e(x.sizes(), block);
  const auto* const from = elements<float>(x, block);
  auto* const to = elements<float>(result, block);
  visit_block(block, [&](auto lanes) {
    parallel_items(e.planes(), e.plane(), [&](int64_t plane) {
      const float* const a = scale.data() + plane % e.groups * block;
      const float* const b = shift.data() + plane % e.groups * block;
      for (int64_t i = plane * e.plane(); i < (plane + 1) * e.plane(); i += lanes) {
#pragma omp simd
        for (int64_t c = 0; c < lanes; ++c) to[i + c] = a[c] * from[i + c] + b[c];
      }
    });
  });
  return result;
}

void gradient_sums(const TensorBase& g, const TensorBase& x, int64_t block, const float* mean,
                   std::vector<double>& g_sum, std::vector<double>& gx_sum) {
  const BlockedExtent e(x.sizes(), block);
  const auto* const grads = elements<float>(g, block);
  const auto* const values = elements<float>(x, block);
  std::vector<double> sums(e.planes() * block), products(e.planes() * block);
  parallel_items(e.planes(), 4 * e.plane(), [&](int64_t plane) {
    for_each_vector(block, [&](int64_t offset, auto lanes) {
      const int64_t start = plane * e.plane() + offset, at = plane * block + offset;
      const float* const center = mean + plane % e.groups * block + offset;
      const Sums of_g = lane_sums(
          e.pixels, lanes, [&](int64_t i, int64_t c) { return grads[start + i * block + c]; });
      const Sums of_gx = lane_sums(e.pixels, lanes, [&](int64_t i, int64_t c) {
        return grads[start + i * block + c] * (values[start + i * block + c] - center[c]);
      });
      std::copy_n(of_g.begin(), int64_t{lanes}, sums.begin() + at);
      std::copy_n(of_gx.begin(), int64_t{lanes}, products.begin() + at);
    });
  });
  for (int64_t i = 0; i < e.planes() * block; ++i) {
    const int64_t channel = i % (e.groups * block);
    g_sum[channel] += sums[i];
    gx_sum[channel] += products[i];
  }
}

TensorBase affine_pair(const TensorBase& g, const TensorBase& x, int64_t block,
                       const std::vector<float>& g_scale, const std::vector<float>& x_scale,
                       const std::vector<float>& shift) {
  TensorBase result = make_blocked(x.sizes(), kFloat32, block);
  const BlockedExtent e(x.sizes(), block);
  const auto* const grads = elements<float>(g, block);
  const auto* const values = elements<float>(x, block);
  auto* const to = elements<float>(result, block);
  visit_block(block, [&](auto lanes) {
    parallel_items(e.planes(), 2 * e.plane(), [&](int64_t plane) {
      const int64_t channel = plane % e.groups * block;
      const float *const p = g_scale.data() + channel, *const q = x_scale.data() + channel,
                         *const r = shift.data() + channel;
      for (int64_t i = plane * e.plane(); i < (plane + 1) * e.plane(); i += lanes) {
#pragma omp simd
        for (int64_t c = 0; c < lanes; ++c) {
          to[i + c] = p[c] * grads[i + c] + q[c] * values[i + c] + r[c];
        }
      }
    });
  });
  return result;
}

}  // namespace gradtape::kernels::blocked
