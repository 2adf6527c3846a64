#pragma once

#include <algorithm>
#include <memory>

#include <xsimd/xsimd.hpp>

#include "kernels/layout/blocked.h"
#include "kernels/reduce/plan.h"

// The loops of every reduction whose order does not matter. A reducer is a struct with
//
//   using In, Acc, Out            what it reads, sums up in, and writes
//   Acc identity() const
//   auto map(x, c) const          x of the input, c of its output's center (0 without centers)
//   auto combine(a, b) const      of two values of Acc
//   Out finish(Acc) const
//
// where map and combine also take batches if In and Acc are the same floating point type.
//
// Accuracy and determinism: elements are combined in blocks of fixed size and the blocks' values
// in a balanced tree, which depends on shape and layout, never on the number of threads.
namespace gradtape::kernels {

template <class R>
inline constexpr bool kInBatches =
    std::is_floating_point_v<typename R::In>&& std::is_same_v<typename R::In, typename R::Acc>;

// A balanced tree over values that come one by one.
template <class R>
class Cascade {
 public:
  explicit Cascade(const R& reducer) : reducer_(reducer) {}
  void push(typename R::Acc value) {
    int level = 0;
    for (uint64_t bits = count_++; bits & 1; bits >>= 1) {
      value = reducer_.combine(levels_[level++], value);
    }
    levels_[level] = value;
  }
  typename R::Acc value() const {
    if (count_ == 0) return reducer_.identity();
    int level = std::countr_zero(count_);
    typename R::Acc value = levels_[level];
    for (uint64_t bits = count_ >> ++level; bits; bits >>= 1, ++level) {
      if (bits & 1) value = reducer_.combine(levels_[level], value);
    }
    return value;
  }

