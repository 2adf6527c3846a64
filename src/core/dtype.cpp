#include "gradtape/core/dtype.h"

#include <atomic>

namespace gradtape {
namespace {
std::atomic<ScalarType> default_dtype{kFloat32};
}

const char* to_string(ScalarType dtype) {
  constexpr const char* names[] = {"Byte", "Char",  "Short",  "Int",
                                   "Long", "Float", "Double", "Bool"};
  return names[static_cast<size_t>(dtype)];
}

std::ostream& operator<<(std::ostream& out, ScalarType dtype) { return out << to_string(dtype); }

std::string_view TypeMeta::name() const {
  constexpr std::string_view names[] = {"unsigned char", "signed char", "short int", "int",
                                        "long int",      "float",       "double",    "bool"};
  return names[static_cast<size_t>(type_)];
}

std::ostream& operator<<(std::ostream& out, TypeMeta dtype) { return out << dtype.name(); }

ScalarType promote_types(ScalarType a, ScalarType b) {
  if (a == b) return a;
  if (a == kBool) return b;
  if (b == kBool) return a;
  if (is_floating_point(a) || is_floating_point(b)) {
    return a == kFloat64 || b == kFloat64 ? kFloat64 : kFloat32;
  }
  // A uint8 needs a wider signed type beside an int8.
  if ((a == kUInt8 && b == kInt8) || (a == kInt8 && b == kUInt8)) return kInt16;
  return a < b ? b : a;
}

TypeMeta get_default_dtype() { return TypeMeta(default_dtype.load(std::memory_order_relaxed)); }

void set_default_dtype(ScalarType dtype) {
  GRADTAPE_CHECK(is_floating_point(dtype),
                 "set_default_dtype: only floating-point types are supported as the default type; "
                 "got ",
                 dtype);
  default_dtype.store(dtype, std::memory_order_relaxed);
}

}  // namespace gradtape
