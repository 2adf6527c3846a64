#include "kernels/layout/memory_order.h"

#include <algorithm>

namespace gradtape::kernels {
namespace {

// 1 if a has to come after b, -1 if it stands right, 0 if nothing says which.
int compare(IntArrayRef sizes, IntArrayRef strides, int64_t a, int64_t b) {
  if (strides[a] == 0 || strides[b] == 0) return 0;
  if (strides[a] != strides[b]) return strides[a] < strides[b] ? -1 : 1;
  return sizes[a] > sizes[b] ? 1 : 0;
}

}  // namespace

// An insertion sort that leaves alone what compare cannot tell apart.
DimVector memory_order(IntArrayRef sizes, IntArrayRef strides) {
  const auto rank = static_cast<int64_t>(sizes.size());
  DimVector order(rank);
  for (int64_t i = 0; i < rank; ++i) order[i] = rank - 1 - i;
  for (int64_t i = 1; i < rank; ++i) {
    int64_t moving = i;
    for (int64_t before = i - 1; before >= 0; --before) {
      const int result = compare(sizes, strides, order[before], order[moving]);
      if (result > 0) {
        std::swap(order[before], order[moving]);
        moving = before;
      } else if (result < 0) {
        break;
      }
    }
  }
  return order;
}

DimVector dense_strides(IntArrayRef sizes, IntArrayRef strides) {
  DimVector result(sizes.size());
  int64_t stride = 1;
  for (const int64_t dim : memory_order(sizes, strides)) {
    result[dim] = stride;
    stride *= std::max<int64_t>(sizes[dim], 1);
  }
  return result;
}

TensorBase in_memory_order(const TensorBase& array, const DimVector& order) {
  const size_t rank = order.size();
  DimVector sizes(rank), strides(rank);
  for (size_t i = 0; i < rank; ++i) {
    sizes[rank - 1 - i] = array.sizes()[order[i]];
    strides[rank - 1 - i] = array.strides()[order[i]];
  }
  return window(array, std::move(sizes), std::move(strides), array.storage_offset());
}

bool is_dense(const TensorImpl& array) {
  DimVector order;
  for (size_t i = 0; i < array.sizes().size(); ++i) {
    if (array.sizes()[i] != 1) order.push_back(static_cast<int64_t>(i));
  }
  std::sort(order.begin(), order.end(),
            [&](int64_t a, int64_t b) { return array.strides()[a] < array.strides()[b]; });
  int64_t expected = 1;
  for (const int64_t i : order) {
    if (array.strides()[i] != expected) return false;
    expected *= array.sizes()[i];
  }
  return true;
}

}  // namespace gradtape::kernels
