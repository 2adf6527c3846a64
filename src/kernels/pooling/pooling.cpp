#include "kernels/pooling/pooling.h"

#include <algorithm>
#include <limits>

#include "core/checked.h"
#include "kernels/base/array.h"
#include "kernels/base/parallel.h"
#include "kernels/pooling/blocked.h"

namespace gradtape::kernels {
namespace {

// [*, h, w] with other last two sizes.
DimVector with_plane(IntArrayRef sizes, int64_t h, int64_t w) {
  DimVector result(sizes);
  result[result.size() - 2] = h;
  result[result.size() - 1] = w;
  return result;
}

int64_t plane_of(const TensorBase& array) {
  const DimVector& sizes = array.impl().sizes();
  return sizes[sizes.size() - 2] * sizes[sizes.size() - 1];
}

// Outputs [first, last) whose tap at this offset lies inside [0, size).
struct Inside {
  int64_t first, last;

  Inside(int64_t offset, int64_t stride, int64_t size, int64_t outputs) {
    first = offset >= 0 ? 0 : ceil_div(-offset, stride);
    last = offset >= size ? 0 : std::min(outputs, (size - 1 - offset) / stride + 1);
  }
};

// One tap for a row of outputs: a loop without branches, which the compiler vectorizes.
template <int kStride, class T>
void take_larger(const T* row, int64_t stride, int32_t place, int64_t count, T* best,
                 int32_t* where) {
  const int64_t step = kStride ? kStride : stride;
  for (int64_t i = 0; i < count; ++i) {
    const T value = row[i * step];
    const int32_t here = place + static_cast<int32_t>(i * step);
    const bool larger = (value > best[i]) | (value != value);
    best[i] = larger ? value : best[i];
    where[i] = larger ? here : where[i];
  }
}

template <class T>
void max_row(const T* plane, int64_t h, int64_t w, const MaxPool2d& p, int64_t oy, T* best,
             int32_t* where) {
  const int64_t top = oy * p.stride_h - p.pad_h;
  int64_t first_y = top;
  while (first_y < 0) first_y += p.dilation_h;
  // A window of nothing but minus infinity points at its first element; one of nothing but padding
  // at the edge (PyTorch's points beyond the image).
  first_y = std::min(first_y, h - 1);
  for (int64_t ox = 0; ox < p.out_w; ++ox) {
    int64_t x = ox * p.stride_w - p.pad_w;
    while (x < 0) x += p.dilation_w;
    best[ox] = -std::numeric_limits<T>::infinity();
    where[ox] = static_cast<int32_t>(first_y * w + std::min(x, w - 1));
  }
  for (int64_t ky = 0; ky < p.kernel_h; ++ky) {
    const int64_t y = top + ky * p.dilation_h;
    if (y < 0 || y >= h) continue;
    for (int64_t kx = 0; kx < p.kernel_w; ++kx) {
      const int64_t offset = kx * p.dilation_w - p.pad_w;
      const Inside inside(offset, p.stride_w, w, p.out_w);
      if (inside.first >= inside.last) continue;
      const int64_t place = y * w + offset + inside.first * p.stride_w;
      const auto take = p.stride_w == 1   ? take_larger<1, T>
                        : p.stride_w == 2 ? take_larger<2, T>
                                          : take_larger<0, T>;
      take(plane + place, p.stride_w, static_cast<int32_t>(place), inside.last - inside.first,
           best + inside.first, where + inside.first);
    }
  }
}

bool is_two_by_two(const MaxPool2d& p) {
  return p.kernel_h == 2 && p.kernel_w == 2 && p.stride_h == 2 && p.stride_w == 2 && p.pad_h == 0 &&
         p.pad_w == 0 && p.dilation_h == 1 && p.dilation_w == 1;
}

// The usual pool, without a loop over short rows: first the larger of each two rows, then of each
// two neighbours of the whole plane at once. Of equals the one of the smaller place wins, of NaNs
// the one of the larger, as when they are met one after the other.
template <class T, class Index>
void max_two_by_two(const T* plane, int64_t w, int64_t out_h, int64_t out_w, T* best, Index* places,
                    std::vector<T>& values, std::vector<int32_t>& where) {
  const int64_t used = 2 * out_w;
  values.resize(out_h * used);
  where.resize(out_h * used);
  for (int64_t oy = 0; oy < out_h; ++oy) {
    const T* const upper = plane + 2 * oy * w;
    const T* const lower = upper + w;
    T* const value = values.data() + oy * used;
    int32_t* const place = where.data() + oy * used;
    const auto start = static_cast<int32_t>(2 * oy * w), step = static_cast<int32_t>(w);
    for (int64_t x = 0; x < used; ++x) {
      const bool larger = (lower[x] > upper[x]) | (lower[x] != lower[x]);
      value[x] = larger ? lower[x] : upper[x];
      place[x] = start + static_cast<int32_t>(x) + (larger ? step : 0);
    }
  }
  const T* const value = values.data();
  const int32_t* const place = where.data();
  for (int64_t i = 0; i < out_h * out_w; ++i) {
    const T left = value[2 * i], right = value[2 * i + 1];
    const int32_t l = place[2 * i], r = place[2 * i + 1];
    const bool larger = (right > left) | ((right == left) & (r < l)) |
                        ((right != right) & ((left == left) | (r > l)));
    best[i] = larger ? right : left;
    places[i] = larger ? r : l;
  }
}

template <class T, class Index>
void max_planes(const TensorBase& input, const MaxPool2d& p, const TensorBase& result,
                const TensorBase& indices) {
  const int64_t h = input.sizes()[input.dim() - 2], w = input.sizes()[input.dim() - 1];
  const int64_t out = p.out_h * p.out_w;
  const T* const x = data_of<T>(input);
  T* const y = data_of<T>(result);
  Index* const places = data_of<Index>(indices);
  parallel_items(result.numel() / out, out * p.kernel_h * p.kernel_w, [&](int64_t plane) {
    if (is_two_by_two(p) && 2 * p.out_h <= h && 2 * p.out_w <= w) {
      thread_local std::vector<T> values;
      thread_local std::vector<int32_t> where;
      max_two_by_two(x + plane * h * w, w, p.out_h, p.out_w, y + plane * out, places + plane * out,
                     values, where);
      return;
    }
    std::vector<int32_t> where(p.out_w);
    for (int64_t oy = 0; oy < p.out_h; ++oy) {
      const int64_t start = plane * out + oy * p.out_w;
      max_row(x + plane * h * w, h, w, p, oy, y + start, where.data());
      std::copy(where.begin(), where.end(), places + start);
    }
  });
}

template <class F>
void visit_index(const TensorBase& indices, const F& f) {
  if (indices.dtype() == kInt32) return f(TypeTag<int32_t>{});
  f(TypeTag<int64_t>{});
}

}  // namespace

PooledMax max_pool2d(const TensorBase& input, const MaxPool2d& pool, ScalarType index_type) {
  const int64_t block = block_of(input);
  if (block && index_type == kInt32) return blocked::max_pool2d(input, pool, block);
  const TensorBase x = dense(input);
  const DimVector sizes = with_plane(input.sizes(), pool.out_h, pool.out_w);
  const TensorBase result = make_array(sizes, input.dtype()),
                   indices = make_array(sizes, index_type);
  if (result.numel() == 0) return {result, indices};
  visit_floating(input.dtype(), "max_pool2d", [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_index(indices, [&](auto index) {
      max_planes<T, typename decltype(index)::type>(x, pool, result, indices);
    });
  });
  return {result, indices};
}

namespace {

// Places of int64 are in the hands of the user, who may write them through data().
void check_places(const TensorBase& indices, int64_t size) {
  if (indices.dtype() != kInt64) return;
  const int64_t* const places = data_of<int64_t>(indices);
  for (int64_t i = 0; i < indices.numel(); ++i) {
    GRADTAPE_CHECK(places[i] >= 0 && places[i] < size, "max_pool2d: index ", places[i],
                   " is out of bounds for an input plane of ", size, " elements");
  }
}

}  // namespace

TensorBase pool_scatter(const TensorBase& grad, const TensorBase& indices, const MaxPool2d& pool,
                        IntArrayRef input_sizes) {
  if (const int64_t block = block_of(indices); block && grad.dtype() == kFloat32) {
    return blocked::pool_scatter(grad, indices, pool, input_sizes, block);
  }
  const TensorBase g = dense(grad);
  const TensorBase result = make_array(input_sizes, grad.dtype());
  const int64_t in = plane_of(result), out = plane_of(grad);
  if (result.numel() == 0) return result;
  check_places(indices, in);
  visit_floating(grad.dtype(), "max_pool2d", [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_index(indices, [&](auto index) {
      const auto* const places = data_of<typename decltype(index)::type>(indices);
      parallel_items(result.numel() / in, in + out, [&](int64_t plane) {
        T* const target = data_of<T>(result) + plane * in;
        const T* const source = data_of<T>(g) + plane * out;
        std::fill_n(target, in, T{0});
        for (int64_t i = 0; i < out; ++i) target[places[plane * out + i]] += source[i];
      });
    });
  });
  return result;
}

TensorBase pool_gather(const TensorBase& input, const TensorBase& indices) {
  const TensorBase x = dense(input);
  const TensorBase result = make_array(indices.impl().sizes(), input.dtype());
  const int64_t in = plane_of(input), out = plane_of(indices);
  if (result.numel() == 0) return result;
  check_places(indices, in);
  visit_floating(input.dtype(), "max_pool2d", [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_index(indices, [&](auto index) {
      const auto* const places = data_of<typename decltype(index)::type>(indices);
      parallel_items(result.numel() / out, out, [&](int64_t plane) {
        for (int64_t i = plane * out; i < (plane + 1) * out; ++i) {
          data_of<T>(result)[i] = data_of<T>(x)[plane * in + places[i]];
        }
      });
    });
  });
  return result;
}

// Down first, a row at a time, then across: most of the work is adding rows.
TensorBase avg_pool2d(const TensorBase& input, const PoolWindows& rows, const PoolWindows& cols) {
  if (const int64_t block = block_of(input)) return blocked::avg_pool2d(input, rows, cols, block);
  const TensorBase x = dense(input);
  const int64_t w = input.sizes()[input.dim() - 1];
  const auto out_h = static_cast<int64_t>(rows.windows.size());
  const auto out_w = static_cast<int64_t>(cols.windows.size());
  const TensorBase result = make_array(with_plane(input.sizes(), out_h, out_w), input.dtype());
  if (result.numel() == 0) return result;
  const int64_t in = plane_of(input), out = out_h * out_w;
  const auto run = [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Divisor = std::conditional_t<std::is_integral_v<T>, T, double>;
    parallel_items(result.numel() / out, in + out, [&](int64_t plane) {
      std::vector<T> sums(w);
      const T* const source = data_of<T>(x) + plane * in;
      T* target = data_of<T>(result) + plane * out;
      for (const auto& row : rows.windows) {
        std::fill(sums.begin(), sums.end(), T{0});
        for (int64_t y = row.begin; y < row.end; ++y) {
          for (int64_t i = 0; i < w; ++i) sums[i] += source[y * w + i];
        }
        for (const auto& col : cols.windows) {
          T sum = 0;
          for (int64_t i = col.begin; i < col.end; ++i) sum += sums[i];
          *target++ = static_cast<T>(sum / static_cast<Divisor>(row.divisor * col.divisor));
        }
      }
    });
  };
  if (input.dtype() == kInt64) {
    run(TypeTag<int64_t>{});
  } else {
    visit_floating(input.dtype(), "avg_pool2d", run);
  }
  return result;
}

TensorBase avg_pool2d_grad(const TensorBase& grad, const PoolWindows& rows, const PoolWindows& cols,
                           IntArrayRef input_sizes) {
  if (const int64_t block = block_of(grad)) {
    return blocked::avg_pool2d_grad(grad, rows, cols, input_sizes, block);
  }
  const TensorBase g = dense(grad);
  const TensorBase result = make_array(input_sizes, grad.dtype());
  if (result.numel() == 0) return result;
  const int64_t w = result.sizes()[result.dim() - 1];
  const int64_t in = plane_of(result), out = plane_of(grad);
  visit_floating(grad.dtype(), "avg_pool2d", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_items(result.numel() / in, in + out, [&](int64_t plane) {
      std::vector<T> shares(w);
      T* const target = data_of<T>(result) + plane * in;
      std::fill_n(target, in, T{0});
      const T* source = data_of<T>(g) + plane * out;
      for (const auto& row : rows.windows) {
        std::fill(shares.begin(), shares.end(), T{0});
        for (const auto& col : cols.windows) {
          const T share = static_cast<T>(*source++ / (row.divisor * col.divisor));
          for (int64_t i = col.begin; i < col.end; ++i) shares[i] += share;
        }
        for (int64_t y = row.begin; y < row.end; ++y) {
          for (int64_t i = 0; i < w; ++i) target[y * w + i] += shares[i];
        }
      }
    });
  });
  return result;
}

}  // namespace gradtape::kernels
