#include "kernels/indexing/mask.h"

#include "kernels/base/array.h"
#include "kernels/base/parallel.h"
#include "kernels/base/strided.h"
#include "kernels/base/visit_bytes.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/layout/memory_order.h"

namespace gradtape::kernels {
namespace {

const bool* bools(const TensorBase& array) {
  return reinterpret_cast<const bool*>(array.impl().data());
}

int64_t count_true(const TensorBase& dense_mask) {
  const bool* data = bools(dense_mask);
  int64_t count = 0;
  for (int64_t i = 0; i < dense_mask.numel(); ++i) count += data[i];
  return count;
}

// A single a or b stands for all. Both are read, whichever is chosen: a mask is rarely predictable.
template <bool kSingleA, bool kSingleB, class T>
void choose_run(const uint8_t* condition, const T* a, const T* b, T* to, int64_t n) {
  const T first = *a, second = *b;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const T x = kSingleA ? first : a[i], y = kSingleB ? second : b[i];
    to[i] = condition[i] != 0 ? x : y;
  }
}

template <class T>
void choose(const TensorBase& condition, const TensorBase& a, const TensorBase& b,
            const TensorBase& out) {
  // As bytes: the compiler does not vectorize loads of bool.
  const auto* chosen = reinterpret_cast<const uint8_t*>(condition.impl().data());
  const T* yes = reinterpret_cast<const T*>(a.impl().data());
  const T* no = reinterpret_cast<const T*>(b.impl().data());
  T* to = reinterpret_cast<T*>(out.impl().data());
  const int64_t a_step = row_stride(a.strides()), b_step = row_stride(b.strides());
  const int64_t step = row_stride(condition.strides()), to_step = row_stride(out.strides());
  const bool runs = step == 1 && to_step == 1 && a_step <= 1 && b_step <= 1;
  const auto run = a_step == 1
                       ? (b_step == 1 ? choose_run<false, false, T> : choose_run<false, true, T>)
                   : b_step == 1 ? choose_run<true, false, T>
                                 : choose_run<true, true, T>;
  for_each_row<4>(out.sizes(), {out.strides(), condition.strides(), a.strides(), b.strides()},
                  [&](const auto& at, int64_t n) {
                    T* row = to + at[0];
                    const uint8_t* c = chosen + at[1];
                    const T *x = yes + at[2], *y = no + at[3];
                    if (runs) {
                      parallel_for(n, 1 << 15, [&](int64_t begin, int64_t end) {
                        run(c + begin, x + begin * a_step, y + begin * b_step, row + begin,
                            end - begin);
                      });
                    } else {
                      for (int64_t i = 0; i < n; ++i) {
                        row[i * to_step] = c[i * step] ? x[i * a_step] : y[i * b_step];
                      }
                    }
                  });
}

// One dimension where every array is contiguous or a single element: rows are as long as can be.
bool flatten_all(TensorBase& condition, TensorBase& a, TensorBase& b, TensorBase& out) {
  auto plain = [](const TensorBase& t) {
    bool single = true;
    for (const int64_t stride : t.strides()) single &= stride == 0;
    return t.is_contiguous() || single;
  };
  if (!condition.is_contiguous() || !out.is_contiguous() || !plain(a) || !plain(b)) return false;
  const int64_t n = out.numel();
  auto flat = [n](TensorBase& t) {
    const int64_t stride = t.is_contiguous() ? 1 : 0;
    t = window(t, {n}, {stride}, t.storage_offset());
  };
  flat(condition);
  flat(a);
  flat(b);
  flat(out);
  return true;
}

}  // namespace

TensorBase nonzero(const TensorBase& array) {
  const TensorBase mask = dense(array, kBool);
  const int64_t rank = array.dim();
  TensorBase result = make_array({count_true(mask), rank}, kInt64);
  auto* to = reinterpret_cast<int64_t*>(result.impl().data());
  const int64_t* const end = to + result.numel();
  const bool* data = bools(mask);
  const int64_t columns = rank == 0 ? 1 : array.sizes()[rank - 1];
  DimVector at(rank);
  for (; to != end; data += columns) {
    // As in masked_select: each place is written, and written over if it was not to be.
    for (int64_t i = 0; i < columns && to != end; ++i) {
      for (int64_t dim = 0; dim + 1 < rank; ++dim) to[dim] = at[dim];
      to[rank - 1] = i;
      to += data[i] * rank;
    }
    for (int64_t dim = rank - 1; dim-- > 0;) {
      if (++at[dim] < array.sizes()[dim]) break;
      at[dim] = 0;
    }
  }
  return result;
}