 private:
  const R& reducer_;
  uint64_t count_ = 0;
  typename R::Acc levels_[64];
};

inline constexpr int64_t kReduceBlock = 4096;   // elements of one row that are reduced flat
inline constexpr int64_t kReduceChunk = 32768;  // elements of one row that are one thread's item
inline constexpr int64_t kColumnBlock = 512;    // columns that are reduced together
inline constexpr int64_t kRowBlock = 512;       // rows of them that are added up one by one

template <class R>
typename R::Acc reduce_block(const R& reducer, const typename R::In* x, int64_t n,
                             typename R::Acc center) {
  using Acc = typename R::Acc;
  Acc acc = reducer.identity();
  int64_t i = 0;
  if constexpr (kInBatches<R>) {
    using Batch = xsimd::batch<Acc>;
    constexpr int64_t W = Batch::size;
    if (n >= W) {
      const Batch c(center);
      Batch a0 = reducer.map(Batch::load_unaligned(x), c);
      i = W;
      if (n >= 8 * W) {
        Batch a1(acc), a2(acc), a3(acc);
        for (; i + 4 * W <= n; i += 4 * W) {
          a0 = reducer.combine(a0, reducer.map(Batch::load_unaligned(x + i), c));
          a1 = reducer.combine(a1, reducer.map(Batch::load_unaligned(x + i + W), c));
          a2 = reducer.combine(a2, reducer.map(Batch::load_unaligned(x + i + 2 * W), c));
          a3 = reducer.combine(a3, reducer.map(Batch::load_unaligned(x + i + 3 * W), c));
        }
        a0 = reducer.combine(reducer.combine(a0, a1), reducer.combine(a2, a3));
      }
      for (; i + W <= n; i += W) {
        a0 = reducer.combine(a0, reducer.map(Batch::load_unaligned(x + i), c));
      }
      alignas(64) Acc lanes[W];
      a0.store_aligned(lanes);
      for (int64_t half = W / 2; half > 0; half /= 2) {
        for (int64_t j = 0; j < half; ++j) lanes[j] = reducer.combine(lanes[j], lanes[j + half]);
      }
      acc = lanes[0];
    }
  }
  for (; i < n; ++i) acc = reducer.combine(acc, reducer.map(x[i], center));
  return acc;
}

template <class R>
typename R::Acc reduce_row(const R& reducer, const typename R::In* x, int64_t stride, int64_t n,
                           typename R::Acc center) {
  if (stride == 1 && n <= kReduceBlock) return reduce_block(reducer, x, n, center);
  Cascade<R> cascade(reducer);
  for (int64_t begin = 0; begin < n; begin += kReduceBlock) {
    const int64_t count = std::min(kReduceBlock, n - begin);
    if (stride == 1) {
      cascade.push(reduce_block(reducer, x + begin, count, center));
    } else {
      typename R::In gathered[kReduceBlock];
      for (int64_t i = 0; i < count; ++i) gathered[i] = x[(begin + i) * stride];
      cascade.push(reduce_block(reducer, gathered, count, center));
    }
  }
  return cascade.value();
}

// Rows of the innermost reduced axis; an item is a chunk of what becomes one output element.
template <class R>
void reduce_rows(const R& reducer, const ReducePlan& plan, const typename R::In* x,
                 const typename R::Acc* centers, typename R::Out* out) {
  using Acc = typename R::Acc;
  const bool any = !plan.reduced.empty();
  const int64_t n = any ? plan.reduced.back() : plan.num_reduced;  // 1 where nothing is reduced
  const int64_t stride = any ? plan.reduced_in.back() : 1;
  const size_t outer_rank = any ? plan.reduced.size() - 1 : 0;
  const int64_t rows = n == 0 ? 0 : plan.num_reduced / n;
  const int64_t rows_per_chunk = std::max<int64_t>(1, kReduceChunk / std::max<int64_t>(n, 1));
  // One long row is cut; many rows are grouped.
  const bool cut = rows == 1;
  const int64_t chunks = std::max<int64_t>(1, cut ? (n + kReduceChunk - 1) / kReduceChunk
                                                  : (rows + rows_per_chunk - 1) / rows_per_chunk);
  const auto chunk_value = [&](const typename R::In* base, int64_t chunk, Acc center) {
    if (cut) {
      const int64_t begin = chunk * kReduceChunk;
      return reduce_row(reducer, base + begin * stride, stride, std::min(kReduceChunk, n - begin),
                        center);
    }
    const int64_t begin = chunk * rows_per_chunk;
    const int64_t end = std::min(rows, begin + rows_per_chunk);
    if (begin >= end) return reducer.identity();
    Cascade<R> cascade(reducer);
    Odometer row(plan.reduced, outer_rank, plan.reduced_in, nullptr, begin);
    for (int64_t i = begin; i < end; ++i, row.next()) {
      cascade.push(reduce_row(reducer, base + row.offset(), stride, n, center));
    }
    return cascade.value();
  };
  const std::unique_ptr<Acc[]> partial(chunks > 1 ? new Acc[plan.num_kept * chunks] : nullptr);
  parallel_ranges(
      plan.num_kept * chunks, plan.num_reduced / chunks, [&](int64_t begin, int64_t end) {
        Odometer kept(plan.kept, plan.kept.size(), plan.kept_in, &plan.kept_out, begin / chunks);
        int64_t chunk = begin % chunks;
        for (int64_t item = begin; item < end; ++item) {
          const Acc center = centers ? centers[kept.offset_b()] : Acc{};
          const Acc value = chunk_value(x + kept.offset(), chunk, center);
          if (chunks > 1) {
            partial[item] = value;
          } else {
            out[kept.offset_b()] = reducer.finish(value);
          }
          if (++chunk == chunks) {
            chunk = 0;
            kept.next();
          }
        }
      });
  if (chunks == 1) return;
  Odometer kept(plan.kept, plan.kept.size(), plan.kept_in, &plan.kept_out, 0);
  for (int64_t i = 0; i < plan.num_kept; ++i, kept.next()) {
    Cascade<R> cascade(reducer);
    for (int64_t chunk = 0; chunk < chunks; ++chunk) cascade.push(partial[i * chunks + chunk]);
    out[kept.offset_b()] = reducer.finish(cascade.value());
  }
}

// acc[j] = combine(acc[j], x[j]) for one row of columns, eight rows at a time where there are.
template <class R, int kRows>
void add_rows(const R& reducer, const typename R::In* const* rows, int64_t columns,
              const typename R::Acc* center, typename R::Acc* acc) {
  using Acc = typename R::Acc;
  const auto tree = [&](auto load, auto c) {
    if constexpr (kRows == 1) {
      return reducer.map(load(0), c);
    } else {
      const auto pair = [&](int i) {
        return reducer.combine(reducer.map(load(i), c), reducer.map(load(i + 1), c));
      };
      return reducer.combine(reducer.combine(pair(0), pair(2)), reducer.combine(pair(4), pair(6)));
    }
  };
  int64_t j = 0;
  if constexpr (kInBatches<R>) {
    using Batch = xsimd::batch<Acc>;
    constexpr int64_t W = Batch::size;
    for (; j + W <= columns; j += W) {
      const auto load = [&](int i) { return Batch::load_unaligned(rows[i] + j); };
      const Batch value = tree(load, Batch::load_unaligned(center + j));
      reducer.combine(Batch::load_unaligned(acc + j), value).store_unaligned(acc + j);
    }
  }
  for (; j < columns; ++j) {
    const auto load = [&](int i) { return rows[i][j]; };
    acc[j] = reducer.combine(acc[j], static_cast<Acc>(tree(load, center[j])));
  }
}

// Columns along the innermost kept axis, many side by side; an item is kRowBlock rows of
// kColumnBlock columns.
template <class R>
void reduce_columns(const R& reducer, const ReducePlan& plan, const typename R::In* x,
                    const typename R::Acc* centers, typename R::Out* out) {
  using In = typename R::In;
  using Acc = typename R::Acc;
  const int64_t width = plan.kept.back(), stride = plan.kept_in.back();
  const int64_t out_stride = plan.kept_out.back();
  const size_t outer_rank = plan.kept.size() - 1;
  const int64_t outer = plan.num_kept / width;
  const int64_t blocks = (width + kColumnBlock - 1) / kColumnBlock;
  const int64_t chunks = (plan.num_reduced + kRowBlock - 1) / kRowBlock;
  const int64_t columns = std::min(width, kColumnBlock);
  const std::unique_ptr<Acc[]> partial(chunks > 1 ? new Acc[outer * blocks * chunks * columns]
                                                  : nullptr);
  const int64_t rows_per_item = std::min(plan.num_reduced, kRowBlock);
  parallel_ranges(
      outer * blocks * chunks, rows_per_item * columns, [&](int64_t first, int64_t last) {
        Acc own[kColumnBlock], center[kColumnBlock];
        In gathered[8][64];
        for (int64_t item = first; item < last; ++item) {
          const int64_t chunk = item % chunks, block = item / chunks % blocks;
          const Odometer kept(plan.kept, outer_rank, plan.kept_in, &plan.kept_out,
                              item / chunks / blocks);
          Acc* acc = chunks > 1 ? partial.get() + item * columns : own;
          const int64_t first_column = block * kColumnBlock;
          const int64_t count = std::min(kColumnBlock, width - first_column);
          const In* base = x + kept.offset() + first_column * stride;
          const int64_t out_offset = kept.offset_b() + first_column * out_stride;
          for (int64_t j = 0; j < count; ++j) {
            acc[j] = reducer.identity();
            center[j] = centers ? centers[out_offset + j * out_stride] : Acc{};
          }
          const int64_t begin = chunk * kRowBlock;
          const int64_t end = std::min(plan.num_reduced, begin + kRowBlock);
          Odometer row(plan.reduced, plan.reduced.size(), plan.reduced_in, nullptr, begin);
          for (int64_t i = begin; i < end;) {
            const int64_t together = end - i >= 8 ? 8 : 1;
            const In* rows[8];
            for (int64_t r = 0; r < together; ++r, row.next()) rows[r] = base + row.offset();
            i += together;
            const auto add = [&](const In* const* from, int64_t j, int64_t n) {
              if (together == 8) {
                add_rows<R, 8>(reducer, from, n, center + j, acc + j);
              } else {
                add_rows<R, 1>(reducer, from, n, center + j, acc + j);
              }
            };
            if (stride == 1) {
              add(rows, 0, count);
              continue;
            }
            for (int64_t j = 0; j < count; j += 64) {
              const int64_t n = std::min<int64_t>(64, count - j);
              const In* copies[8];
              for (int64_t r = 0; r < together; ++r) {
                for (int64_t k = 0; k < n; ++k) gathered[r][k] = rows[r][(j + k) * stride];
                copies[r] = gathered[r];
              }
              add(copies, j, n);
            }
          }
          if (chunks > 1) continue;
          for (int64_t j = 0; j < count; ++j)
            out[out_offset + j * out_stride] = reducer.finish(acc[j]);
        }
      });
  if (chunks == 1) return;
  for (int64_t item = 0; item < outer * blocks; ++item) {
    const int64_t first_column = item % blocks * kColumnBlock;
    const int64_t count = std::min(kColumnBlock, width - first_column);
    Acc* chunk0 = partial.get() + item * chunks * columns;
    for (int64_t step = 1; step < chunks; step *= 2) {
      for (int64_t chunk = 0; chunk + step < chunks; chunk += 2 * step) {
        Acc* a = chunk0 + chunk * columns;
        const Acc* b = a + step * columns;
        for (int64_t j = 0; j < count; ++j) a[j] = reducer.combine(a[j], b[j]);
      }
    }
    const Odometer kept(plan.kept, outer_rank, plan.kept_in, &plan.kept_out, item / blocks);
    typename R::Out* to = out + kept.offset_b() + first_column * out_stride;
    for (int64_t j = 0; j < count; ++j) to[j * out_stride] = reducer.finish(chunk0[j]);
  }
}

// Reduces the axes of input into out, which is contiguous and has room for what is kept. centers,
// if there, is shaped as out.
template <class R>
void reduce_into(const R& reducer, const TensorBase& input, AxisMask axes, void* out,
                 const typename R::Acc* centers = nullptr) {
  // A reduction of everything takes the elements as they lie.
  const int64_t block = axes == all_axes(input.dim()) ? block_of(input) : 0;
  const auto* x = elements<const typename R::In>(input, block);
  auto* result = static_cast<typename R::Out*>(out);
  const int64_t n = input.numel();
  if (n <= kReduceBlock && input.is_contiguous() && axes == all_axes(input.dim())) {
    *result = reducer.finish(reduce_block(reducer, x, n, centers ? *centers : typename R::Acc{}));
    return;
  }
  const ReducePlan plan = make_plan(input, axes);
  if (plan.num_kept == 0) return;
  if (plan.num_reduced == 0) {
    std::fill_n(result, plan.num_kept, reducer.finish(reducer.identity()));
    return;
  }
  if (plan.by_columns()) {
    reduce_columns(reducer, plan, x, centers, result);
  } else {
    reduce_rows(reducer, plan, x, centers, result);
  }
}

}  // namespace gradtape::kernels
