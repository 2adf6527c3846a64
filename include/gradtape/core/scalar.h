#pragma once

#include <cstdint>
#include <type_traits>

#include "gradtape/core/dtype.h"

namespace gradtape {

/// One number of any dtype, converted implicitly from C++'s: a double, an int64 or a bool.
class Scalar {
 public:
  Scalar() : Scalar(int64_t{0}) {}
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
  Scalar(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      kind_ = kBool, integer_ = value;
    } else if constexpr (std::is_integral_v<T>) {
      kind_ = kInt64, integer_ = static_cast<int64_t>(value);
    } else {
      kind_ = kFloat64, real_ = static_cast<double>(value);
    }
  }

  /// The value as T, converted as C++ converts it.
  template <class T>
  T to() const {
    return kind_ == kFloat64 ? static_cast<T>(real_) : static_cast<T>(integer_);
  }
  double toDouble() const { return to<double>(); }
  float toFloat() const { return to<float>(); }
  int64_t toLong() const { return to<int64_t>(); }
  int toInt() const { return to<int>(); }
  bool toBool() const { return to<bool>(); }

  bool isFloatingPoint() const { return kind_ == kFloat64; }
  bool isIntegral(bool include_bool) const {
    return kind_ == kInt64 || (include_bool && isBoolean());
  }
  bool isBoolean() const { return kind_ == kBool; }
  /// float64, int64 or bool.
  ScalarType type() const { return kind_; }
  Scalar operator-() const { return kind_ == kFloat64 ? Scalar(-real_) : Scalar(-integer_); }

 private:
  ScalarType kind_;
  union {
    int64_t integer_;
    double real_;
  };
};

inline std::ostream& operator<<(std::ostream& out, const Scalar& value) {
  if (value.isFloatingPoint()) return out << value.toDouble();
  if (value.isBoolean()) return out << (value.toBool() ? "true" : "false");
  return out << value.toLong();
}

}  // namespace gradtape
