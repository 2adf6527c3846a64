#include "kernels/base/memory_window.h"

#include <algorithm>
#include <vector>

#include "kernels/base/array.h"
#include "kernels/base/strided.h"

namespace gradtape::kernels {

int64_t MemoryWindow::end() const {
  int64_t last = offset;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) return 0;
    last += (sizes[i] - 1) * strides[i];
  }
  return last + 1;
}

bool MemoryWindow::is_injective() const {
  DimVector order;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] != 1) order.push_back(static_cast<int64_t>(i));
  }
  std::sort(order.begin(), order.end(),
            [&](int64_t a, int64_t b) { return strides[a] < strides[b]; });
  int64_t reach = 0;
  for (const int64_t i : order) {
    if (strides[i] <= reach) return false;
    reach += (sizes[i] - 1) * strides[i];
  }
  return true;
}

TensorBase move_through_memory(const TensorBase& source, const MemoryWindow& from,
                               const MemoryWindow& to, const MemoryWindow& shared) {
  const int64_t end = std::max(from.end(), to.end());
  const int64_t start = std::min({from.offset, to.offset, end});
  const TensorBase memory = make_zeros({end - start}, source.dtype());
  const auto part = [&](const MemoryWindow& of) {
    return window(memory, of.sizes, of.strides, of.end() == 0 ? 0 : of.offset - start);
  };
  if (from.is_injective()) {
    copy(part(from), source);
  } else {
    const TensorBase plain = dense(source);
    visit_floating(source.dtype(), "as_strided", [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* values = reinterpret_cast<const T*>(plain.impl().data());
      T* const sums = reinterpret_cast<T*>(memory.impl().data()) + from.offset - start;
      for_each_element<1>(from.sizes, {IntArrayRef(from.strides)},
                          [&](const auto& at) { sums[at[0]] += *values++; });
    });
  }
  if (!shared.is_injective()) {
    std::vector<int64_t> counts(end - start);
    for_each_element<1>(shared.sizes, {IntArrayRef(shared.strides)},
                        [&](const auto& at) { ++counts[shared.offset - start + at[0]]; });
    visit_floating(source.dtype(), "as_strided", [&](auto tag) {
      using T = typename decltype(tag)::type;
      T* const sums = reinterpret_cast<T*>(memory.impl().data());
      for (size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] > 1) sums[i] /= static_cast<T>(counts[i]);
      }
    });
  }
  return dense(part(to));
}

}  // namespace gradtape::kernels
