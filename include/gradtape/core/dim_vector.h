#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "gradtape/core/array_ref.h"

namespace gradtape {

/// Sizes or strides of a tensor: a vector of int64_t that allocates nothing up to rank 6.
class DimVector {
 public:
  static constexpr uint32_t kInline = 6;

  DimVector() = default;
  explicit DimVector(size_t size, int64_t value = 0) {
    reserve_fresh(size);
    for (uint32_t i = 0; i < size_; ++i) data()[i] = value;
  }
  DimVector(IntArrayRef values) : DimVector(values.begin(), values.end()) {}
  DimVector(std::initializer_list<int64_t> values) : DimVector(values.begin(), values.end()) {}
  DimVector(const int64_t* first, const int64_t* last) {
    reserve_fresh(last - first);
    for (int64_t* to = data(); first != last; ++first, ++to) *to = *first;
  }
  DimVector(const DimVector& other) : size_(other.size_) {
    if (other.capacity_ > kInline) [[unlikely]] {
      reserve_fresh(size_);
      std::copy(other.begin(), other.end(), begin());
    } else {
      copy_inline(other);
    }
  }
  DimVector(DimVector&& other) noexcept { steal(other); }
  DimVector& operator=(const DimVector& other) {
    if (this != &other) *this = DimVector(other);
    return *this;
  }
  DimVector& operator=(DimVector&& other) noexcept {
    if (this != &other) {
      release();
      steal(other);
    }
    return *this;
  }
  ~DimVector() { release(); }

  int64_t* begin() { return data(); }
  int64_t* end() { return data() + size_; }
  const int64_t* begin() const { return data(); }
  const int64_t* end() const { return data() + size_; }
  int64_t* data() { return capacity_ > kInline ? heap_ : inline_; }
  const int64_t* data() const { return capacity_ > kInline ? heap_ : inline_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  int64_t& operator[](size_t i) { return data()[i]; }
  int64_t operator[](size_t i) const { return data()[i]; }
  int64_t& back() { return data()[size_ - 1]; }
  int64_t back() const { return data()[size_ - 1]; }

  void push_back(int64_t value) {
    resize_uninitialized(size_ + 1);
    back() = value;
  }
  void insert(size_t position, int64_t value) {
    resize_uninitialized(size_ + 1);
    std::copy_backward(begin() + position, end() - 1, end());
    data()[position] = value;
  }
  void erase(size_t position) {
    std::copy(begin() + position + 1, end(), begin() + position);
    --size_;
  }
  void clear() { size_ = 0; }
  void resize(size_t size, int64_t value = 0) {
    const size_t old = size_;
    resize_uninitialized(size);
    for (size_t i = old; i < size; ++i) data()[i] = value;
  }

  operator IntArrayRef() const { return {data(), size_}; }
  std::vector<int64_t> vec() const { return {begin(), end()}; }

  friend bool operator==(const DimVector& a, const DimVector& b) {
    return IntArrayRef(a) == IntArrayRef(b);
  }

 private:
  // For a vector that holds nothing yet.
  void reserve_fresh(size_t size) {
    size_ = static_cast<uint32_t>(size);
    if (size > kInline) [[unlikely]] {
      heap_ = new int64_t[size];
      capacity_ = size_;
    }
  }
  // Keeps the first values; those beyond them are unset.
  void resize_uninitialized(size_t size) {
    if (size > capacity_) [[unlikely]] {
      // Twice as large: a shape of very many sizes is read one by one.
      DimVector larger(std::max<size_t>(size, size_t{2} * capacity_));
      std::copy(begin(), end(), larger.begin());
      *this = std::move(larger);
    }
    size_ = static_cast<uint32_t>(size);
  }
  // One number at a time, as they were written: a wider load of what narrower stores have just left
  // waits for all of them, which is longer than an op of one element takes.
  void copy_inline(const DimVector& other) {
    switch (size_) {
      case 6:
        inline_[5] = other.inline_[5];
        [[fallthrough]];
      case 5:
        inline_[4] = other.inline_[4];
        [[fallthrough]];
      case 4:
        inline_[3] = other.inline_[3];
        [[fallthrough]];
      case 3:
        inline_[2] = other.inline_[2];
        [[fallthrough]];
      case 2:
        inline_[1] = other.inline_[1];
        [[fallthrough]];
      case 1:
        inline_[0] = other.inline_[0];
    }
  }
  void steal(DimVector& other) {
    size_ = other.size_;
    capacity_ = other.capacity_;
    if (capacity_ > kInline) {
      heap_ = other.heap_;
      other.capacity_ = kInline;
    } else {
      copy_inline(other);
    }
    other.size_ = 0;
  }
  void release() {
    if (capacity_ > kInline) [[unlikely]]
      free(heap_);
    capacity_ = kInline;
  }
  // Out of line: it is rare, and g++ 12 warns of a use after free where it sees two of them.
  [[gnu::noinline]] static void free(int64_t* heap) { delete[] heap; }

  uint32_t size_ = 0;
  uint32_t capacity_ = kInline;
  union {
    int64_t inline_[kInline];
    int64_t* heap_;
  };
};

inline std::ostream& operator<<(std::ostream& out, const DimVector& dims) {
  return out << IntArrayRef(dims);
}

}  // namespace gradtape
