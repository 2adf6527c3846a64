#include "kernels/pooling/blocked.h"

#include <algorithm>
#include <limits>

#include "kernels/base/parallel.h"

namespace gradtape::kernels::blocked {
namespace {

DimVector with_plane(IntArrayRef sizes, int64_t h, int64_t w) { return {sizes[0], sizes[1], h, w}; }

int64_t first_inside(int64_t start, int64_t step) {
  while (start < 0) start += step;
  return start;
}

// One window for all channels of a block; of equals the first tap wins, of NaNs the last. A window
// of padding only is minus infinity and points at the edge, as in the plain path.
template <class Block>
void max_window(const float* plane, int64_t h, int64_t w, const MaxPool2d& p, int64_t oy,
                int64_t ox, Block block, float* best, int32_t* where) {
  const int64_t top = first_inside(oy * p.stride_h - p.pad_h, p.dilation_h);
  const int64_t left = first_inside(ox * p.stride_w - p.pad_w, p.dilation_w);
  const int64_t bottom = std::min(h, oy * p.stride_h - p.pad_h + p.kernel_h * p.dilation_h);
  const int64_t right = std::min(w, ox * p.stride_w - p.pad_w + p.kernel_w * p.dilation_w);
  const int64_t first = std::min(top, h - 1) * w + std::min(left, w - 1);
  std::fill_n(best, int64_t{block}, -std::numeric_limits<float>::infinity());
  std::fill_n(where, int64_t{block}, static_cast<int32_t>(first));
  for (int64_t y = top; y < bottom; y += p.dilation_h) {
    for (int64_t x = left; x < right; x += p.dilation_w) {
      const auto place = static_cast<int32_t>(y * w + x);
      const float* const tap = plane + place * block;
#pragma omp simd
      for (int64_t c = 0; c < block; ++c) {
        const float value = tap[c];
        const bool larger = (value > best[c]) | (value != value);
        best[c] = larger ? value : best[c];
        where[c] = larger ? place : where[c];
      }
    }
  }
}

// The usual window, from its corner: one loop, in registers.
template <class Block>
void max_two_by_two(const float* corner, int64_t w, int32_t place, Block block, float* best,
                    int32_t* where) {
  const auto width = static_cast<int32_t>(w);
#pragma omp simd
  for (int64_t c = 0; c < block; ++c) {
    float most = corner[c];
    int32_t at = place;
    const auto take = [&](float value, int32_t here) {
      const bool larger = (value > most) | (value != value);
      most = larger ? value : most;
      at = larger ? here : at;
    };
    take(corner[block + c], place + 1);
    take(corner[w * block + c], place + width);
    take(corner[(w + 1) * block + c], place + width + 1);
    best[c] = most;
    where[c] = at;
  }
}

// Whether the windows lie side by side, so that each element is in at most one.
bool tiles(const MaxPool2d& p, int64_t h, int64_t w) {
  return p.kernel_h == p.stride_h && p.kernel_w == p.stride_w && p.pad_h == 0 && p.pad_w == 0 &&
         p.dilation_h == 1 && p.dilation_w == 1 && p.out_h * p.kernel_h <= h &&
         p.out_w * p.kernel_w <= w;
}

// Writes every element of every window: the gradient where the largest was, else 0.
template <class Block>
void spread_over_tiles(const float* grad, const int32_t* places, const MaxPool2d& p, int64_t w,
                       Block block, float* target) {
  for (int64_t oy = 0; oy < p.out_h; ++oy) {
    for (int64_t ox = 0; ox < p.out_w; ++ox, grad += block, places += block) {
      for (int64_t y = oy * p.kernel_h; y < (oy + 1) * p.kernel_h; ++y) {
        for (int64_t x = ox * p.kernel_w; x < (ox + 1) * p.kernel_w; ++x) {
          const auto place = static_cast<int32_t>(y * w + x);
          float* const tap = target + place * block;
#pragma omp simd
          for (int64_t c = 0; c < block; ++c) tap[c] = places[c] == place ? grad[c] : 0.F;
        }
      }
    }
  }
}

}  // namespace

PooledMax max_pool2d(const TensorBase& input, const MaxPool2d& pool, int64_t block) {
  const IntArrayRef sizes = input.sizes();
  const DimVector out_sizes = with_plane(sizes, pool.out_h, pool.out_w);
  PooledMax result{make_blocked(out_sizes, kFloat32, block),
                   make_blocked(out_sizes, kInt32, block)};
  const BlockedExtent in(sizes, block), out(out_sizes, block);
  const auto* const x = elements<float>(input, block);
  auto* const y = elements<float>(result.values, block);
  auto* const places = elements<int32_t>(result.indices, block);
  const bool usual = pool.kernel_h == 2 && pool.kernel_w == 2 && tiles(pool, sizes[2], sizes[3]);
  visit_block(block, [&](auto lanes) {
    parallel_items(in.planes(), out.plane() * pool.kernel_h * pool.kernel_w, [&](int64_t plane) {
      int64_t at = plane * out.plane();
      for (int64_t oy = 0; oy < pool.out_h; ++oy) {
        for (int64_t ox = 0; ox < pool.out_w; ++ox, at += lanes) {
          if (usual) {
            const auto place = static_cast<int32_t>(2 * oy * sizes[3] + 2 * ox);
            max_two_by_two(x + plane * in.plane() + place * block, sizes[3], place, lanes, y + at,
                           places + at);
            continue;
          }
          max_window(x + plane * in.plane(), sizes[2], sizes[3], pool, oy, ox, lanes, y + at,
                     places + at);
        }
      }
    });
  });
  return result;
}

TensorBase pool_scatter(const TensorBase& grad, const TensorBase& indices, const MaxPool2d& pool,
                        IntArrayRef input_sizes, int64_t block) {
  const TensorBase g = in_blocks(grad, block);
  TensorBase result = make_blocked(input_sizes, kFloat32, block);
  const int64_t h = input_sizes[2], w = input_sizes[3];
  const BlockedExtent in(input_sizes, block), out(grad.sizes(), block);
  const bool side_by_side = tiles(pool, h, w);
  const bool covered =
      side_by_side && pool.out_h * pool.kernel_h == h && pool.out_w * pool.kernel_w == w;
  visit_block(block, [&](auto lanes) {
    parallel_items(in.planes(), in.plane() + out.plane(), [&](int64_t plane) {
      float* const target = elements<float>(result, block) + plane * in.plane();
      const float* const source = elements<float>(g, block) + plane * out.plane();
      const int32_t* const places = elements<int32_t>(indices, block) + plane * out.plane();
      if (!covered) std::fill_n(target, in.plane(), 0.F);
      if (side_by_side) return spread_over_tiles(source, places, pool, w, lanes, target);
      for (int64_t i = 0; i < out.plane(); i += lanes) {
#pragma omp simd
        for (int64_t c = 0; c < lanes; ++c) target[places[i + c] * lanes + c] += source[i + c];
      }
    });
  });
  return result;
}

// Down first, then across, as the plain path.
TensorBase avg_pool2d(const TensorBase& input, const PoolWindows& rows, const PoolWindows& cols,
                      int64_t block) {
  const auto out_h = static_cast<int64_t>(rows.windows.size());
  const auto out_w = static_cast<int64_t>(cols.windows.size());
  const DimVector out_sizes = with_plane(input.sizes(), out_h, out_w);
  TensorBase result = make_blocked(out_sizes, kFloat32, block);
  if (result.numel() == 0) return result;
  const BlockedExtent in(input.sizes(), block), out(out_sizes, block);
  const int64_t row_size = input.sizes()[3] * block;
  visit_block(block, [&](auto lanes) {
    parallel_items(in.planes(), in.plane() + out.plane(), [&](int64_t plane) {
      std::vector<float> sums(row_size);
      const float* const source = elements<float>(input, block) + plane * in.plane();
      float* target = elements<float>(result, block) + plane * out.plane();
      for (const auto& row : rows.windows) {
        std::fill(sums.begin(), sums.end(), 0.F);
        for (int64_t y = row.begin; y < row.end; ++y) {
          for (int64_t i = 0; i < row_size; ++i) sums[i] += source[y * row_size + i];
        }
        for (const auto& col : cols.windows) {
          const double divisor = row.divisor * col.divisor;
#pragma omp simd
          for (int64_t c = 0; c < lanes; ++c) target[c] = 0;
          for (int64_t x = col.begin; x < col.end; ++x) {
#pragma omp simd
            for (int64_t c = 0; c < lanes; ++c) target[c] += sums[x * lanes + c];
          }
#pragma omp simd
          for (int64_t c = 0; c < lanes; ++c) target[c] = static_cast<float>(target[c] / divisor);
          target += lanes;
        }
      }
    });
  });
  return result;
}

TensorBase avg_pool2d_grad(const TensorBase& grad, const PoolWindows& rows, const PoolWindows& cols,
                           IntArrayRef input_sizes, int64_t block) {
  TensorBase result = make_blocked(input_sizes, kFloat32, block);
  if (result.numel() == 0) return result;
  const BlockedExtent in(input_sizes, block), out(grad.sizes(), block);
  const int64_t row_size = input_sizes[3] * block;
  visit_block(block, [&](auto lanes) {
    parallel_items(in.planes(), in.plane() + out.plane(), [&](int64_t plane) {
      std::vector<float> shares(row_size);
      float* const target = elements<float>(result, block) + plane * in.plane();
      const float* source = elements<float>(grad, block) + plane * out.plane();
      std::fill_n(target, in.plane(), 0.F);
      for (const auto& row : rows.windows) {
        std::fill(shares.begin(), shares.end(), 0.F);
        for (const auto& col : cols.windows) {
          const double divisor = row.divisor * col.divisor;
          for (int64_t x = col.begin; x < col.end; ++x) {
#pragma omp simd
            for (int64_t c = 0; c < lanes; ++c) {
              shares[x * lanes + c] += static_cast<float>(source[c] / divisor);
            }
          }
          source += lanes;
        }
        for (int64_t y = row.begin; y < row.end; ++y) {
          for (int64_t i = 0; i < row_size; ++i) target[y * row_size + i] += shares[i];
        }
      }
    });
  });
  return result;
}

}  // namespace gradtape::kernels::blocked
