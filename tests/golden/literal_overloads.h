#pragma once

// The calls of literal_overloads.inc and what they gave, for gradtape and for libtorch alike.

#include <cmath>
#include <cstdio>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include <torch/torch.h>

namespace literal_overloads {

/// The literals, for calls in which nothing else depends on a template parameter.
struct Literals {
  static constexpr int i0 = 0, i1 = 1;
  static constexpr bool yes = true;
  static constexpr double half = 0.5;
  static constexpr const char* floor = "floor";
};

/// Dtype, sizes and sum; what is not a tensor as its value.
inline std::string summary(const torch::Tensor& tensor) {
  if (!tensor.defined()) return "undefined";
  std::string text = tensor.toString() + "[";
  for (const int64_t size : tensor.sizes()) text += std::to_string(size) + ",";
  char sum[40];
  std::snprintf(sum, sizeof sum, "] %.4g", tensor.to(torch::kDouble).detach().sum().item<double>());
  return text + sum;
}
template <class T>
requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) std::string summary(T value) {
  return std::to_string(static_cast<double>(value));
}
inline std::string summary(torch::IntArrayRef values) {
  std::string text;
  for (const int64_t value : values) text += std::to_string(value) + ",";
  return text;
}
inline std::string summary(const std::vector<torch::Tensor>& tensors) {
  std::string text;
  for (const auto& tensor : tensors) text += summary(tensor) + "; ";
  return text;
}
template <class... T>
std::string summary(const std::tuple<T...>& values) {
  return std::apply([](const T&... value) { return ((summary(value) + "; ") + ...); }, values);
}

struct Call {
  const char* text;
  /// What came of it: a summary, "throws" or "does not compile".
  std::string (*run)();
};

// Each call gets inputs of its own, x real, n of integers, m a mask; Tensor is dependent so that
// the requires-expression may fail.
template <class F>
std::string run(F call) {
  torch::manual_seed(0);
  torch::Tensor x = torch::arange(24, torch::kFloat).reshape({2, 3, 4}).div(25).add(0.01);
  torch::Tensor n = torch::arange(24).reshape({2, 3, 4}).remainder(2);
  torch::Tensor m = n.gt(0);
  try {
    return call(x, n, m, Literals());
  } catch (const std::exception&) {
    return "throws";
  }
}

#define CALL(...)                                                                      \
  Call{#__VA_ARGS__, [] {                                                              \
         return run([]<class T, class D>([[maybe_unused]] T& x, [[maybe_unused]] T& n, \
                                         [[maybe_unused]] T& m, D) -> std::string {    \
           if constexpr (requires { summary(__VA_ARGS__); })                           \
             return summary(__VA_ARGS__);                                              \
           else                                                                        \
             return "does not compile";                                                \
         });                                                                           \
       }},

inline const std::vector<Call>& calls() {
  static const std::vector<Call> all{
#include "literal_overloads.inc"
  };
  return all;
}

#undef CALL

}  // namespace literal_overloads
