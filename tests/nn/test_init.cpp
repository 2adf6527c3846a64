#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "golden.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using nlohmann::json;

namespace {

// The fills of tests/golden/nn.py.
Tensor fill(const std::string& name, Tensor t) {
  using namespace nn::init;
  if (name == "uniform") return uniform_(t, -2, 3);
  if (name == "normal") return normal_(t, 1, 2);
  if (name == "normal small") return normal_(t);
  if (name == "constant") return constant_(t, 1.5);
  if (name == "eye") return eye_(t);
  if (name == "xavier_uniform") return xavier_uniform_(t, 1.5);
  if (name == "xavier_normal") return xavier_normal_(t);
  if (name == "kaiming_uniform") return kaiming_uniform_(t, 0, kFanIn, kReLU);
  if (name == "kaiming_normal fan_out") return kaiming_normal_(t, 0.2, kFanOut);
  if (name == "orthogonal tall") return orthogonal_(t, 2);
  if (name == "orthogonal wide") return orthogonal_(t);
  return {};
}

}  // namespace

TEST_SUITE("nn/init") {
  TEST_CASE("values are PyTorch's for the same seed") {
    const json data = golden::load("nn.json");
    for (const json& entry : data["inits"]) {
      const std::string name = entry["name"];
      CAPTURE(name);
      const Tensor expected = golden::tensor(entry["result"], kFloat32);
      manual_seed(0);
      const Tensor got = fill(name, empty(expected.sizes(), requires_grad()));
      REQUIRE(got.defined());
      CHECK(got.allclose(expected, 1e-5, 1e-6));
      CHECK(got.is_leaf());
    }
  }

  TEST_CASE("orthogonal columns are orthogonal, in double") {
    const Tensor q = nn::init::orthogonal_(empty({7, 3}, kFloat64));
    CHECK(q.t().matmul(q).allclose(eye(3, kFloat64), 0, 1e-14));
  }

  TEST_CASE("calculate_gain") {
    CHECK(nn::init::calculate_gain(kTanh) == 5.0 / 3.0);
    CHECK(nn::init::calculate_gain(kReLU) == std::sqrt(2.0));
    CHECK(nn::init::calculate_gain(kLeakyReLU, 0.5) == std::sqrt(2 / 1.25));
    CHECK(nn::init::calculate_gain(kSigmoid) == 1);
  }

  TEST_CASE("fans count the window") {
    const auto [fan_in, fan_out] = nn::init::_calculate_fan_in_and_fan_out(empty({6, 3, 2, 5}));
    CHECK(fan_in == 30);
    CHECK(fan_out == 60);
  }

  TEST_CASE("too few axes are an error with the shape") {
    CHECK_THROWS_AS(nn::init::xavier_normal_(empty({3})), Error);
    CHECK_THROWS_AS(nn::init::orthogonal_(empty({3})), Error);
    CHECK_THROWS_AS(nn::init::eye_(empty({3})), Error);
  }
}
