#include "kernels/indexing/join.h"

#include <array>
#include <cstring>

#include "kernels/base/parallel.h"
#include "kernels/base/visit_bytes.h"
#include "kernels/layout/memory_order.h"

namespace gradtape::kernels {
namespace {

bool all_dense(std::span<const TensorBase> arrays, ScalarType dtype) {
  for (const TensorBase& array : arrays) {
    if (array.dtype() != dtype || !array.is_contiguous()) return false;
  }
  return true;
}

// Rows of a few elements each, as in a stack along the last dimension: array by array, some rows at
// a time, so that what is written stays in cache.
void cat_short_rows(std::span<const TensorBase> arrays, const TensorBase& result, int64_t outer) {
  constexpr int64_t kRows = 512;
  const int64_t width = result.numel() / outer;
  visit_width(result.itemsize(), [&]<class U>(U) {
    using T = typename U::type;
    T* const to = reinterpret_cast<T*>(result.impl().data());
    parallel_items((outer + kRows - 1) / kRows, kRows * width, [&](int64_t part) {
      const int64_t begin = part * kRows, end = std::min(outer, begin + kRows);
      T* place = to;
      for (const TensorBase& array : arrays) {
        const T* const from = reinterpret_cast<const T*>(array.impl().data());
        const int64_t n = array.numel() / outer;
        if (n == 1) {
          for (int64_t i = begin; i < end; ++i) place[i * width] = from[i];
        } else {
          for (int64_t i = begin; i < end; ++i) {
            for (int64_t k = 0; k < n; ++k) place[i * width + k] = from[i * n + k];
          }
        }
        place += n;
      }
    });
  });
}

// Rows of contiguous arrays: [outer, bytes of each].
void cat_rows(std::span<const TensorBase> arrays, const TensorBase& result, int64_t dim) {
  int64_t outer = 1;
  for (int64_t i = 0; i < dim; ++i) outer *= result.sizes()[i];
  if (result.numel() == 0) return;
  const int64_t row = static_cast<int64_t>(result.nbytes()) / outer;
  constexpr int64_t kShort = 64;  // bytes of an array's row below which a call copies too little
  if (outer > 1 && row < kShort * static_cast<int64_t>(arrays.size())) {
    return cat_short_rows(arrays, result, outer);
  }
  if (outer == 1 && row > (1 << 18)) {
    std::byte* to = result.impl().data();
    for (const TensorBase& array : arrays) {
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
    for (const TensorBase& array : arrays) {
      const auto bytes = static_cast<int64_t>(array.nbytes()) / outer;
      if (bytes != 0) std::memcpy(to, array.impl().data() + i * bytes, bytes);
      to += bytes;
    }
  });
}

}  // namespace

TensorBase cat(std::span<const TensorBase> arrays, int64_t dim, DimVector sizes, ScalarType dtype) {
  TensorBase result = make_array(std::move(sizes), dtype);
  if (all_dense(arrays, dtype)) {
    cat_rows(arrays, result, dim);
    return result;
  }
  int64_t offset = 0;
  for (const TensorBase& array : arrays) {
    if (array.numel() > 0) {
      copy(window(result, array.impl().sizes(), result.impl().strides(), offset), array);
    }
    offset += array.sizes()[dim] * result.strides()[dim];
  }
  return result;
}

TensorBase flip(const TensorBase& array, const DimVector& flipped) {
  const TensorImpl& impl = array.impl();
  const TensorBase flat = make_array(impl.sizes(), array.dtype());
  const TensorBase result =
      window(flat, impl.sizes(), dense_strides(impl.sizes(), impl.strides()), 0);
  if (array.numel() == 0) return result;
  DimVector strides = impl.strides();
  int64_t start = impl.offset();
  for (size_t i = 0; i < flipped.size(); ++i) {
    if (!flipped[i]) continue;
    start += (impl.sizes()[i] - 1) * strides[i];
    strides[i] = -strides[i];
  }
  copy(result, window(array, impl.sizes(), std::move(strides), start));
  return result;
}

TensorBase roll(const TensorBase& array, int64_t shift, int64_t dim) {
  if (shift == 0) {
    TensorBase result = make_array(array.impl().sizes(), array.dtype());
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
  const std::array<TensorBase, 2> parts = {part(size - shift, shift), part(0, size - shift)};
  return cat(parts, dim, impl.sizes(), impl.dtype());
}

}  // namespace gradtape::kernels
