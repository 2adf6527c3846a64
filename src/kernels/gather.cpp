#include "kernels/gather.h"

#include "kernels/strided.h"

namespace gradtape::kernels {
namespace {

// The strides of array as an index over all other dimensions sees them.
DimVector strides_without(const Tensor& array, int64_t dim) {
  DimVector strides = array.impl().strides();
  if (!strides.empty()) strides[dim] = 0;
  return strides;
}

int64_t stride_along(const Tensor& array, int64_t dim) {
  return array.dim() == 0 ? 0 : array.strides()[dim];
}

template <class T, bool kAccumulate>
void scatter_as(const Tensor& array, int64_t dim, const Tensor& index, const Tensor& source) {
  T* to = reinterpret_cast<T*>(array.impl().data());
  const auto* chosen = reinterpret_cast<const int64_t*>(index.impl().data());
  const T* from = reinterpret_cast<const T*>(source.impl().data());
  const DimVector others = strides_without(array, dim);
  const int64_t stride = stride_along(array, dim);
  for_each_element<3>(index.sizes(), {IntArrayRef(others), index.strides(), source.strides()},
                      [&](const auto& at) {
                        T& place = to[at[0] + chosen[at[1]] * stride];
                        const T value = from[at[2]];
                        place = kAccumulate ? static_cast<T>(place + value) : value;
                      });
}

}  // namespace

void check_indices(const Tensor& index, int64_t size, int64_t dim) {
  const auto* data = reinterpret_cast<const int64_t*>(index.impl().data());
  const int64_t step = row_stride(index.strides());
  for_each_row<1>(index.sizes(), {index.strides()}, [&](const auto& at, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      const int64_t value = data[at[0] + i * step];
      GRADTAPE_CHECK(value >= 0 && value < size, "index ", value,
                     " is out of bounds for dimension ", dim, " with size ", size);
    }
  });
}

Tensor gather(const Tensor& array, int64_t dim, const Tensor& index) {
  Tensor result = make_array(index.impl().sizes(), array.dtype());
  if (result.numel() == 0) return result;
  const DimVector others = strides_without(array, dim);
  const int64_t stride = stride_along(array, dim);
  const int64_t step = row_stride(others), index_step = row_stride(index.strides());
  const auto* chosen = reinterpret_cast<const int64_t*>(index.impl().data());
  visit_dtype(array.dtype(), [&]<class T>(TypeTag<T>) {
    const T* from = reinterpret_cast<const T*>(array.impl().data());
    T* to = reinterpret_cast<T*>(result.impl().data());
    for_each_row<2>(index.sizes(), {IntArrayRef(others), index.strides()},
                    [&](const auto& at, int64_t n) {
                      const T* row = from + at[0];
                      const int64_t* picks = chosen + at[1];
                      for (int64_t i = 0; i < n; ++i) {
                        to[i] = row[i * step + picks[i * index_step] * stride];
                      }
                      to += n;
                    });
  });
  return result;
}

void scatter(const Tensor& array, int64_t dim, const Tensor& index, const Tensor& source,
             bool accumulate) {
  visit_dtype(array.dtype(), [&]<class T>(TypeTag<T>) {
    if (accumulate) {
      scatter_as<T, true>(array, dim, index, source);
    } else {
      scatter_as<T, false>(array, dim, index, source);
    }
  });
}

}  // namespace gradtape::kernels
