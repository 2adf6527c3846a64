#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "error_of.h"
#include "golden.h"

#include "gradtape/gradtape.h"

// Comparing with what tests/golden/elementwise.py recorded.
namespace gradtape::testing {

inline ScalarType dtype_named(const std::string& name) {
  for (int i = 0; i < 8; ++i) {
    if (name == to_string(static_cast<ScalarType>(i))) return static_cast<ScalarType>(i);
  }
  throw std::runtime_error("no dtype " + name);
}

// NaN and infinities are recorded as text.
inline double number(const nlohmann::json& value) {
  if (value.is_string()) return std::stod(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>();
  return value.get<double>();
}

inline Tensor vector_of(const nlohmann::json& values, ScalarType dtype) {
  Tensor result = empty({static_cast<int64_t>(values.size())}, dtype);
  visit_dtype(dtype, [&]<class T>(TypeTag<T>) {
    for (size_t i = 0; i < values.size(); ++i) {
      result.data_ptr<T>()[i] = values[i].is_number_integer()
                                    ? static_cast<T>(values[i].get<int64_t>())
                                    : static_cast<T>(number(values[i]));
    }
  });
  return result;
}

// The first difference as text, empty if there is none: NaN equals NaN, everything else has to
// agree to so many units in the last place of the tensor's dtype, or to the smallest normal number.
inline std::string difference(const Tensor& got, const nlohmann::json& want, double ulps = 8) {
  const Tensor flat = got.to(kFloat64).contiguous();
  if (flat.numel() != static_cast<int64_t>(want.size())) {
    return str(flat.numel(), " elements, not ", want.size());
  }
  const bool single = got.dtype() == kFloat32;
  const double epsilon = single ? 1.2e-7 : 2.3e-16;
  for (int64_t i = 0; i < flat.numel(); ++i) {
    const double x = flat.data_ptr<double>()[i], y = number(want[i]);
    if (std::isnan(x) && std::isnan(y)) continue;
    if (x == y) continue;
    const double allowed = ulps * epsilon * std::abs(y) + (single ? 1e-37 : 1e-300);
    if (!(std::abs(x - y) <= allowed)) return str("element ", i, " is ", x, ", not ", y);
  }
  return "";
}

}  // namespace gradtape::testing
