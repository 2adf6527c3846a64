#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "error_of.h"
#include "golden.h"

#include "gradtape/gradtape.h"

// Reading what scripts in tests/golden/ recorded from PyTorch.
namespace gradtape::testing {

inline std::vector<int64_t> ints(const nlohmann::json& list) {
  return list.get<std::vector<int64_t>>();
}

inline std::vector<double> elements(const Tensor& tensor) {
  const Tensor dense = tensor.detach().to(kFloat64).contiguous();
  const double* data = dense.data_ptr<double>();
  return {data, data + dense.numel()};
}

// 0, 1, 2, ... of these sizes, in double.
inline Tensor counted(IntArrayRef sizes, double start = 0) {
  int64_t n = 1;
  for (const int64_t size : sizes) n *= size;
  return arange(start, start + static_cast<double>(n), TensorOptions(kFloat64)).reshape(sizes);
}

// The gradients of (y * (1, 2, 3, ...)).sum().
inline variable_list weighted_grad(const Tensor& y, const variable_list& inputs) {
  return autograd::grad({(y * counted(y.sizes(), 1)).sum()}, inputs, {}, {}, false, true);
}

}  // namespace gradtape::testing
