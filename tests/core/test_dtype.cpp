#include <map>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "error_of.h"
#include "golden.h"

using namespace gradtape;
using nlohmann::json;

namespace {

constexpr ScalarType kAll[] = {kUInt8, kInt8, kInt16, kInt32, kInt64, kFloat32, kFloat64, kBool};

ScalarType by_name(const std::string& name) {
  for (const ScalarType dtype : kAll) {
    if (name == to_string(dtype)) return dtype;
  }
  FAIL("no dtype is named " << name);
  return kFloat32;
}

}  // namespace

TEST_SUITE("core/dtype") {
  TEST_CASE("promotion of every pair of dtypes is PyTorch's") {
    const json golden = golden::load("promotion.json");
    CHECK(golden["pairs"].size() == std::size(kAll) * std::size(kAll));
    for (const json& pair : golden["pairs"]) {
      CAPTURE(pair.dump());
      CHECK(promote_types(by_name(pair[0]), by_name(pair[1])) == by_name(pair[2]));
    }
  }

  // As caffe2::TypeMeta and c10::ScalarType print.
  TEST_CASE("dtype() prints its C++ name, scalar_type() PyTorch's") {
    const char* names[] = {"unsigned char", "signed char", "short int", "int",
                           "long int",      "float",       "double",    "bool"};
    for (size_t i = 0; i < std::size(kAll); ++i) {
      const Tensor x = zeros({1}, kAll[i]);
      CHECK(str(x.dtype()) == names[i]);
      CHECK(str(x.options().dtype()) == names[i]);
      CHECK(str(x.scalar_type()) == to_string(kAll[i]));
      CHECK(x.dtype() == kAll[i]);
      CHECK(x.dtype() == x.scalar_type());
      CHECK(x.dtype().itemsize() == element_size(kAll[i]));
      CHECK(zeros_like(zeros({1}), x.dtype()).dtype() == x.dtype());
    }
    CHECK(str(get_default_dtype()) == "float");
    CHECK(testing::error_of([] { detail::fail("a ", zeros({1}).dtype()); }) == "a Float");
    try {
      TORCH_CHECK(false, "a ", zeros({1}).dtype());
    } catch (const Error& error) {
      CHECK(std::string(error.what()) == "a float");
    }
  }

  TEST_CASE("element_size is that of the C++ type") {
    for (const ScalarType dtype : kAll) {
      visit_dtype(dtype, [&]<class T>(TypeTag<T>) { CHECK(element_size(dtype) == sizeof(T)); });
    }
  }

  TEST_CASE("dtype_of inverts visit_dtype") {
    for (const ScalarType dtype : kAll) {
      visit_dtype(dtype, [&]<class T>(TypeTag<T>) { CHECK(dtype_of<T>() == dtype); });
    }
  }

  TEST_CASE("every signed integer type of C++ has the dtype of its width") {
    CHECK(dtype_of<long>() == kInt64);
    CHECK(dtype_of<long long>() == kInt64);
    CHECK(dtype_of<int>() == kInt32);
    CHECK(dtype_of<const float>() == kFloat32);
  }

  TEST_CASE("kinds of dtypes") {
    for (const ScalarType dtype : kAll) {
      CHECK(is_floating_point(dtype) == (dtype == kFloat32 || dtype == kFloat64));
      CHECK(is_integral(dtype) != is_floating_point(dtype));
    }
    CHECK(is_integral(kBool, /*include_bool=*/true));
    CHECK_FALSE(is_integral(kBool, /*include_bool=*/false));
    CHECK(is_integral(kUInt8, /*include_bool=*/false));
  }

  TEST_CASE("the default dtype is float32 and can be set to another floating one") {
    CHECK(get_default_dtype() == kFloat32);
    set_default_dtype(kFloat64);
    CHECK(get_default_dtype() == kFloat64);
    set_default_dtype(kFloat32);
  }

  TEST_CASE("the default dtype cannot be an integer") {
    CHECK_THROWS_WITH_AS(set_default_dtype(kInt64),
                         "set_default_dtype: only floating-point types are supported as the "
                         "default type; got Long",
                         Error);
    CHECK(get_default_dtype() == kFloat32);
  }

  TEST_CASE("visit_floating names the op that refuses an integer") {
    CHECK_THROWS_WITH_AS(visit_floating(kInt32, "softmax", [](auto) {}),
                         "softmax: a floating point dtype is required; got Int", Error);
  }
}
