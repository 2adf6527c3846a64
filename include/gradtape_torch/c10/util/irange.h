#pragma once

// c10::irange: the integers of a half-open interval, for range-based for loops.

#include <cstddef>
#include <iterator>
#include <type_traits>

#include <torch/namespaces.h>

namespace c10 {

/// The range that irange() returns.
template <class Integer>
class integer_range {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Integer;
    using difference_type = std::ptrdiff_t;
    using pointer = Integer*;
    using reference = Integer;

    explicit iterator(Integer value) : value_(value) {}
    Integer operator*() const { return value_; }
    iterator& operator++() {
      ++value_;
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++value_;
      return before;
    }
    bool operator==(const iterator& other) const = default;

   private:
    Integer value_;
  };

  integer_range(Integer begin, Integer end) : begin_(begin), end_(end) {}
  iterator begin() const { return begin_; }
  iterator end() const { return end_; }

 private:
  iterator begin_, end_;
};

/// The integers of [begin, end), in end's type; none when end is not above begin.
template <class Begin, class End>
requires(std::is_integral_v<Begin>&& std::is_integral_v<End>) integer_range<End> irange(Begin begin,
                                                                                        End end) {
  const End first = static_cast<End>(begin);
  return {first, end < first ? first : end};
}

/// The integers of [0, end); none when end is negative.
template <class End>
requires(std::is_integral_v<End>) integer_range<End> irange(End end) {
  return {End{0}, end < End{0} ? End{0} : end};
}

}  // namespace c10

namespace torch {
using c10::irange;
}
