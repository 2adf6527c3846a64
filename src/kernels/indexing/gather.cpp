#include "kernels/indexing/gather.h"

#include <atomic>

#include "kernels/base/strided.h"
#include "kernels/base/visit_bytes.h"

namespace gradtape::kernels {
namespace {

// The strides of array as an index over all other dimensions sees them.
DimVector strides_without(const TensorBase& array, int64_t dim) {
  DimVector strides = array.impl().strides();
  if (!strides.empty()) strides[dim] = 0;
  return strides;
}

int64_t stride_along(const TensorBase& array, int64_t dim) {
  return array.dim() == 0 ? 0 : array.strides()[dim];
}

template <class T, bool kAccumulate>
void scatter_as(const TensorBase& array, int64_t dim, const TensorBase& index,
                const TensorBase& source) {
  T* to = reinterpret_cast<T*>(array.impl().data());
  const auto* chosen = reinterpret_cast<const int64_t*>(index.impl().data());
  const T* from = reinterpret_cast<const T*>(source.impl().data());
  const DimVector others = strides_without(array, dim);
  const int64_t stride = stride_along(array, dim);
  const int64_t to_step = row_stride(others), index_step = row_stride(index.strides());
  const int64_t from_step = row_stride(source.strides());
  // Along dim two elements may meet in one place: they stay in order, in one thread.
  parallel_rows<3>(index.sizes(), {IntArrayRef(others), index.strides(), source.strides()}, dim,
                   [&](const auto& at, int64_t n) {
                     T* row = to + at[0];
                     const int64_t* picks = chosen + at[1];
                     const T* values = from + at[2];
                     for (int64_t i = 0; i < n; ++i) {
                       T& place = row[i * to_step + picks[i * index_step] * stride];
                       const T value = values[i * from_step];
                       place = kAccumulate ? static_cast<T>(place + value) : value;
                     }
                   });
}

bool all_within(const int64_t* values, int64_t step, int64_t n, int64_t size) {
  bool all = true;
  for (int64_t i = 0; i < n; ++i) all &= (values[i * step] >= 0) & (values[i * step] < size);
  return all;
}

[[noreturn]] void fail_index(const TensorBase& index, int64_t size, int64_t dim) {
  const auto* data = reinterpret_cast<const int64_t*>(index.impl().data());
  for_each_element<1>(index.sizes(), {index.strides()}, [&](const auto& at) {
    const int64_t value = data[at[0]];
    GRADTAPE_CHECK(value >= 0 && value < size, "index ", value, " is out of bounds for dimension ",
                   dim, " with size ", size);
  });
  __builtin_unreachable();
}

int64_t size_along(const TensorBase& array, int64_t dim) {
  return array.dim() == 0 ? 1 : array.sizes()[dim];
}

void check_indices(const TensorBase& index, int64_t size, int64_t dim) {
  const auto* data = reinterpret_cast<const int64_t*>(index.impl().data());
  const int64_t step = row_stride(index.strides());
  std::atomic<bool> valid = true;
  parallel_rows<1>(index.sizes(), {index.strides()}, -1, [&](const auto& at, int64_t n) {
    if (!all_within(data + at[0], step, n, size)) valid = false;
  });
  if (!valid) fail_index(index, size, dim);
}

}  // namespace

TensorBase gather(const TensorBase& array, int64_t dim, const TensorBase& index) {
  TensorBase result = make_array(index.impl().sizes(), array.dtype());
  if (result.numel() == 0) return result;
  const DimVector others = strides_without(array, dim);
  const int64_t stride = stride_along(array, dim);
  const int64_t step = row_stride(others), index_step = row_stride(index.strides());
  const auto* chosen = reinterpret_cast<const int64_t*>(index.impl().data());
  const int64_t size = size_along(array, dim);
  std::atomic<bool> valid = true;
  visit_width(array.itemsize(), [&]<class U>(U) {
    using T = typename U::type;
    const T* from = reinterpret_cast<const T*>(array.impl().data());
    T* to = reinterpret_cast<T*>(result.impl().data());
    parallel_rows<3>(index.sizes(), {IntArrayRef(others), index.strides(), result.strides()}, -1,
                     [&](const auto& at, int64_t n) {
                       const T* row = from + at[0];
                       const int64_t* picks = chosen + at[1];
                       T* target = to + at[2];
                       // Row by row, so that an index is read from far memory once.
                       if (!all_within(picks, index_step, n, size)) {
                         valid = false;
                         return;
                       }
                       if (step == 0 && stride == 1 && index_step == 1) {
#pragma omp simd
                         for (int64_t i = 0; i < n; ++i) target[i] = row[picks[i]];
                         return;
                       }
                       for (int64_t i = 0; i < n; ++i) {
                         target[i] = row[i * step + picks[i * index_step] * stride];
                       }
                     });
  });
  if (!valid) fail_index(index, size, dim);
  return result;
}

void scatter(const TensorBase& array, int64_t dim, const TensorBase& index,
             const TensorBase& source, bool accumulate) {
  check_indices(index, size_along(array, dim), dim);
  visit_dtype(array.dtype(), [&]<class T>(TypeTag<T>) {
    if (accumulate) {
      scatter_as<T, true>(array, dim, index, source);
    } else {
      scatter_as<T, false>(array, dim, index, source);
    }
  });
}

}  // namespace gradtape::kernels
