#include <limits>

#include <doctest/doctest.h>

#include "ops/golden_values.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::testing;

// A number has to fit the dtype it becomes. Which do was asked of PyTorch 1.13.1.

namespace {

constexpr const char* kByteOverflow = "value cannot be converted to type uint8_t without overflow";
constexpr const char* kCharOverflow = "value cannot be converted to type int8_t without overflow";
constexpr const char* kIntOverflow = "value cannot be converted to type int without overflow";
constexpr const char* kFloatOverflow = "value cannot be converted to type float without overflow";

template <class F>
bool overflows(const F& f, const std::string& message) {
  return error_of(f).starts_with(message);
}

const double kInf = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("full and fill_ take what the dtype holds; negative integers wrap in bytes") {
  for (const Scalar& value : {Scalar(300), Scalar(256), Scalar(-256), Scalar(-2.5), Scalar(-0.5),
                              Scalar(255.9), Scalar(1e10), Scalar(kInf), Scalar(NAN)}) {
    CAPTURE(value);
    CHECK(overflows([&] { full({2}, value, kUInt8); }, kByteOverflow));
    CHECK(overflows([&] { zeros({2}, kUInt8).fill_(value); }, kByteOverflow));
    CHECK(overflows([&] { full_like(zeros({2}, kUInt8), value); }, kByteOverflow));
    CHECK(overflows([&] { zeros({2}, kUInt8).new_full({2}, value); }, kByteOverflow));
    CHECK(overflows([&] { zeros({2}, kUInt8).slice(0, 0, 1).fill_(value); }, kByteOverflow));
  }
  CHECK(difference(full({1}, -1, kUInt8), {255}) == "");
  CHECK(difference(full({1}, -255, kUInt8), {1}) == "");
  CHECK(difference(full({1}, 127.9, kUInt8), {127}) == "");
  CHECK(difference(full({1}, -2.5, kInt8), {-2}) == "");
  CHECK(difference(full({1}, 300, kBool), {1}) == "");
  CHECK(difference(full({1}, NAN, kBool), {1}) == "");
  CHECK(overflows([] { full({1}, 128, kInt8); }, kCharOverflow));
  CHECK(overflows([] { full({1}, 127.9, kInt8); }, kCharOverflow));
  CHECK(overflows([] { full({1}, 3000000000, kInt32); }, kIntOverflow));
  CHECK(overflows([] { full({1}, 1e39, kFloat32); }, kFloatOverflow));
  CHECK(difference(full({1}, kInf, kFloat32), {"inf"}) == "");
  CHECK(difference(full({1}, 1e39, kFloat64), {1e39}) == "");
  CHECK(overflows([] { full({1}, 1e19, kInt64); }, "value cannot be converted to type int64_t"));
}

TEST_CASE("item and Scalar::to refuse what their type does not hold") {
  CHECK(overflows([] { (void)tensor(3000000000).item<int>(); }, kIntOverflow));
  CHECK(overflows([] { (void)tensor(300).item<uint8_t>(); }, kByteOverflow));
  CHECK(overflows([] { (void)tensor(1e39, kFloat64).item<float>(); }, kFloatOverflow));
  CHECK(overflows([] { (void)tensor(NAN).item<int64_t>(); },
                  "value cannot be converted to type int64_t without overflow"));
  CHECK(tensor(2.75).item<int>() == 2);
  CHECK(tensor(-1).item<uint8_t>() == 255);
  CHECK(tensor(300).item<bool>());
  CHECK(overflows([] { (void)Scalar(3000000000).toInt(); }, kIntOverflow));
  CHECK(overflows([] { (void)Scalar(-1e300).toFloat(); }, kFloatOverflow));
  CHECK(Scalar(std::numeric_limits<int64_t>::max()).toLong() ==
        std::numeric_limits<int64_t>::max());
  CHECK((-Scalar(std::numeric_limits<int64_t>::min())).toLong() ==
        std::numeric_limits<int64_t>::min());
}

TEST_CASE("what an op is told beside its tensors has to fit the dtype computed in") {
  const Tensor x = tensor({1, 2, 3}).to(kInt8), mask = x.eq(1), at = tensor({0});
  for (const int64_t value : {300, -300, 70000}) {
    CAPTURE(value);
    CHECK(overflows([&] { add(x, x, value); }, kCharOverflow));
    CHECK(overflows([&] { sub(x, x, value); }, kCharOverflow));
    CHECK(overflows([&] { x.clone().add_(x, value); }, kCharOverflow));
    CHECK(overflows([&] { x.clamp(0, value); }, kCharOverflow));
    CHECK(overflows([&] { x.clamp(value, 100); }, kCharOverflow));
    CHECK(overflows([&] { clamp_min(x, value); }, kCharOverflow));
    CHECK(overflows([&] { clamp_max(x, value); }, kCharOverflow));
    CHECK(overflows([&] { x.masked_fill(mask, value); }, kCharOverflow));
    CHECK(overflows([&] { x.clone().masked_fill_(mask, value); }, kCharOverflow));
    CHECK(overflows([&] { where(mask, x, value); }, kCharOverflow));
    CHECK(overflows([&] { addcmul(x, x, x, value); }, kCharOverflow));
    CHECK(overflows([&] { addcmul(x, x.expand({2, 3}), x, value); }, kCharOverflow));
    CHECK(overflows([&] { x.clone().scatter_(0, at, value); }, kCharOverflow));
    CHECK(overflows([&] { tensor(value, kInt8); }, kCharOverflow));
  }
  CHECK(overflows([&] { pow(x, 300); }, kCharOverflow));
  CHECK(overflows([&] { addcmul(x, x, x, NAN); }, kCharOverflow));
  CHECK(overflows([&] { add(ones({3}), ones({3}), 1e39); }, kFloatOverflow));
  CHECK(overflows([&] { add(ones({2, 3}).t(), ones({3, 2}), 1e39); }, kFloatOverflow));
  CHECK(overflows([&] { lerp(ones({3}), ones({3}), 1e39); }, kFloatOverflow));
  CHECK(overflows([&] { leaky_relu(ones({3}), 1e39); }, kFloatOverflow));
  CHECK(overflows([&] { elu(ones({3}), 1e39); }, kFloatOverflow));
  CHECK(overflows([&] { x.clamp(0, 1e39); }, kFloatOverflow));
  CHECK(overflows(
      [&] {
        addmm(ones({1}, kInt8), x.view({3, 1}), x.view({1, 3}), 1, 300);
      },
      kCharOverflow));
  const Tensor bytes = x.to(kUInt8);
  CHECK(difference(sub(bytes, bytes, 2), {255, 254, 253}) == "");
  CHECK(difference(add(bytes, bytes, -1), {0, 0, 0}) == "");
}

TEST_CASE("a number that is an operand wraps or grows infinite instead, as in PyTorch") {
  const Tensor x = tensor({1, 2, 3}).to(kInt8);
  CHECK(difference(x + 300, {45, 46, 47}) == "");
  CHECK(difference(x * 300, {44, 88, -124}) == "");
  CHECK(difference(x - 300, {-43, -42, -41}) == "");
  CHECK(difference(300 - x, {43, 42, 41}) == "");
  CHECK(difference(x.clone().add_(70000), {113, 114, 115}) == "");
  CHECK(difference(fmod(x, 300), {1, 2, 3}) == "");
  CHECK(difference(remainder(x, -300), {-43, -42, -41}) == "");
  CHECK(difference(x.eq(300), {0, 0, 0}) == "");
  CHECK(difference(x.lt(300), {1, 1, 1}) == "");
  CHECK(difference(tensor({1.}) + 1e39, {"inf"}) == "");
}

TEST_CASE("an array is converted as a copy is, a list as numbers are") {
  CHECK(difference(tensor(std::vector<int>{300, -1}, kUInt8), {44, 255}) == "");
  CHECK(overflows([] { tensor({300, -1}, kUInt8); }, kByteOverflow));
  CHECK(difference(tensor(std::vector<double>{1e39, -2}), {"inf", -2}) == "");
  CHECK(tensor(std::vector<double>{1, 2}).dtype() == kFloat32);
  CHECK(tensor(std::vector<float>{1, 2}).dtype() == kFloat32);
  CHECK(tensor(std::vector<int16_t>{1, 2}).dtype() == kInt16);
  CHECK(tensor(std::vector<int64_t>{}).sizes() == IntArrayRef{0});
  CHECK(difference(tensor(std::vector<bool>{true, false}), {1, 0}) == "");
  CHECK(tensor(std::vector<bool>{true, false}).dtype() == kBool);
  CHECK(difference(tensor({std::vector<double>{1, 2}, std::vector<double>{3, 4}}), {1, 2, 3, 4}) ==
        "");
  const std::vector<double> values{1, 2};
  const Tensor copy = tensor(values, kFloat64);
  copy.mul_(2);
  CHECK(values == std::vector<double>{1, 2});
  CHECK(tensor(values, requires_grad()).requires_grad());
}
