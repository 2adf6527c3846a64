#include "kernels/walk.h"

#include <cstring>

#include "kernels/parallel.h"

namespace gradtape::kernels {
namespace {

constexpr int64_t kBlock = 512;  // elements in a buffer: 4 KB at most, several fit into L1
constexpr int64_t kTile = 32;    // rows of a transposed tile

template <size_t Bytes>
struct Unit;
template <>
struct Unit<1> {
  using type [[gnu::may_alias]] = uint8_t;
};
template <>
struct Unit<2> {
  using type [[gnu::may_alias]] = uint16_t;
};
template <>
struct Unit<4> {
  using type [[gnu::may_alias]] = uint32_t;
};
template <>
struct Unit<8> {
  using type [[gnu::may_alias]] = uint64_t;
};

// Calls f with a type of so many bytes that may alias any other.
template <class F>
void visit_itemsize(int64_t itemsize, const F& f) {
  switch (itemsize) {
    case 1:
      return f(Unit<1>{});
    case 2:
      return f(Unit<2>{});
    case 4:
      return f(Unit<4>{});
    default:
      return f(Unit<8>{});
  }
}

void gather(void* to, const std::byte* from, int64_t stride, int64_t itemsize, int64_t n) {
  visit_itemsize(itemsize, [&]<class U>(U) {
    auto* target = static_cast<typename U::type*>(to);
    auto* source = reinterpret_cast<const typename U::type*>(from);
    for (int64_t i = 0; i < n; ++i) target[i] = source[i * stride];
  });
}

void scatter(std::byte* to, const void* from, int64_t stride, int64_t itemsize, int64_t n) {
  visit_itemsize(itemsize, [&]<class U>(U) {
    auto* target = reinterpret_cast<typename U::type*>(to);
    auto* source = static_cast<const typename U::type*>(from);
    for (int64_t i = 0; i < n; ++i) target[i * stride] = source[i];
  });
}

// target[row][column] = source[row + column * stride]
void gather_transposed(void* to, const std::byte* from, int64_t stride, int64_t itemsize,
                       int64_t rows, int64_t columns) {
  visit_itemsize(itemsize, [&]<class U>(U) {
    auto* target = static_cast<typename U::type*>(to);
    auto* source = reinterpret_cast<const typename U::type*>(from);
    for (int64_t column = 0; column < columns; ++column) {
      for (int64_t row = 0; row < rows; ++row) {
        target[row * kTile + column] = source[row + column * stride];
      }
    }
  });
}

class Walker {
 public:
  Walker(Run run, int64_t grain, const DimVector& sizes, std::span<const Strided> arrays,
         const Scalar* parameters)
      : run_(run), grain_(grain), sizes_(sizes), arrays_(arrays), parameters_(parameters) {
    for (size_t k = 0; k < arrays.size(); ++k) start_[k] = arrays[k].data;
  }

  void all() const {
    const size_t rank = sizes_.size();
    if (rank == 0) return row(start_, strides_of_inner(), 1);
    const int64_t inner = sizes_.back();
    if (rank == 1) {
      return parallel_for(inner, grain_, [&](int64_t begin, int64_t end) {
        row(moved(start_, rank - 1, begin), strides_of_inner(), end - begin);
      });
    }
    int64_t rows = 1;
    for (size_t axis = 0; axis + 1 < rank; ++axis) rows *= sizes_[axis];
    if (const int axis = transposed_axis(); axis >= 0) return tiles(axis, rows / sizes_[axis]);
    if (rows >= 128) {
      return parallel_for(rows, std::max<int64_t>(1, grain_ / inner), [&](int64_t i, int64_t end) {
        for_rows(i, end, [&](const Pointers& at) { row(at, strides_of_inner(), inner); });
      });
    }
    parallel_items(rows, inner, [&](int64_t i) {
      for_rows(i, i + 1, [&](const Pointers& at) { row(at, strides_of_inner(), inner); });
    });
  }

 private:
  using Pointers = std::array<std::byte*, kMaxOperands>;
  using Steps = std::array<int64_t, kMaxOperands>;

  Pointers moved(Pointers at, size_t axis, int64_t steps) const {
    for (size_t k = 0; k < arrays_.size(); ++k) {
      at[k] += steps * arrays_[k].strides[axis] * arrays_[k].itemsize;
    }
    return at;
  }

  Steps strides_of_inner() const {
    Steps steps{};
    for (size_t k = 0; k < arrays_.size(); ++k) {
      steps[k] = sizes_.empty() ? 1 : arrays_[k].strides.back();
    }
    return steps;
  }

  // An outer axis along which an input is contiguous that is not so along the inner one.
  int transposed_axis() const {
    const size_t inner = sizes_.size() - 1;
    if (sizes_[inner] < 8) return -1;
    for (size_t k = 1; k < arrays_.size(); ++k) {
      if (arrays_[k].strides[inner] == 0 || arrays_[k].strides[inner] == 1) continue;
      for (size_t axis = 0; axis < inner; ++axis) {
        if (arrays_[k].strides[axis] == 1 && sizes_[axis] >= 8) return static_cast<int>(axis);
      }
    }
    return -1;
  }

