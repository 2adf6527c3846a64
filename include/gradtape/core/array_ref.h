#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <ostream>
#include <type_traits>
#include <vector>

namespace gradtape {

/// A borrowed, read-only run of values, as c10::ArrayRef: it does not own what it points to, so it
/// is for arguments, never for members.
template <class T>
class ArrayRef {
 public:
  using value_type = T;
  using iterator = const T*;

  constexpr ArrayRef() = default;
  constexpr ArrayRef(const T& one) : data_(&one), size_(1) {}
  constexpr ArrayRef(const T* data, size_t size) : data_(data), size_(size) {}
  constexpr ArrayRef(const T* begin, const T* end) : data_(begin), size_(end - begin) {}
  template <class Allocator>
  ArrayRef(const std::vector<T, Allocator>& values) : data_(values.data()), size_(values.size()) {
    static_assert(!std::is_same_v<T, bool>, "std::vector<bool> has no contiguous data");
  }
  template <size_t N>
  constexpr ArrayRef(const std::array<T, N>& values) : data_(values.data()), size_(N) {}
#pragma GCC diagnostic push
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Winit-list-lifetime"
#endif
  constexpr ArrayRef(std::initializer_list<T> values)
      : data_(values.begin() == values.end() ? nullptr : values.begin()), size_(values.size()) {}
#pragma GCC diagnostic pop

  constexpr const T* begin() const { return data_; }
  constexpr const T* end() const { return data_ + size_; }
  constexpr const T* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const T& operator[](size_t i) const { return data_[i]; }
  constexpr const T& front() const { return data_[0]; }
  constexpr const T& back() const { return data_[size_ - 1]; }
  constexpr ArrayRef slice(size_t first, size_t count) const { return {data_ + first, count}; }
  constexpr ArrayRef slice(size_t first) const { return {data_ + first, size_ - first}; }
  std::vector<T> vec() const { return {begin(), end()}; }

  bool equals(ArrayRef other) const {
    if (size_ != other.size_) return false;
    for (size_t i = 0; i < size_; ++i) {
      if (!(data_[i] == other.data_[i])) return false;
    }
    return true;
  }

 private:
  const T* data_ = nullptr;
  size_t size_ = 0;
};

/// An ArrayRef or nothing, made from whatever an ArrayRef is made from, as c10::OptionalArrayRef.
template <class T>
class OptionalArrayRef {
 public:
  constexpr OptionalArrayRef() = default;
  constexpr OptionalArrayRef(std::nullopt_t) {}
  constexpr OptionalArrayRef(const std::optional<ArrayRef<T>>& values) : values_(values) {}
  constexpr OptionalArrayRef(const T& one) : values_(one) {}
  constexpr OptionalArrayRef(const std::initializer_list<T>& values)
      : values_(ArrayRef<T>(values)) {}
  template <class U = ArrayRef<T>>
  requires(!std::is_same_v<std::decay_t<U>, OptionalArrayRef> &&
           std::is_convertible_v<U&&, ArrayRef<T>> &&
           !std::is_convertible_v<U&&, T>) constexpr OptionalArrayRef(U&& values)
      : values_(static_cast<ArrayRef<T>>(values)) {}

  constexpr bool has_value() const { return values_.has_value(); }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr const ArrayRef<T>& value() const { return values_.value(); }
  constexpr const ArrayRef<T>& operator*() const { return *values_; }
  constexpr const ArrayRef<T>* operator->() const { return &*values_; }
  constexpr ArrayRef<T> value_or(ArrayRef<T> other) const { return values_.value_or(other); }

 private:
  std::optional<ArrayRef<T>> values_;
};

using IntArrayRef = ArrayRef<int64_t>;
using OptionalIntArrayRef = OptionalArrayRef<int64_t>;

inline bool operator==(IntArrayRef a, IntArrayRef b) { return a.equals(b); }
inline bool operator==(IntArrayRef a, const std::vector<int64_t>& b) { return a.equals(b); }
inline bool operator==(const std::vector<int64_t>& a, IntArrayRef b) { return b.equals(a); }

/// Prints as PyTorch does: [2, 3].
template <class T>
std::ostream& operator<<(std::ostream& out, ArrayRef<T> values) {
  out << '[';
  for (size_t i = 0; i < values.size(); ++i) out << (i ? ", " : "") << values[i];
  return out << ']';
}

}  // namespace gradtape
