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

TEST_SUITE("ops/print") {
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

  // What libtorch 1.13.1 writes; the width is there again afterwards.
  TEST_CASE("a width is that of what is written first") {
    const auto padded = [](const Tensor& x) {
      std::ostringstream text;
      text << std::setfill('*') << std::setw(12) << x;
      CHECK(text.width() == 12);
      return text.str();
    };
    CHECK(padded(tensor(1.5)) == "*********1.5\n[ CPUFloatType{} ]");
    CHECK(padded(tensor({1.5, 2.25})) == "*1.5000\n*2.2500\n[ CPUFloatType{2} ]");
    CHECK(padded(tensor({{1, 2}, {3, 4}})) == "*1 *2\n*3 *4\n[ CPULongType{2,2} ]");
    CHECK(padded(zeros({2, 1, 2})) ==
          "***********(1,.,.) = \n *0 *0\n\n(2,.,.) = \n *0 *0\n[ CPUFloatType{2,1,2} ]");
    CHECK(padded(zeros({0})) == "**********[ CPUFloatType{0} ]");
    CHECK(padded(zeros({0, 2})) == "**********[ CPUFloatType{0,2} ]");
  }

  TEST_CASE("a Scalar prints a bool as a word") {
    CHECK(str(tensor(true).item()) == "true");
    CHECK(str(Scalar(false)) == "false");
    CHECK(str(tensor(3).item()) == "3");
    CHECK(str(tensor(2.5).item()) == "2.5");
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
