#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// One value of any of the kinds that a custom function keeps between forward and backward.
class IValue {
 public:
  IValue() = default;
  IValue(Tensor value) : value_(std::move(value)) {}
  IValue(bool value) : value_(value) {}
  IValue(int value) : value_(int64_t{value}) {}
  IValue(int64_t value) : value_(value) {}
  IValue(double value) : value_(value) {}
  IValue(const char* value) : value_(std::string(value)) {}
  IValue(std::string value) : value_(std::move(value)) {}
  IValue(std::vector<int64_t> value) : value_(std::move(value)) {}
  IValue(std::vector<double> value) : value_(std::move(value)) {}
  IValue(std::vector<Tensor> value) : value_(std::move(value)) {}

  bool isNone() const { return std::holds_alternative<std::monostate>(value_); }
  bool isTensor() const { return std::holds_alternative<Tensor>(value_); }

  /// The value. Throws: Error if it is of another kind.
  const Tensor& toTensor() const { return get<Tensor>("Tensor"); }
  bool toBool() const { return get<bool>("bool"); }
  int64_t toInt() const { return get<int64_t>("int"); }
  double toDouble() const { return get<double>("double"); }
  const std::string& toStringRef() const { return get<std::string>("string"); }
  std::vector<int64_t> toIntVector() const { return get<std::vector<int64_t>>("int list"); }
  std::vector<double> toDoubleVector() const { return get<std::vector<double>>("double list"); }
  std::vector<Tensor> toTensorVector() const { return get<std::vector<Tensor>>("Tensor list"); }

 private:
  template <class T>
  const T& get(const char* kind) const {
    const T* value = std::get_if<T>(&value_);
    GRADTAPE_CHECK(value, "IValue: expected a ", kind, "; it holds alternative ", value_.index());
    return *value;
  }

  std::variant<std::monostate, Tensor, bool, int64_t, double, std::string, std::vector<int64_t>,
               std::vector<double>, std::vector<Tensor>>
      value_;
};

}  // namespace gradtape
