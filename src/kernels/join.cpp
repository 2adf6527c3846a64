#include "kernels/join.h"

#include <array>
#include <cstring>

#include "kernels/parallel.h"
#include "kernels/strided.h"

namespace gradtape::kernels {
namespace {

bool all_dense(TensorList arrays, ScalarType dtype) {
  for (const Tensor& array : arrays) {
    if (array.dtype() != dtype || !array.is_contiguous()) return false;
  }
  return true;
}

// Rows of contiguous arrays: [outer, bytes of each].
void cat_rows(TensorList arrays, const Tensor& result, int64_t dim) {
  int64_t outer = 1;
  for (int64_t i = 0; i < dim; ++i) outer *= result.sizes()[i];
  if (result.numel() == 0) return;
  const int64_t row = static_cast<int64_t>(result.nbytes()) / outer;
  if (outer == 1 && row > (1 << 18)) {
    std::byte* to = result.impl().data();
    for (const Tensor& array : arrays) {
      const std::byte* from = array.impl().data();
      parallel_for(static_cast<int64_t>(array.nbytes()), 1 << 18, [&](int64_t begin, int64_t end) {
        std::memcpy(to + begin, from + begin, end - begin);
      });
      to += array.nbytes();
    }
    return;
  }
  parallel_items(outer, row / 4 + 1, [&](int64_t i) {
    std::byte* to = result.impl().data() + i * row;
    for (const Tensor& array : arrays) {
      const auto bytes = static_cast<int64_t>(array.nbytes()) / outer;
      if (bytes != 0) std::memcpy(to, array.impl().data() + i * bytes, bytes);
      to += bytes;
    }
  });
}

}  // namespace

Tensor cat(TensorList arrays, int64_t dim, DimVector sizes, ScalarType dtype) {
  Tensor result = make_array(std::move(sizes), dtype);
  if (all_dense(arrays, dtype)) {
    cat_rows(arrays, result, dim);
    return result;
  }
  int64_t offset = 0;
  for (const Tensor& array : arrays) {
    if (array.numel() > 0) {
      copy(window(result, array.impl().sizes(), result.impl().strides(), offset), array);
    }
    offset += array.sizes()[dim] * result.strides()[dim];
  }
  return result;
}

Tensor flip(const Tensor& array, const DimVector& flipped) {
  Tensor result = make_array(array.impl().sizes(), array.dtype());
  if (array.numel() == 0) return result;
  DimVector strides = array.impl().strides();
  int64_t start = 0;
  for (size_t i = 0; i < flipped.size(); ++i) {
    if (!flipped[i]) continue;
    start += (array.sizes()[i] - 1) * strides[i];
    strides[i] = -strides[i];
  }
  const int64_t step = row_stride(strides);
  visit_dtype(array.dtype(), [&]<class T>(TypeTag<T>) {
    const T* from = reinterpret_cast<const T*>(array.impl().data()) + start;
    T* to = reinterpret_cast<T*>(result.impl().data());
    for_each_row<1>(array.sizes(), {IntArrayRef(strides)}, [&](const auto& at, int64_t n) {
      for (int64_t i = 0; i < n; ++i) to[i] = from[at[0] + i * step];
      to += n;
    });
  });
  return result;
}

Tensor roll(const Tensor& array, int64_t shift, int64_t dim) {
  if (shift == 0) {
    Tensor result = make_array(array.impl().sizes(), array.dtype());
    copy(result, array);
    return result;
  }
  const TensorImpl& impl = array.impl();
  const int64_t size = impl.sizes()[dim];
  auto part = [&](int64_t start, int64_t length) {
    DimVector sizes = impl.sizes();
    sizes[dim] = length;
    return window(array, std::move(sizes), impl.strides(),
                  impl.offset() + start * impl.strides()[dim]);
  };
  const std::array<Tensor, 2> parts = {part(size - shift, shift), part(0, size - shift)};
  return cat(parts, dim, impl.sizes(), impl.dtype());
}

}  // namespace gradtape::kernels