  // Calls f with the pointers of rows [begin, end), counted over all axes but the inner one.
  template <class F>
  void for_rows(int64_t begin, int64_t end, const F& f, int skipped_axis = -1) const {
    const size_t outer = sizes_.size() - 1;
    DimVector index(outer, 0);
    Pointers at = start_;
    int64_t rest = begin;
    for (size_t axis = outer; axis-- > 0;) {
      if (static_cast<int>(axis) == skipped_axis) continue;
      index[axis] = rest % sizes_[axis];
      rest /= sizes_[axis];
      at = moved(at, axis, index[axis]);
    }
    for (int64_t i = begin; i < end; ++i) {
      f(at);
      for (size_t axis = outer; axis-- > 0;) {
        if (static_cast<int>(axis) == skipped_axis) continue;
        at = moved(at, axis, 1);
        if (++index[axis] < sizes_[axis]) break;
        at = moved(at, axis, -sizes_[axis]);
        index[axis] = 0;
      }
    }
  }

  // One run along the inner axis, through buffers where it has to be.
  void row(Pointers at, const Steps& steps, int64_t n) const {
    const size_t inputs = arrays_.size() - 1;
    const bool may_fix = inputs <= 2;
    unsigned fixed = 0, buffered = 0;
    const void* in[kMaxOperands];
    for (size_t k = 1; k <= inputs; ++k) {
      in[k - 1] = at[k];
      if (steps[k] == 1) continue;
      if (steps[k] == 0 && may_fix) {
        fixed |= 1u << (k - 1);
      } else {
        buffered |= 1u << k;
      }
    }
    if (steps[0] != 1) buffered |= 1;
    if (!buffered) return run_(n, at[0], in, fixed, parameters_);
    if (n == 1) return run_(1, at[0], in, 0, parameters_);
    alignas(64) std::byte buffer[kMaxOperands][kBlock * 8];
    for (int64_t done = 0; done < n; done += kBlock) {
      const int64_t count = std::min(kBlock, n - done);
      for (size_t k = 1; k <= inputs; ++k) {
        const int64_t itemsize = arrays_[k].itemsize;
        if (buffered & (1u << k)) {
          gather(buffer[k], at[k] + done * steps[k] * itemsize, steps[k], itemsize, count);
          in[k - 1] = buffer[k];
        } else {
          in[k - 1] = at[k] + done * steps[k] * itemsize;
        }
      }
      std::byte* target = at[0] + done * steps[0] * arrays_[0].itemsize;
      if (buffered & 1) {
        run_(count, buffer[0], in, fixed, parameters_);
        scatter(target, buffer[0], steps[0], arrays_[0].itemsize, count);
      } else {
        run_(count, target, in, fixed, parameters_);
      }
    }
  }

  // Squares of kTile over the axis and the inner one: what is transposed is turned in a buffer.
  void tiles(int axis, int64_t rows) const {
    const int64_t height = sizes_[axis];
    const int64_t strips = (height + kTile - 1) / kTile;
    parallel_items(rows * strips, kTile * sizes_.back(), [&](int64_t i) {
      const int64_t top = i % strips * kTile;
      for_rows(
          i / strips, i / strips + 1,
          [&](const Pointers& at) {
            strip(axis, moved(at, axis, top), std::min(kTile, height - top));
          },
          axis);
    });
  }

  void strip(int axis, const Pointers& start, int64_t rows) const {
    const size_t inner = sizes_.size() - 1;
    alignas(64) std::byte buffer[kMaxOperands][kTile * kTile * 8];
    for (int64_t left = 0; left < sizes_[inner]; left += kTile) {
      const int64_t columns = std::min(kTile, sizes_[inner] - left);
      const Pointers corner = moved(start, inner, left);
      Steps steps = strides_of_inner();
      unsigned turned = 0;
      for (size_t k = 1; k < arrays_.size(); ++k) {
        if (steps[k] == 0 || steps[k] == 1 || arrays_[k].strides[axis] != 1) continue;
        gather_transposed(buffer[k], corner[k], steps[k], arrays_[k].itemsize, rows, columns);
        turned |= 1u << k;
        steps[k] = 1;
      }
      for (int64_t i = 0; i < rows; ++i) {
        Pointers at = moved(corner, axis, i);
        for (size_t k = 1; k < arrays_.size(); ++k) {
          if (turned & (1u << k)) at[k] = buffer[k] + i * kTile * arrays_[k].itemsize;
        }
        row(at, steps, columns);
      }
    }
  }

  Run run_;
  int64_t grain_;
  const DimVector& sizes_;
  std::span<const Strided> arrays_;
  const Scalar* parameters_;
  Pointers start_{};
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
