#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "gradtape/ops/tensor.h"

// What the properties compare: tensors in random layouts, and plain arrays of doubles.
namespace gradtape::properties {

using Sizes = std::vector<int64_t>;

int64_t count(const Sizes& sizes);

/// Row-major doubles.
struct Array {
  Sizes sizes;
  std::vector<double> values;

  Array() = default;
  explicit Array(Sizes sizes_) : sizes(std::move(sizes_)), values(count(sizes)) {}
  double& operator[](int64_t i) { return values[i]; }
  double operator[](int64_t i) const { return values[i]; }
};

/// The elements of a tensor of floats, read one by one through its strides.
Array read(const Tensor& tensor);

/// Numbers in [low, high) of a random layout: axes in any order, parts of something larger with
/// steps, and, if allowed, axes of stride 0.
Tensor random_tensor(const Sizes& sizes, ScalarType dtype, double low = -1, double high = 1,
                     bool may_expand = true);
/// The same as a leaf that collects a gradient.
Tensor random_leaf(const Sizes& sizes, ScalarType dtype, double low = -1, double high = 1);

ScalarType random_dtype();
/// Of a rank up to max_rank and about at most max_count elements; some sizes are 0 or 1.
Sizes random_sizes(int64_t max_rank, int64_t max_count);
/// Sizes that broadcast against these: some axes of size 1, the first ones missing.
Sizes broadcastable(const Sizes& sizes);

/// Where element i of an array of these sizes lies in one that broadcasts to them.
class Broadcast {
 public:
  Broadcast(const Sizes& from, const Sizes& to);
  int64_t operator()(int64_t i) const;

 private:
  Sizes to_, steps_;
};

/// A sum that knows how far rounding may carry it: n additions err by about sqrt(n) roundings of
/// the sum of magnitudes, a wrong element by far more.
struct Sum {
  long double value = 0;
  double magnitude = 0, terms = 0;

  void add(double term) {
    value += term;
    magnitude += std::abs(term);
    ++terms;
  }
  double bound() const { return (4 + 4 * std::sqrt(terms)) * magnitude; }
};

/// Expected numbers, each with a bound in units of the dtype's epsilon.
struct Expected {
  Array array, bounds;

  explicit Expected(const Sizes& sizes) : array(sizes), bounds(sizes) {}
  void set(int64_t i, long double value, double bound) {
    array[i] = static_cast<double>(value);
    bounds[i] = bound;
  }
  void set(int64_t i, const Sum& sum) { set(i, sum.value, sum.bound()); }
};

/// Throws, with place and layout, unless got is as expected.
void require_close(const std::string& what, const Tensor& got, const Expected& expected);
void require(bool holds, const std::string& what);

}  // namespace gradtape::properties
