#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string_view>
#include <type_traits>

#include "gradtape/core/error.h"

namespace gradtape {

/// Element types; the order is PyTorch's.
enum class ScalarType : int8_t { Byte, Char, Short, Int, Long, Float, Double, Bool };

using Dtype = ScalarType;

inline constexpr ScalarType kUInt8 = ScalarType::Byte, kByte = kUInt8, kU8 = kUInt8;
inline constexpr ScalarType kInt8 = ScalarType::Char, kChar = kInt8, kI8 = kInt8;
inline constexpr ScalarType kInt16 = ScalarType::Short, kShort = kInt16, kI16 = kInt16;
inline constexpr ScalarType kInt32 = ScalarType::Int, kInt = kInt32, kI32 = kInt32;
inline constexpr ScalarType kInt64 = ScalarType::Long, kLong = kInt64, kI64 = kInt64;
inline constexpr ScalarType kFloat32 = ScalarType::Float, kFloat = kFloat32, kF32 = kFloat32;
inline constexpr ScalarType kFloat64 = ScalarType::Double, kDouble = kFloat64, kF64 = kFloat64;
inline constexpr ScalarType kBool = ScalarType::Bool;

/// Bytes of one element.
constexpr size_t element_size(ScalarType dtype) {
  constexpr size_t sizes[] = {1, 1, 2, 4, 8, 4, 8, 1};
  return sizes[static_cast<size_t>(dtype)];
}
/// PyTorch's C++ name: "Float", "Long", ...
const char* to_string(ScalarType dtype);
std::ostream& operator<<(std::ostream& out, ScalarType dtype);

/// What dtype() returns: a ScalarType under its C++ name, as caffe2::TypeMeta; it prints "float"
/// where the ScalarType prints "Float".
class TypeMeta {
 public:
  explicit constexpr TypeMeta(ScalarType type) : type_(type) {}
  constexpr operator ScalarType() const { return type_; }
  constexpr ScalarType toScalarType() const { return type_; }
  constexpr size_t itemsize() const { return element_size(type_); }
  std::string_view name() const;
  // Messages name dtypes as PyTorch's do: Float.
  friend constexpr ScalarType in_message(TypeMeta dtype) { return dtype; }

 private:
  ScalarType type_;
};
std::ostream& operator<<(std::ostream& out, TypeMeta dtype);

constexpr ScalarType typeMetaToScalarType(TypeMeta dtype) { return dtype; }
constexpr TypeMeta scalarTypeToTypeMeta(ScalarType dtype) { return TypeMeta(dtype); }

constexpr bool is_floating_point(ScalarType dtype) {
  return dtype == kFloat32 || dtype == kFloat64;
}
constexpr bool is_integral(ScalarType dtype, bool include_bool = true) {
  return dtype < ScalarType::Float || (include_bool && dtype == kBool);
}

/// The dtype that holds the values of both, by PyTorch's table (uint8 with int8 gives int16,
/// anything with a floating type gives that floating type).
ScalarType promote_types(ScalarType a, ScalarType b);

/// The dtype of factories and of converted integers; float32 until set.
TypeMeta get_default_dtype();
/// Throws: Error if dtype is not floating point.
void set_default_dtype(ScalarType dtype);

template <class T>
struct TypeTag {
  using type = T;
};

/// The dtype of a C++ element type: dtype_of<float>() == kFloat32.
template <class T>
constexpr ScalarType dtype_of() {
  using U = std::remove_cv_t<T>;
  if constexpr (std::is_same_v<U, bool>)
    return kBool;
  else if constexpr (std::is_same_v<U, float>)
    return kFloat32;
  else if constexpr (std::is_same_v<U, double>)
    return kFloat64;
  else if constexpr (std::is_same_v<U, uint8_t>)
    return kUInt8;
  else if constexpr (std::is_integral_v<U> && std::is_signed_v<U>)
    return sizeof(U) == 1 ? kInt8 : sizeof(U) == 2 ? kInt16 : sizeof(U) == 4 ? kInt32 : kInt64;
  else
    static_assert(!sizeof(U), "no tensor holds elements of this type");
}

/// Calls f(TypeTag<T>{}) with the C++ type of a dtype.
template <class F>
decltype(auto) visit_dtype(ScalarType dtype, F&& f) {
  switch (dtype) {
    case ScalarType::Byte:
      return f(TypeTag<uint8_t>{});
    case ScalarType::Char:
      return f(TypeTag<int8_t>{});
    case ScalarType::Short:
      return f(TypeTag<int16_t>{});
    case ScalarType::Int:
      return f(TypeTag<int32_t>{});
    case ScalarType::Long:
      return f(TypeTag<int64_t>{});
    case ScalarType::Float:
      return f(TypeTag<float>{});
    case ScalarType::Double:
      return f(TypeTag<double>{});
    case ScalarType::Bool:
      return f(TypeTag<bool>{});
  }
  detail::fail("visit_dtype: unknown dtype ", static_cast<int>(dtype));
}

/// As visit_dtype, for float32 and float64 only.
///
/// Throws: Error naming op for any other dtype.
template <class F>
decltype(auto) visit_floating(ScalarType dtype, const char* op, F&& f) {
  switch (dtype) {
    case ScalarType::Float:
      return f(TypeTag<float>{});
    case ScalarType::Double:
      return f(TypeTag<double>{});
    default:
      detail::fail(op, ": a floating point dtype is required; got ", dtype);
  }
}

}  // namespace gradtape