TensorBase broadcast(const TensorBase& array, const DimVector& sizes) {
  if (array.impl().sizes() == sizes) return array;
  DimVector strides(sizes.size());
  const size_t fresh = sizes.size() - array.sizes().size();
  for (size_t i = 0; i < array.sizes().size(); ++i) {
    if (array.sizes()[i] != 1) strides[fresh + i] = array.strides()[i];
  }
  return window(array, sizes, std::move(strides), array.storage_offset());
}

TensorBase where(const TensorBase& condition, const TensorBase& a, const TensorBase& b,
                 const DimVector& sizes, const TensorBase& out) {
  const TensorImpl* const inputs[] = {&condition.impl(), &a.impl(), &b.impl()};
  const TensorBase result = out.defined() ? out : make_result(sizes, a.dtype(), inputs);
  if (result.numel() == 0) return result;
  TensorBase c = broadcast(condition, sizes), x = broadcast(a, sizes), y = broadcast(b, sizes);
  TensorBase to =
      window(result, result.impl().sizes(), result.impl().strides(), result.storage_offset());
  if (!result.is_contiguous()) {
    const DimVector order = memory_order(result.sizes(), result.strides());
    for (TensorBase* array : {&to, &c, &x, &y}) *array = in_memory_order(*array, order);
  }
  flatten_all(c, x, y, to);
  visit_width(a.itemsize(), [&]<class U>(U) { choose<typename U::type>(c, x, y, to); });
  return result;
}

TensorBase masked_select(const TensorBase& array, const TensorBase& mask) {
  const TensorBase chosen = dense(mask);
  const bool* data = bools(chosen);
  TensorBase result = make_array({count_true(chosen)}, array.dtype());
  visit_dtype(array.dtype(), [&]<class T>(TypeTag<T>) {
    const T* from = reinterpret_cast<const T*>(array.impl().data());
    T* to = reinterpret_cast<T*>(result.impl().data());
    const T* const end = to + result.numel();
    // Without a branch on the mask, which is rarely predictable: what is not chosen is written too,
    // and then over.
    for_each_element<1>(array.sizes(), {array.strides()}, [&](const auto& at) {
      if (to == end) return;
      *to = from[at[0]];
      to += *data++;
    });
  });
  return result;
}

TensorBase masked_place(const TensorBase& values, const TensorBase& mask) {
  const TensorBase chosen = dense(mask), packed = dense(values);
  const bool* data = bools(chosen);
  TensorBase result = make_zeros(mask.impl().sizes(), values.dtype());
  visit_dtype(values.dtype(), [&]<class T>(TypeTag<T>) {
    const T* from = reinterpret_cast<const T*>(packed.impl().data());
    T* to = reinterpret_cast<T*>(result.impl().data());
    const T* const end = from + packed.numel();
    for (int64_t i = 0; from != end && i < result.numel(); ++i) {
      const T next = *from;
      to[i] = data[i] ? next : T{};
      from += data[i];
    }
    GRADTAPE_CHECK(from == end, "masked_select: the mask has changed since it was used; got ",
                   packed.numel(), " values for fewer places");
  });
  return result;
}

TensorBase triangle(const TensorBase& array, int64_t diagonal, bool lower) {
  TensorBase result = make_array(array.impl().sizes(), array.dtype());
  if (result.numel() == 0) return result;
  copy(result, array);
  const int64_t rank = array.dim(), columns = array.sizes()[rank - 1];
  const int64_t rows = array.sizes()[rank - 2];
  diagonal = std::clamp(diagonal, -rows, columns);
  visit_dtype(array.dtype(), [&]<class T>(TypeTag<T>) {
    T* data = reinterpret_cast<T*>(result.impl().data());
    parallel_items(result.numel() / columns, columns, [&](int64_t row) {
      T* start = data + row * columns;
      // The first column of the upper part, which for lower is one further.
      const int64_t edge = std::clamp<int64_t>(row % rows + diagonal + (lower ? 1 : 0), 0, columns);
      if (lower) {
        std::fill(start + edge, start + columns, T(0));
      } else {
        std::fill(start, start + edge, T(0));
      }
    });
  });
  return result;
}

}  // namespace gradtape::kernels
