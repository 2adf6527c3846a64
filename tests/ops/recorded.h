#pragma once

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "error_of.h"
#include "golden.h"

#include "gradtape/autograd/autograd.h"
#include "gradtape/gradtape.h"

// What tests/golden/products.py recorded: output and gradients over inputs that follow a formula.
namespace gradtape::testing {

// The script's inputs: sin(0.9 i + phase).
inline Tensor wave(IntArrayRef sizes, double phase) {
  int64_t n = 1;
  for (const int64_t size : sizes) n *= size;
  return arange(n, kFloat64).mul(0.9).add(phase).sin().reshape(sizes);
}

inline const nlohmann::json& recorded(const std::string& name) {
  static const nlohmann::json all = golden::load("products.json");
  REQUIRE_MESSAGE(all.contains(name), name);
  return all[name];
}

inline Tensor numbers(const nlohmann::json& values, IntArrayRef sizes) {
  return tensor(values.get<std::vector<double>>(), kFloat64).reshape(sizes);
}

inline void check_near(const Tensor& got, const Tensor& expected, double tolerance) {
  REQUIRE(got.sizes().vec() == expected.sizes().vec());
  CHECK(got.detach().to(kFloat64).allclose(expected, tolerance, tolerance));
}

using Function = std::function<Tensor(const std::vector<Tensor>&)>;

// f's value and gradients against the record: in double, in float, and in double with inputs laid
// out column by column.
inline void check_recorded(const std::string& name, const Function& f) {
  CAPTURE(name);
  const nlohmann::json& c = recorded(name);
  const auto sizes = c["shape"].get<std::vector<int64_t>>();
  enum Form { kInDouble, kInFloat, kTransposed };
  for (const Form form : {kInDouble, kInFloat, kTransposed}) {
    CAPTURE(form);
    const ScalarType dtype = form == kInFloat ? kFloat32 : kFloat64;
    const double tolerance = form == kInFloat ? 2e-5 : 1e-8;
    std::vector<Tensor> inputs;
    for (const auto& shape : c["shapes"]) {
      Tensor x = wave(shape.get<std::vector<int64_t>>(), static_cast<double>(inputs.size()));
      if (form == kTransposed && x.dim() > 1) {
        x = x.transpose(0, -1).contiguous().transpose(0, -1).detach();
      }
      inputs.push_back(x.to(dtype));
      inputs.back().requires_grad_();
    }
    const Tensor y = f(inputs);
    CHECK(y.dtype() == dtype);
    check_near(y, numbers(c["output"], sizes), tolerance);
    y.mul(wave(sizes, 3).to(dtype)).sum().backward();
    for (size_t i = 0; i < inputs.size(); ++i) {
      CAPTURE(i);
      check_near(inputs[i].grad(), numbers(c["grads"][i], inputs[i].sizes()), tolerance);
    }
  }
}

inline bool starts_with(const std::string& text, const std::string& start) {
  return text.rfind(start, 0) == 0;
}

}  // namespace gradtape::testing
