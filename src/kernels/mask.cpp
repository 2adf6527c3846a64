#include "kernels/mask.h"

#include "kernels/parallel.h"
#include "kernels/strided.h"
#include "kernels/zeros.h"

namespace gradtape::kernels {
namespace {

const bool* bools(const Tensor& array) {
  return reinterpret_cast<const bool*>(array.impl().data());
}

int64_t count_true(const Tensor& dense_mask) {
  const bool* data = bools(dense_mask);
  int64_t count = 0;
  for (int64_t i = 0; i < dense_mask.numel(); ++i) count += data[i];
  return count;
}

template <class T>
void choose(const Tensor& condition, const Tensor& a, const Tensor& b, const Tensor& out) {
  const bool* chosen = bools(condition);
  const T* yes = reinterpret_cast<const T*>(a.impl().data());
  const T* no = reinterpret_cast<const T*>(b.impl().data());
  T* to = reinterpret_cast<T*>(out.impl().data());
  const int64_t a_step = row_stride(a.strides()), b_step = row_stride(b.strides());
  const int64_t step = row_stride(condition.strides()), to_step = row_stride(out.strides());
  const bool dense = step == 1 && to_step == 1;
  for_each_row<4>(out.sizes(), {out.strides(), condition.strides(), a.strides(), b.strides()},
                  [&](const auto& at, int64_t n) {
                    T* row = to + at[0];
                    const bool* c = chosen + at[1];
                    const T* x = yes + at[2];
                    const T* y = no + at[3];
                    if (dense && a_step == 1 && b_step == 1) {
                      parallel_for(n, 1 << 15, [&](int64_t begin, int64_t end) {
                        for (int64_t i = begin; i < end; ++i) row[i] = c[i] ? x[i] : y[i];
                      });
                    } else if (dense && a_step == 0 && b_step == 1) {
                      const T value = *x;
                      parallel_for(n, 1 << 15, [&](int64_t begin, int64_t end) {
                        for (int64_t i = begin; i < end; ++i) row[i] = c[i] ? value : y[i];
                      });
                    } else {
                      for (int64_t i = 0; i < n; ++i) {
                        row[i * to_step] = c[i * step] ? x[i * a_step] : y[i * b_step];
                      }
                    }
                  });
}

// One dimension where every array is contiguous or a single element: rows are as long as can be.
bool flatten_all(Tensor& condition, Tensor& a, Tensor& b, Tensor& out) {
  auto plain = [](const Tensor& t) {
    bool single = true;
    for (const int64_t stride : t.strides()) single &= stride == 0;
    return t.is_contiguous() || single;
  };
  if (!condition.is_contiguous() || !out.is_contiguous() || !plain(a) || !plain(b)) return false;
  const int64_t n = out.numel();
  auto flat = [n](Tensor& t) {
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

Tensor nonzero(const Tensor& array) {
  const Tensor mask = dense(array, kBool);
  const int64_t rank = array.dim();
  Tensor result = make_array({count_true(mask), rank}, kInt64);
  auto* to = reinterpret_cast<int64_t*>(result.impl().data());
  const bool* data = bools(mask);
  const int64_t columns = rank == 0 ? 1 : array.sizes()[rank - 1];
  const int64_t rows = mask.numel() == 0 ? 0 : mask.numel() / columns;
  DimVector at(rank);
  for (int64_t row = 0; row < rows; ++row, data += columns) {
    for (int64_t i = 0; i < columns; ++i) {
      if (!data[i]) continue;
      for (int64_t dim = 0; dim + 1 < rank; ++dim) *to++ = at[dim];
      if (rank > 0) *to++ = i;
    }
    for (int64_t dim = rank - 1; dim-- > 0;) {
      if (++at[dim] < array.sizes()[dim]) break;
      at[dim] = 0;
    }
  }
  return result;
}

Tensor broadcast(const Tensor& array, const DimVector& sizes) {
  if (array.impl().sizes() == sizes) return array;
  DimVector strides(sizes.size());
  const size_t fresh = sizes.size() - array.sizes().size();
  for (size_t i = 0; i < array.sizes().size(); ++i) {
    if (array.sizes()[i] != 1) strides[fresh + i] = array.strides()[i];
  }
  return window(array, sizes, std::move(strides), array.storage_offset());
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b, const DimVector& sizes,
             const Tensor& out) {
  const Tensor result = out.defined() ? out : make_array(sizes, a.dtype());
  if (result.numel() == 0) return result;
  Tensor c = broadcast(condition, sizes), x = broadcast(a, sizes), y = broadcast(b, sizes);
  Tensor to =
      window(result, result.impl().sizes(), result.impl().strides(), result.storage_offset());
  flatten_all(c, x, y, to);
  visit_dtype(a.dtype(), [&]<class T>(TypeTag<T>) { choose<T>(c, x, y, to); });
  return result;
}

Tensor masked_select(const Tensor& array, const Tensor& mask) {
  const Tensor chosen = dense(mask);
  const bool* data = bools(chosen);
  Tensor result = make_array({count_true(chosen)}, array.dtype());
  visit_dtype(array.dtype(), [&]<class T>(TypeTag<T>) {
    const T* from = reinterpret_cast<const T*>(array.impl().data());
    T* to = reinterpret_cast<T*>(result.impl().data());
    for_each_element<1>(array.sizes(), {array.strides()}, [&](const auto& at) {
      if (*data++) *to++ = from[at[0]];
    });
  });
  return result;
}

Tensor masked_place(const Tensor& values, const Tensor& mask) {
  const Tensor chosen = dense(mask), packed = dense(values);
  const bool* data = bools(chosen);
  Tensor result = make_zeros(mask.impl().sizes(), values.dtype());
  visit_dtype(values.dtype(), [&]<class T>(TypeTag<T>) {
    const T* from = reinterpret_cast<const T*>(packed.impl().data());
    T* to = reinterpret_cast<T*>(result.impl().data());
    for (int64_t i = 0; i < result.numel(); ++i) {
      if (data[i]) to[i] = *from++;
    }
  });
  return result;
}

Tensor triangle(const Tensor& array, int64_t diagonal, bool lower) {
  Tensor result = make_array(array.impl().sizes(), array.dtype());
  if (result.numel() == 0) return result;
  copy(result, array);
  const int64_t rank = array.dim(), columns = array.sizes()[rank - 1];
  const int64_t rows = array.sizes()[rank - 2];
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
