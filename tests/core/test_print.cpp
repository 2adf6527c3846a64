#include <iomanip>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "golden.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using nlohmann::json;

namespace {

Tensor build(const json& record) {
  if (!record.contains("shape")) return {};
  const std::vector<int64_t> sizes = record["shape"];
  const std::string dtype = record["dtype"];
  Tensor result = empty(sizes, kFloat64);
  int64_t i = 0;
  for (const std::string value : record["values"]) {
    result.data_ptr<double>()[i++] = std::stod(value);
  }
  for (const ScalarType type : {kUInt8, kInt8, kInt16, kInt32, kInt64, kFloat32, kFloat64, kBool}) {
    if (dtype == to_string(type)) return result.to(type);
  }
  FAIL("no dtype is named " << dtype);
  return {};
}

}  // namespace

TEST_SUITE("core/print") {
  TEST_CASE("every recorded tensor prints as libtorch prints it") {
    const json golden = golden::load("printing.json");
    CHECK(golden["tensors"].size() > 60);
    for (const json& record : golden["tensors"]) {
      const std::string name = record["name"];
      CAPTURE(name);
      std::ostringstream text;
      text << build(record);
      const std::string expected = record["text"];
      CHECK(text.str() == expected);
    }
  }

  TEST_CASE("printing leaves the stream's format as it was") {
    std::ostringstream text;
    text << std::setprecision(3) << std::fixed;
    text << tensor({0.5, 1e9});
    text.str("");
    text << 1.0 / 3;
    CHECK(text.str() == "0.333");
  }

  TEST_CASE("a view prints its own elements") {
    const Tensor matrix = arange(6).view({2, 3});
    CHECK(str(matrix.t()[1]) == " 1\n 4\n[ CPULongType{2} ]");
  }

  TEST_CASE("a tensor that needs a gradient prints as any other") {
    CHECK(str(tensor({0.5}).requires_grad_()) == " 0.5000\n[ CPUFloatType{1} ]");
  }
}
