#include "kernels/base/walk.h"

#include <cstring>

#include "kernels/base/parallel.h"
#include "kernels/base/visit_bytes.h"

namespace gradtape::kernels {
namespace {

constexpr int64_t kBlock = 512;  // elements in a buffer: 4 KB at most, several fit into L1
// A transposed tile: wide, so that a run along it is worth its call and stays on its pages.
constexpr int64_t kTileRows = 32, kTileColumns = 128;

void* ahead(void* at, int64_t bytes) { return static_cast<std::byte*>(at) + bytes; }

// Strides of bytes that are whole elements.
void gather(void* to, const void* from, int64_t bytes, int64_t itemsize, int64_t n) {
  const int64_t stride = bytes / itemsize;
  visit_width(itemsize, [&]<class U>(U) {
    auto* target = static_cast<typename U::type*>(to);
    auto* source = static_cast<const typename U::type*>(from);
    for (int64_t i = 0; i < n; ++i) target[i] = source[i * stride];
  });
}

void scatter(void* to, const void* from, int64_t bytes, int64_t itemsize, int64_t n) {
  const int64_t stride = bytes / itemsize;
  visit_width(itemsize, [&]<class U>(U) {
    auto* target = static_cast<typename U::type*>(to);
    auto* source = static_cast<const typename U::type*>(from);
    for (int64_t i = 0; i < n; ++i) target[i * stride] = source[i];
  });
}

constexpr int64_t kSquare = 8;

// to[row * to_stride + column] = from[row + column * from_stride], 8 rows and 8 columns.
template <class T>
void transpose_square(T* to, int64_t to_stride, const T* from, int64_t from_stride) {
  for (int64_t row = 0; row < kSquare; ++row) {
    for (int64_t column = 0; column < kSquare; ++column) {
      to[row * to_stride + column] = from[row + column * from_stride];
    }
  }
}

// Of 4 bytes, in registers: pairs, then fours, then halves change places.
void transpose_square(Unit<4>::type* to, int64_t to_stride, const Unit<4>::type* from,
                      int64_t from_stride) {
  using Row [[gnu::vector_size(32), gnu::may_alias, gnu::aligned(4)]] = uint32_t;
  Row x[8], y[8];
  for (int i = 0; i < 8; ++i) x[i] = *reinterpret_cast<const Row*>(from + i * from_stride);
  for (int i = 0; i < 8; i += 2) {
    y[i] = __builtin_shufflevector(x[i], x[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    y[i + 1] = __builtin_shufflevector(x[i], x[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    x[i] = __builtin_shufflevector(y[i], y[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    x[i + 1] = __builtin_shufflevector(y[i], y[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    x[i + 2] = __builtin_shufflevector(y[i + 1], y[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    x[i + 3] = __builtin_shufflevector(y[i + 1], y[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  for (int i = 0; i < 4; ++i) {
    const Row low = __builtin_shufflevector(x[i], x[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    const Row high = __builtin_shufflevector(x[i], x[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    *reinterpret_cast<Row*>(to + i * to_stride) = low;
    *reinterpret_cast<Row*>(to + (i + 4) * to_stride) = high;
  }
}

void gather_transposed(void* to, const void* from, int64_t stride, int64_t itemsize, int64_t rows,
                       int64_t columns) {
  visit_width(itemsize, [&]<class U>(U) {
    using T = typename U::type;
    auto* target = static_cast<T*>(to);
    auto* source = static_cast<const T*>(from);
    const int64_t whole_rows = rows / kSquare * kSquare;
    const int64_t whole_columns = columns / kSquare * kSquare;
    for (int64_t column = 0; column < whole_columns; column += kSquare) {
      for (int64_t row = 0; row < whole_rows; row += kSquare) {
        transpose_square(target + row * kTileColumns + column, kTileColumns,
                         source + row + column * stride, stride);
      }
    }
    for (int64_t column = 0; column < columns; ++column) {
      for (int64_t row = column < whole_columns ? whole_rows : 0; row < rows; ++row) {
        target[row * kTileColumns + column] = source[row + column * stride];
      }
    }
  });
}

constexpr size_t kMaxAxes = 64;  // as many as PyTorch allows

class Walker {
 public:
  Walker(Run run, int64_t grain, const DimVector& sizes, std::span<const Strided> arrays,
         const Scalar* parameters)
      : run_(run),
        grain_(grain),
        rank_(sizes.size()),
        count_(arrays.size()),
        parameters_(parameters) {
    GRADTAPE_CHECK(rank_ <= kMaxAxes, "a tensor may have up to ", kMaxAxes, " axes; got ", rank_);
    for (size_t k = 0; k < count_; ++k) {
      start_[k] = arrays[k].data;
      itemsize_[k] = arrays[k].itemsize;
    }
    for (size_t axis = 0; axis < rank_; ++axis) {
      sizes_[axis] = sizes[axis];
      for (size_t k = 0; k < count_; ++k) {
        bytes_[axis][k] = arrays[k].strides[axis] * itemsize_[k];
      }
    }
  }

  void all() const {
    if (rank_ == 0) return row(start_, {}, plan({}), 1);
    const size_t last = rank_ - 1;
    const int64_t inner = sizes_[last];
    const Steps& steps = bytes_[last];
    const Plan how = plan(steps);
    if (rank_ == 1) {
      return parallel_for(inner, grain_, [&](int64_t begin, int64_t end) {
        row(moved(start_, 0, begin), steps, how, end - begin);
      });
    }
    int64_t rows = 1;
    for (size_t axis = 0; axis < last; ++axis) rows *= sizes_[axis];
    if (const int axis = transposed_axis(); axis >= 0) return tiles(axis, rows / sizes_[axis]);
    auto some = [&](int64_t begin, int64_t end) {
      for_rows(begin, end, [&](const Pointers& at) { row(at, steps, how, inner); });
    };
    if (rows >= 128) {
      parallel_for(rows, std::max<int64_t>(1, grain_ / inner), some);
    } else if (rows * inner <= grain_) {
      some(0, rows);
    } else {
      parallel_items(rows, inner, [&](int64_t i) { some(i, i + 1); });
    }
  }

 private:
  using Pointers = std::array<void*, kMaxOperands>;  // handed to run as they are
  using Steps = std::array<int64_t, kMaxOperands>;   // in bytes

  // What of a run is one element for all, and what has to pass through a buffer. Bit k is array k.
  struct Plan {
    unsigned fixed = 0, buffered = 0;
  };
  Plan plan(const Steps& steps) const {
    Plan plan;
    if (rank_ == 0) return plan;
    const bool may_fix = count_ <= 3;
    for (size_t k = 0; k < count_; ++k) {
      if (steps[k] == itemsize_[k]) continue;
      (k > 0 && steps[k] == 0 && may_fix ? plan.fixed : plan.buffered) |= 1u << k;
    }
    return plan;
  }

  void move(Pointers& at, size_t axis, int64_t steps) const {
    for (size_t k = 0; k < count_; ++k) at[k] = ahead(at[k], steps * bytes_[axis][k]);
  }
  Pointers moved(Pointers at, size_t axis, int64_t steps) const {
    move(at, axis, steps);
    return at;
  }

  // An outer axis along which an input is contiguous that is not so along the inner one.
  int transposed_axis() const {
    const size_t inner = rank_ - 1;
    if (sizes_[inner] < 8) return -1;
    for (size_t k = 1; k < count_; ++k) {
      if (bytes_[inner][k] == 0 || bytes_[inner][k] == itemsize_[k]) continue;
      for (size_t axis = 0; axis < inner; ++axis) {
        if (bytes_[axis][k] == itemsize_[k] && sizes_[axis] >= 8) return static_cast<int>(axis);
      }
    }
    return -1;
  }

  // Calls f with the pointers of rows [begin, end), counted over all axes but the inner one.
  template <class F>
  void for_rows(int64_t begin, int64_t end, const F& f, int skipped_axis = -1) const {
    std::array<size_t, kMaxAxes> axes;  // fastest first
    std::array<int64_t, kMaxAxes> index;
    size_t outer = 0;
    Pointers at = start_;
    int64_t rest = begin;
    for (size_t axis = rank_ - 1; axis-- > 0;) {
      if (static_cast<int>(axis) == skipped_axis) continue;
      index[outer] = rest % sizes_[axis];
      rest /= sizes_[axis];
      move(at, axis, index[outer]);
      axes[outer++] = axis;
    }
    for (int64_t i = begin; i < end; ++i) {
      f(at);
      for (size_t j = 0; j < outer; ++j) {
        move(at, axes[j], 1);
        if (++index[j] < sizes_[axes[j]]) break;
        move(at, axes[j], -sizes_[axes[j]]);
        index[j] = 0;
      }
    }
  }

  // One run along the inner axis, through buffers where it has to be.
  void row(const Pointers& at, const Steps& steps, Plan how, int64_t n) const {
    if (how.buffered && n > 1) return buffered_row(at, steps, how, n);
    run_(n, at[0], at.data() + 1, how.fixed >> 1, parameters_);
  }

  void buffered_row(const Pointers& at, const Steps& steps, Plan how, int64_t n) const {
    const void* in[kMaxOperands];
    alignas(64) std::byte buffer[kMaxOperands][kBlock * 8];
    for (int64_t done = 0; done < n; done += kBlock) {
      const int64_t count = std::min(kBlock, n - done);
      for (size_t k = 1; k < count_; ++k) {
        in[k - 1] = ahead(at[k], done * steps[k]);
        if (!(how.buffered & (1u << k))) continue;
        gather(buffer[k], in[k - 1], steps[k], itemsize_[k], count);
        in[k - 1] = buffer[k];
      }
      void* target = ahead(at[0], done * steps[0]);
      if (how.buffered & 1) {
        run_(count, buffer[0], in, how.fixed >> 1, parameters_);
        scatter(target, buffer[0], steps[0], itemsize_[0], count);
      } else {
        run_(count, target, in, how.fixed >> 1, parameters_);
      }
    }
  }

  // Tiles over the axis and the inner one: what is transposed is turned in a buffer.
  void tiles(int axis, int64_t rows) const {
    const int64_t height = sizes_[axis];
    const int64_t strips = (height + kTileRows - 1) / kTileRows;
    parallel_items(rows * strips, kTileRows * sizes_[rank_ - 1], [&](int64_t i) {
      const int64_t top = i % strips * kTileRows;
      for_rows(
          i / strips, i / strips + 1,
          [&](const Pointers& at) {
            strip(axis, moved(at, axis, top), std::min(kTileRows, height - top));
          },
          axis);
    });
  }

  void strip(int axis, const Pointers& start, int64_t rows) const {
    const size_t inner = rank_ - 1;
    alignas(64) std::byte buffer[kMaxOperands][kTileRows * kTileColumns * 8];
    Steps steps = bytes_[inner], down = bytes_[axis];
    unsigned turned = 0;
    for (size_t k = 1; k < count_; ++k) {
      if (steps[k] == 0 || steps[k] == itemsize_[k] || down[k] != itemsize_[k]) continue;
      turned |= 1u << k;
      steps[k] = itemsize_[k];
      down[k] = kTileColumns * itemsize_[k];
    }
    const Plan how = plan(steps);
    for (int64_t left = 0; left < sizes_[inner]; left += kTileColumns) {
      const int64_t columns = std::min(kTileColumns, sizes_[inner] - left);
      Pointers at = moved(start, inner, left);
      for (size_t k = 1; k < count_; ++k) {
        if (!(turned & (1u << k))) continue;
        gather_transposed(buffer[k], at[k], bytes_[inner][k] / itemsize_[k], itemsize_[k], rows,
                          columns);
        at[k] = buffer[k];
      }
      for (int64_t i = 0; i < rows; ++i) {
        // Rows are pages apart: the processor's own prefetching does not see them coming.
        for (size_t k = 0; k < count_ && i + 2 < rows; ++k) {
          if (turned & (1u << k)) continue;
          for (int64_t byte = 0; byte < columns * steps[k]; byte += 64) {
            __builtin_prefetch(ahead(at[k], 2 * down[k] + byte));
          }
        }
        row(at, steps, how, columns);
        for (size_t k = 0; k < count_; ++k) at[k] = ahead(at[k], down[k]);
      }
    }
  }

  Run run_;
  int64_t grain_;
  size_t rank_, count_;
  const Scalar* parameters_;
  Pointers start_{};
  Steps itemsize_{};
  std::array<int64_t, kMaxAxes> sizes_;
  std::array<Steps, kMaxAxes> bytes_;
};

// Axes of size 1 go; the others are ordered by the output's strides, the largest first.
void order_axes(DimVector& sizes, std::span<Strided> arrays) {
  auto swap_axes = [&](size_t i, size_t j) {
    std::swap(sizes[i], sizes[j]);
    for (Strided& array : arrays) std::swap(array.strides[i], array.strides[j]);
  };
  for (size_t axis = sizes.size(); axis-- > 0;) {
    if (sizes[axis] != 1) continue;
    sizes.erase(axis);
    for (Strided& array : arrays) array.strides.erase(axis);
  }
  for (size_t i = 1; i < sizes.size(); ++i) {
    for (size_t j = i; j > 0 && arrays[0].strides[j - 1] < arrays[0].strides[j]; --j) {
      swap_axes(j - 1, j);
    }
  }
}

void merge_axes(DimVector& sizes, std::span<Strided> arrays) {
  for (size_t axis = sizes.size(); axis-- > 1;) {
    bool mergeable = true;
    for (const Strided& array : arrays) {
      mergeable = mergeable && array.strides[axis - 1] == array.strides[axis] * sizes[axis];
    }
    if (!mergeable) continue;
    sizes[axis - 1] *= sizes[axis];
    sizes.erase(axis);
    for (Strided& array : arrays) array.strides.erase(axis - 1);
  }
}

}  // namespace

void walk(Run run, int64_t grain, DimVector sizes, std::span<Strided> arrays,
          const Scalar* parameters) {
  for (const int64_t size : sizes) {
    if (size == 0) return;
  }
  order_axes(sizes, arrays);
  merge_axes(sizes, arrays);
  Walker(run, grain, sizes, arrays, parameters).all();
}

void run_contiguous(Run run, int64_t grain, int64_t n, void* out, int64_t out_itemsize,
                    std::span<const void* const> in, int64_t in_itemsize, unsigned fixed,
                    const Scalar* parameters) {
  if (n <= grain) return run(n, out, in.data(), fixed, parameters);
  parallel_for(n, grain, [&](int64_t begin, int64_t end) {
    const void* part[kMaxOperands];
    for (size_t k = 0; k < in.size(); ++k) {
      const bool moves = !(fixed & (1u << k));
      part[k] = static_cast<const std::byte*>(in[k]) + (moves ? begin * in_itemsize : 0);
    }
    run(end - begin, static_cast<std::byte*>(out) + begin * out_itemsize, part, fixed, parameters);
  });
}

}  // namespace gradtape::kernels
