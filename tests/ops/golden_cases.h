#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "error_of.h"
#include "golden.h"

#include "gradtape/autograd/autograd.h"
#include "gradtape/ops/factory.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::testing {

// One call that PyTorch recorded: its input, its value and, where there is one, the gradient of
// the value's elements weighted with 1, 2, 3, ...
class GoldenCases {
 public:
  explicit GoldenCases(const std::string& file) {
    const nlohmann::json recorded = golden::load(file);
    for (const auto& entry : recorded["cases"]) {
      const std::string name = entry["name"];
      cases_[name] = entry;
    }
  }

  const nlohmann::json& operator[](const std::string& name) const {
    REQUIRE_MESSAGE(cases_.contains(name), name);
    return cases_.at(name);
  }

  static Tensor read(const nlohmann::json& values, const nlohmann::json& sizes) {
    const std::vector<double> flat = values;
    const std::vector<int64_t> shape = sizes;
    Tensor result = empty(shape, kFloat64);
    std::copy(flat.begin(), flat.end(), result.data_ptr<double>());
    return result;
  }

  // Calls f with the input as it is, and laid out in column-major order.
  void check(const std::string& name, const std::function<Tensor(const Tensor&)>& f) const {
    CAPTURE(name);
    const nlohmann::json& c = (*this)[name];
    const Tensor value = read(c["value"], c["value_sizes"]);
    for (const bool transposed : {false, true}) {
      CAPTURE(transposed);
      Tensor x = read(c["x"], c["sizes"]);
      if (transposed) {
        if (x.dim() < 2) break;
        x = x.transpose(0, -1).clone().contiguous().transpose(0, -1);
      }
      const bool real = c.contains("grad");
      if (real) x.requires_grad_();
      const Tensor y = f(x);
      check_close(y.detach().to(kFloat64), value);
      if (!real) continue;
      const Tensor weight = c.contains("second")
                                ? linspace(-1, 2, y.numel(), kFloat64).reshape(y.sizes())
                                : arange(1, y.numel() + 1, kFloat64).reshape(y.sizes());
      if (!c.contains("second")) {
        y.backward(weight);
        check_close(x.grad(), read(c["grad"], c["sizes"]));
        continue;
      }
      const Tensor grad = autograd::grad({y.mul(weight).sum()}, {x}, {}, {}, true)[0];
      check_close(grad.detach(), read(c["grad"], c["sizes"]));
      const Tensor second = autograd::grad({grad.mul(weight.cos()).sum()}, {x})[0];
      check_close(second, read(c["second"], c["sizes"]));
    }
  }

  static void check_close(const Tensor& got, const Tensor& expected) {
    REQUIRE(got.sizes().vec() == expected.sizes().vec());
    const Tensor flat = got.contiguous();
    for (int64_t i = 0; i < expected.numel(); ++i) {
      const double a = flat.data_ptr<double>()[i], b = expected.data_ptr<double>()[i];
      CAPTURE(i);
      if (std::isfinite(b)) {
        CHECK(std::abs(a - b) <= 1e-10 * (1 + std::abs(b)));
      } else {
        CHECK((a == b || (std::isnan(a) && std::isnan(b))));
      }
    }
  }

 private:
  std::map<std::string, nlohmann::json> cases_;
};

}  // namespace gradtape::testing
