#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "gradtape/core/dtype.h"

namespace gradtape {

class Scalar;

namespace detail {
[[noreturn]] void fail_overflow(const char* type, const Scalar& value);
}

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

  /// The value as T. What follows the point is cut off, and negative integers wrap in unsigned
  /// types.
  ///
  /// Throws: Error, "value cannot be converted to type ... without overflow", if it is out of T's
  /// range, or NaN where T is an integer.
  template <class T>
  T to() const {
    if (!fits<T>()) [[unlikely]]
      detail::fail_overflow(name_of<T>(), *this);
    return cast<T>();
  }
  /// The value as T, converted as C++ converts it: integers wrap, a double too large for a float is
  /// infinite.
  template <class T>
  T cast() const {
    return kind_ == kFloat64 ? static_cast<T>(real_) : static_cast<T>(integer_);
  }
  /// Whether to<T>() gives a value.
  template <class T>
  bool fits() const {
    if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, double>) {
      return true;
    } else if constexpr (std::is_floating_point_v<T>) {
      return kind_ != kFloat64 || !std::isfinite(real_) ||
             std::abs(real_) <= std::numeric_limits<T>::max();
    } else {
      constexpr T kMax = std::numeric_limits<T>::max();
      if (kind_ == kFloat64) {
        // The largest of 64 bits is no double: the next power of two is compared with too.
        constexpr double kEnd = 2 * static_cast<double>(kMax / 2 + 1);
        return real_ >= static_cast<double>(std::numeric_limits<T>::lowest()) &&
               real_ <= static_cast<double>(kMax) && real_ < kEnd;
      }
      if constexpr (sizeof(T) == 8) return true;
      const int64_t max = static_cast<int64_t>(kMax);
      return integer_ <= max && integer_ >= (std::is_signed_v<T> ? -max - 1 : -max);
    }
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
  Scalar operator-() const {
    return kind_ == kFloat64 ? Scalar(-real_) : Scalar(opposite(integer_));
  }

 private:
  // The smallest number is its own.
  static int64_t opposite(int64_t x) { return static_cast<int64_t>(-static_cast<uint64_t>(x)); }

  template <class T>
  static constexpr const char* name_of() {
    constexpr const char* kSigned[] = {"int8_t", "int16_t", "int", "int64_t"};
    constexpr const char* kUnsigned[] = {"uint8_t", "uint16_t", "unsigned int", "uint64_t"};
    if constexpr (std::is_floating_point_v<T>) return "float";
    constexpr int kPlace = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    return (std::is_signed_v<T> ? kSigned : kUnsigned)[kPlace];
  }

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
