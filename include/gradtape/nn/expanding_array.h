#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <ostream>
#include <vector>

#include "gradtape/core/array_ref.h"
#include "gradtape/core/error.h"

namespace gradtape {

/// D numbers, also made from one that stands for all: a kernel size of 5 is {5, 5} for D = 2.
template <size_t D, class T = int64_t>
class ExpandingArray {
 public:
  ExpandingArray(T value) { values_.fill(value); }
  /// Throws: Error unless there are D values.
  ExpandingArray(std::initializer_list<T> values) : ExpandingArray(values.begin(), values.end()) {}
  ExpandingArray(const std::vector<T>& values)
      : ExpandingArray(values.data(), values.data() + values.size()) {}
  ExpandingArray(ArrayRef<T> values) : ExpandingArray(values.begin(), values.end()) {}
  ExpandingArray(const std::array<T, D>& values) : values_(values) {}

  std::array<T, D>& operator*() { return values_; }
  const std::array<T, D>& operator*() const { return values_; }
  std::array<T, D>* operator->() { return &values_; }
  const std::array<T, D>* operator->() const { return &values_; }
  operator ArrayRef<T>() const { return values_; }
  size_t size() const noexcept { return D; }

 protected:
  ExpandingArray(const T* begin, const T* end) {
    GRADTAPE_CHECK(static_cast<size_t>(end - begin) == D, "Expected ", D,
                   " values, but instead got ", end - begin);
    std::copy(begin, end, values_.begin());
  }

  std::array<T, D> values_;
};

/// Prints one number for D = 1, else [3, 5].
template <size_t D, class T>
std::ostream& operator<<(std::ostream& out, const ExpandingArray<D, T>& array) {
  if constexpr (D == 1)
    return out << (*array)[0];
  else
    return out << ArrayRef<T>(*array);
}

/// D numbers of which some may be left open: an adaptive pooling's output size.
template <size_t D, class T = int64_t>
class ExpandingArrayWithOptionalElem : public ExpandingArray<D, std::optional<T>> {
 public:
  using ExpandingArray<D, std::optional<T>>::ExpandingArray;
  ExpandingArrayWithOptionalElem(T value)
      : ExpandingArray<D, std::optional<T>>(std::optional<T>(value)) {}
  /// Throws: Error unless there are D values.
  ExpandingArrayWithOptionalElem(std::initializer_list<T> values)
      : ExpandingArrayWithOptionalElem(std::vector<T>(values)) {}
  ExpandingArrayWithOptionalElem(const std::vector<T>& values)
      : ExpandingArray<D, std::optional<T>>(
            std::vector<std::optional<T>>(values.begin(), values.end())) {}
};

template <size_t D, class T>
std::ostream& operator<<(std::ostream& out, const ExpandingArrayWithOptionalElem<D, T>& array) {
  if (D > 1) out << '[';
  for (size_t i = 0; i < D; ++i) {
    if (i > 0) out << ", ";
    if ((*array)[i])
      out << *(*array)[i];
    else
      out << "None";
  }
  return D > 1 ? out << ']' : out;
}

}  // namespace gradtape
