#include "kernels/indexing/lookup.h"

#include <algorithm>
#include <cstring>

#include "kernels/base/parallel.h"
#include "kernels/base/strided.h"
#include "kernels/base/visit_bytes.h"

namespace gradtape::kernels {
namespace {

int64_t product(const DimVector& sizes) {
  int64_t result = 1;
  for (const int64_t size : sizes) result *= size;
  return result;
}

// Where each (b) starts, in elements.
std::vector<int64_t> starts_of(const DimVector& sizes, const DimVector& strides) {
  std::vector<int64_t> starts;
  starts.reserve(product(sizes));
  for_each_element<1>(sizes, {IntArrayRef(strides)},
                      [&](const auto& at) { starts.push_back(at[0]); });
  return starts;
}

bool is_dense(const DimVector& sizes, const DimVector& strides) {
  int64_t expected = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] == 1) continue;
    if (strides[i] != expected) return false;
    expected *= sizes[i];
  }
  return true;
}

// Calls f(source or target element, dense element) for the elements of one position.
template <class T, class D, class F>
void for_each_after(const Lookup& lookup, T* strided, D* dense, const F& f) {
  for_each_element<1>(lookup.after_sizes, {IntArrayRef(lookup.after_strides)},
                      [&](const auto& at) { f(strided[at[0]], *dense++); });
}

template <class T>
void read_as(const T* from, const Lookup& lookup, T* to) {
  const std::vector<int64_t> starts = starts_of(lookup.before_sizes, lookup.before_strides);
  const auto count = static_cast<int64_t>(lookup.positions.size());
  const int64_t length = product(lookup.after_sizes);
  const int64_t* positions = lookup.positions.data();
  const bool dense = is_dense(lookup.after_sizes, lookup.after_strides);
  const auto rows = static_cast<int64_t>(starts.size()) * count;
  if (length == 1) {
    parallel_for(rows, 1 << 15, [&](int64_t begin, int64_t end) {
      int64_t b = begin / count, k = begin % count;
      for (int64_t i = begin; i < end; ++i) {
        to[i] = from[starts[b] + positions[k]];
        if (++k == count) {
          k = 0;
          ++b;
        }
      }
    });
    return;
  }
  parallel_items(rows, length, [&](int64_t row) {
    const T* source = from + starts[row / count] + positions[row % count];
    if (dense) {
      std::memcpy(to + row * length, source, length * sizeof(T));
    } else {
      for_each_after(lookup, source, to + row * length, [](const T& in, T& out) { out = in; });
    }
  });
}

template <class T, bool kAccumulate>
void put(T& to, T value) {
  to = kAccumulate ? static_cast<T>(to + value) : value;
}

template <class T, bool kAccumulate>
void write_as(T* to, const Lookup& lookup, const T* values) {
  const std::vector<int64_t> starts = starts_of(lookup.before_sizes, lookup.before_strides);
  const auto count = static_cast<int64_t>(lookup.positions.size());
  const auto before = static_cast<int64_t>(starts.size());
  const int64_t length = product(lookup.after_sizes);
  const int64_t* positions = lookup.positions.data();
  const bool dense = is_dense(lookup.after_sizes, lookup.after_strides);
  auto write_row = [&](int64_t b, int64_t k) {
    T* target = to + starts[b] + positions[k];
    const T* source = values + (b * count + k) * length;
    if (!dense) {
      for_each_after(lookup, target, source, put<T, kAccumulate>);
    } else {
      for (int64_t i = 0; i < length; ++i) put<T, kAccumulate>(target[i], source[i]);
    }
  };
  // All writes to one place are made by one thread, in the order of the positions.
  bool expanded = false;
  for (size_t i = 0; i < lookup.before_sizes.size(); ++i)
    expanded |= lookup.before_strides[i] == 0 && lookup.before_sizes[i] > 1;
  if (!expanded && (before >= 8 || length == 1)) {
    parallel_items(before, count * length, [&](int64_t b) {
      for (int64_t k = 0; k < count; ++k) write_row(b, k);
    });
    return;
  }
  const auto owners = static_cast<uint8_t>(std::min(available_threads(), 64));
  std::vector<uint8_t> owner_of(owners > 1 ? count : 0);
  for (size_t k = 0; k < owner_of.size(); ++k) {
    owner_of[k] = static_cast<uint8_t>(positions[k] / length % owners);
  }
  parallel_items(owners, before * count * length / owners, [&](int64_t owner) {
    for (int64_t b = 0; b < before; ++b) {
      for (int64_t k = 0; k < count; ++k) {
        if (owners == 1 || owner_of[k] == owner) write_row(b, k);
      }
    }
  });
}

}  // namespace

TensorBase read(const TensorBase& array, const Lookup& lookup, DimVector sizes) {
  TensorBase result = make_array(std::move(sizes), array.dtype());
  if (result.numel() == 0) return result;
  visit_width(array.itemsize(), [&]<class U>(U) {
    using T = typename U::type;
    read_as<T>(reinterpret_cast<const T*>(array.impl().data()), lookup,
               reinterpret_cast<T*>(result.impl().data()));
  });
  return result;
}

void write(const TensorBase& array, const Lookup& lookup, const TensorBase& values,
           bool accumulate) {
  if (values.numel() == 0) return;
  if (!accumulate) {
    visit_width(array.itemsize(), [&]<class U>(U) {
      using T = typename U::type;
      write_as<T, false>(reinterpret_cast<T*>(array.impl().data()), lookup,
                         reinterpret_cast<const T*>(values.impl().data()));
    });
    return;
  }
  visit_dtype(array.dtype(), [&]<class T>(TypeTag<T>) {
    write_as<T, true>(reinterpret_cast<T*>(array.impl().data()), lookup,
                      reinterpret_cast<const T*>(values.impl().data()));
  });
}

}  // namespace gradtape::kernels
