#include "kernels/indexing/sort.h"

#include <algorithm>
#include <vector>

#include "kernels/reduce/plan.h"

namespace gradtape::kernels {
namespace {

template <class T>
struct Item {
  T value;
  int64_t position;
};

template <class T>
bool below(T a, T b) {
  return a < b || (b != b && a == a);
}

// Positions break ties, so that every order is stable without a stable algorithm's memory.
template <class T>
void order(std::vector<Item<T>>& items, bool descending, int64_t k) {
  const auto first = items.begin(), last = items.end(), middle = first + k;
  const auto run = [&](const auto& before) {
    if (middle == last)
      std::sort(first, last, before);
    else
      std::partial_sort(first, middle, last, before);
  };
  if (descending) {
    run([](const Item<T>& a, const Item<T>& b) {
      return below(b.value, a.value) || (!below(a.value, b.value) && a.position < b.position);
    });
  } else {
    run([](const Item<T>& a, const Item<T>& b) {
      return below(a.value, b.value) || (!below(b.value, a.value) && a.position < b.position);
    });
  }
}

}  // namespace

std::pair<TensorBase, TensorBase> sorted(const TensorBase& input, int64_t axis, bool descending,
                                         int64_t k) {
  const TensorBase x = dense(input);
  DimVector sizes = x.impl().sizes();
  const AroundAxis around(x, axis);
  const int64_t n = around.n, inner = around.inner;
  if (!sizes.empty()) sizes[axis] = k;
  TensorBase positions = make_array(sizes, kInt64);
  TensorBase values = make_array(std::move(sizes), x.dtype());
  if (values.numel() == 0) return {values, positions};
  visit_dtype(x.dtype() == kBool ? kUInt8 : x.dtype(), [&](auto tag) {
    using T = std::conditional_t<std::is_same_v<typename decltype(tag)::type, bool>, uint8_t,
                                 typename decltype(tag)::type>;
    const auto* from = reinterpret_cast<const T*>(x.impl().data());
    auto* to = reinterpret_cast<T*>(values.impl().data());
    auto* at = reinterpret_cast<int64_t*>(positions.impl().data());
    // A comparison is worth several elements of plain work.
    parallel_ranges(around.outer * inner, n * 16, [&](int64_t begin, int64_t end) {
      std::vector<Item<T>> items(n);
      for (int64_t i = begin; i < end; ++i) {
        const int64_t source = i / inner * n * inner + i % inner;
        const int64_t target = i / inner * k * inner + i % inner;
        for (int64_t j = 0; j < n; ++j) items[j] = {from[source + j * inner], j};
        order(items, descending, k);
        for (int64_t j = 0; j < k; ++j) {
          to[target + j * inner] = items[j].value;
          at[target + j * inner] = items[j].position;
        }
      }
    });
  });
  return {values, positions};
}

}  // namespace gradtape::kernels
