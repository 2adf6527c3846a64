#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "golden.h"

#include "gradtape/nn/utils/clip_grad.h"
#include "gradtape/ops/factory.h"

using namespace gradtape;

namespace {

std::vector<Tensor> parameters(const nlohmann::json& grads) {
  std::vector<Tensor> result;
  for (const auto& grad : grads) {
    const auto values = grad.get<std::vector<double>>();
    result.push_back(zeros({static_cast<int64_t>(values.size())}, kFloat64).requires_grad_());
    result.back().mutable_grad() = tensor(values, kFloat64);
  }
  return result;
}

void check(const std::vector<Tensor>& clipped, const nlohmann::json& expected) {
  for (size_t i = 0; i < clipped.size(); ++i) {
    const auto values = expected[i].get<std::vector<double>>();
    CHECK(clipped[i].grad().allclose(tensor(values, kFloat64), 1e-13, 0));
  }
}

}  // namespace

TEST_SUITE("nn/clip_grad") {
  TEST_CASE("clip_grad_norm_ clips as PyTorch does, in norms of several orders") {
    const nlohmann::json data = golden::load("clip_grad.json");
    for (const auto& run : data["norms"]) {
      CAPTURE(run.dump());
      const std::vector<Tensor> p = parameters(data["grads"]);
      const double order = run["norm_type"] == "inf" ? INFINITY : run["norm_type"].get<double>();
      const double norm = nn::utils::clip_grad_norm_(p, run["max_norm"].get<double>(), order);
      CHECK(norm == doctest::Approx(run["norm"].get<double>()).epsilon(1e-13));
      check(p, run["grads"]);
    }
    CHECK(data["norms"].size() == 12);
  }

  TEST_CASE("clip_grad_value_ clips as PyTorch does") {
    const nlohmann::json data = golden::load("clip_grad.json");
    for (const auto& run : data["values"]) {
      const std::vector<Tensor> p = parameters(data["grads"]);
      nn::utils::clip_grad_value_(p, run["clip_value"].get<double>());
      check(p, run["grads"]);
    }
    CHECK(data["values"].size() == 2);
  }

  TEST_CASE("parameters without a gradient are left out") {
    Tensor without = zeros({2}).requires_grad_(), with = zeros({2}).requires_grad_();
    with.mutable_grad() = tensor({3.f, 4.f});
    CHECK(nn::utils::clip_grad_norm_({without, with}, 10) == doctest::Approx(5));
    nn::utils::clip_grad_value_({without, with}, 1);
    CHECK_FALSE(without.grad().defined());
    CHECK(nn::utils::clip_grad_norm_({without}, 1) == 0);
  }
}
