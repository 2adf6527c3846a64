#pragma once

#include <functional>
#include <initializer_list>
#include <type_traits>
#include <vector>

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// Unset elements (NaN bit patterns in Debug). Throws: Error if a size is negative.
Tensor empty(IntArrayRef sizes, TensorOptions options = {});
/// Unset elements with these strides, in elements.
Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, TensorOptions options = {});
Tensor zeros(IntArrayRef sizes, TensorOptions options = {});
Tensor ones(IntArrayRef sizes, TensorOptions options = {});
/// Without a dtype: float if value is real, int64 if it is an integer, bool if it is one.
Tensor full(IntArrayRef sizes, const Scalar& value, TensorOptions options = {});
/// As the other tensor in shape, and in dtype unless options say otherwise.
Tensor empty_like(const Tensor& other, TensorOptions options = {});
Tensor zeros_like(const Tensor& other, TensorOptions options = {});
Tensor ones_like(const Tensor& other, TensorOptions options = {});
Tensor full_like(const Tensor& other, const Scalar& value, TensorOptions options = {});

/// start, start + step, ... up to but not including end; int64 if all three are integers.
///
/// Shapes: [ceil((end - start) / step)]. Throws: Error if step is 0 or leads away from end.
Tensor arange(const Scalar& end, TensorOptions options = {});
Tensor arange(const Scalar& start, const Scalar& end, TensorOptions options = {});
Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step,
              TensorOptions options = {});
/// steps values from start to end, both included.
Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps = 100,
                TensorOptions options = {});
Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps = 100, double base = 10,
                TensorOptions options = {});
/// The identity, [n, n] or [n, m].
Tensor eye(int64_t n, TensorOptions options = {});
Tensor eye(int64_t n, int64_t m, TensorOptions options = {});

/// Random factories draw from the default generator unless one is given.
Tensor rand(IntArrayRef sizes, TensorOptions options = {});
Tensor rand(IntArrayRef sizes, std::optional<Generator> generator, TensorOptions options = {});
Tensor randn(IntArrayRef sizes, TensorOptions options = {});
Tensor randn(IntArrayRef sizes, std::optional<Generator> generator, TensorOptions options = {});
/// Integers from low to high - 1. Throws: Error unless low < high.
Tensor randint(int64_t high, IntArrayRef sizes, TensorOptions options = kInt64);
Tensor randint(int64_t high, IntArrayRef sizes, std::optional<Generator> generator,
               TensorOptions options = kInt64);
Tensor randint(int64_t low, int64_t high, IntArrayRef sizes, TensorOptions options = kInt64);
Tensor randint(int64_t low, int64_t high, IntArrayRef sizes, std::optional<Generator> generator,
               TensorOptions options = kInt64);
/// A permutation of 0 ... n - 1.
Tensor randperm(int64_t n, TensorOptions options = kInt64);
Tensor randperm(int64_t n, std::optional<Generator> generator, TensorOptions options = kInt64);
Tensor rand_like(const Tensor& other, TensorOptions options = {});
Tensor randn_like(const Tensor& other, TensorOptions options = {});
Tensor randint_like(const Tensor& other, int64_t low, int64_t high, TensorOptions options = {});
/// 1 with the probability that the input holds, else 0.
Tensor bernoulli(const Tensor& p, std::optional<Generator> generator = {});
/// In the shape and dtype of self.
Tensor bernoulli(const Tensor& self, double p, std::optional<Generator> generator = {});
Tensor normal(double mean, double std, IntArrayRef sizes, std::optional<Generator> generator = {},
              TensorOptions options = {});

/// A tensor over memory that somebody else owns; it is not copied. deleter runs when the last
/// tensor over it is gone.
Tensor from_blob(void* data, IntArrayRef sizes, TensorOptions options = {});
Tensor from_blob(void* data, IntArrayRef sizes, std::function<void(void*)> deleter,
                 TensorOptions options = {});
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, TensorOptions options = {});
/// A 0-d tensor of the default dtype unless options say otherwise, whatever the number's.
Tensor scalar_tensor(const Scalar& value, TensorOptions options = {});

namespace detail {

/// The nested braces of tensor({{1, 2}, {3, 4}}): a number, a list of such, or somebody's array,
/// which is read where it lies.
class TensorData {
 public:
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
  TensorData(T value) : dtype_(dtype_of_literal<T>()), scalar_(value) {}
  TensorData(std::initializer_list<TensorData> rows);
  template <class T>
  TensorData(ArrayRef<T> values)
      : TensorData(values.data(), static_cast<int64_t>(values.size()), dtype_of<T>()) {}
  template <class T>
  TensorData(const std::vector<T>& values) : TensorData(ArrayRef<T>(values)) {}
  TensorData(const std::vector<bool>& values);

  const DimVector& sizes() const { return sizes_; }
  ScalarType dtype() const { return dtype_; }
  void append_to(std::vector<Scalar>& flat) const;
  /// A whole array's memory and dtype; null for numbers and lists.
  const void* array() const { return array_; }
  ScalarType array_dtype() const { return array_dtype_; }

 private:
  TensorData(const void* array, int64_t size, ScalarType dtype)
      : is_scalar_(false), sizes_{size}, dtype_(dtype), array_(array), array_dtype_(dtype) {
    resolve_literal();
  }
  template <class T>
  static constexpr ScalarType dtype_of_literal() {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
      return kInt64;
    else
      return dtype_of<T>();
  }
  void resolve_literal();

  bool is_scalar_ = true;
  DimVector sizes_;
  ScalarType dtype_ = kFloat64;
  Scalar scalar_;
  std::vector<TensorData> rows_;
  const void* array_ = nullptr;
  ScalarType array_dtype_ = kFloat64;
};

}  // namespace detail

/// A tensor of these values: tensor({1, 2}) is int64, tensor({1., 2.}) of the default dtype.
///
/// Throws: Error if nested lists differ in length or mix integers with reals.
Tensor tensor(detail::TensorData data, TensorOptions options = {});

}  // namespace gradtape
