#include <cmath>
#include <functional>
#include <map>

#include <doctest/doctest.h>

#include "ops/golden_values.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::testing;

namespace {

using Binary = std::function<Tensor(const Tensor&, const Tensor&)>;
using WithNumber = std::function<Tensor(const Tensor&, const Scalar&)>;

const std::map<std::string, Binary> kBinary = {
    {"add", [](auto& a, auto& b) { return a + b; }},
    {"add 3", [](auto& a, auto& b) { return add(a, b, 3); }},
    {"sub", [](auto& a, auto& b) { return a - b; }},
    {"sub 3", [](auto& a, auto& b) { return sub(a, b, 3); }},
    {"mul", [](auto& a, auto& b) { return a * b; }},
    {"div", [](auto& a, auto& b) { return a / b; }},
    {"div trunc", [](auto& a, auto& b) { return div(a, b, "trunc"); }},
    {"div floor", [](auto& a, auto& b) { return div(a, b, "floor"); }},
    {"floor_divide", [](auto& a, auto& b) { return floor_divide(a, b); }},
    {"remainder", [](auto& a, auto& b) { return remainder(a, b); }},
    {"fmod", [](auto& a, auto& b) { return fmod(a, b); }},
    {"pow", [](auto& a, auto& b) { return pow(a, b); }},
    {"maximum", [](auto& a, auto& b) { return maximum(a, b); }},
    {"minimum", [](auto& a, auto& b) { return minimum(a, b); }},
    {"atan2", [](auto& a, auto& b) { return atan2(a, b); }},
    {"eq", [](auto& a, auto& b) { return a == b; }},
    {"ne", [](auto& a, auto& b) { return a != b; }},
    {"lt", [](auto& a, auto& b) { return a < b; }},
    {"le", [](auto& a, auto& b) { return a <= b; }},
    {"gt", [](auto& a, auto& b) { return a > b; }},
    {"ge", [](auto& a, auto& b) { return a >= b; }},
    {"logical_and", [](auto& a, auto& b) { return logical_and(a, b); }},
    {"logical_or", [](auto& a, auto& b) { return logical_or(a, b); }},
    {"logical_xor", [](auto& a, auto& b) { return logical_xor(a, b); }},
};

const std::map<std::string, WithNumber> kWithNumber = {
    {"add", [](auto& a, auto& s) { return a + s; }},
    {"sub", [](auto& a, auto& s) { return a - s; }},
    {"mul", [](auto& a, auto& s) { return a * s; }},
    {"div", [](auto& a, auto& s) { return a / s; }},
    {"pow", [](auto& a, auto& s) { return pow(a, s); }},
    {"remainder", [](auto& a, auto& s) { return remainder(a, s); }},
    {"fmod", [](auto& a, auto& s) { return fmod(a, s); }},
    {"floor_divide", [](auto& a, auto& s) { return floor_divide(a, s); }},
    {"eq", [](auto& a, auto& s) { return eq(a, s); }},
    {"lt", [](auto& a, auto& s) { return lt(a, s); }},
    {"clamp_min", [](auto& a, auto& s) { return clamp_min(a, s); }},
    {"clamp_max", [](auto& a, auto& s) { return clamp_max(a, s); }},
    {"rsub", [](auto& a, auto& s) { return rsub(a, s); }},
    {"rdiv", [](auto& a, auto& s) { return s / a; }},
    {"rpow", [](auto& a, auto& s) { return pow(s, a); }},
};

Scalar scalar_of(const nlohmann::json& value) {
  return value.is_number_integer() ? Scalar(value.get<int64_t>()) : Scalar(value.get<double>());
}

// How the script makes an input look.
Tensor make(std::vector<int64_t> sizes, const std::string& look) {
  auto count = [](const std::vector<int64_t>& sizes) {
    int64_t numel = 1;
    for (const int64_t size : sizes) numel *= size;
    return arange(numel, TensorOptions(kFloat64)).view(sizes);
  };
  if (look == "turned") {
    std::vector<int64_t> dims;
    for (size_t i = sizes.size(); i-- > 0;) dims.push_back(static_cast<int64_t>(i));
    return count({sizes.rbegin(), sizes.rend()}).permute(dims);
  }
  if (look == "stepped") {
    sizes.back() *= 2;
    return count(sizes).slice(static_cast<int64_t>(sizes.size()) - 1, {}, {}, 2);
  }
  if (look == "expanded") {
    std::vector<int64_t> one = sizes;
    one[0] = 1;
    return count(one).expand(sizes);
  }
  return count(sizes);
}

}  // namespace

TEST_CASE("the dtype of a result is PyTorch's for every pair of dtypes and ranks") {
  const auto data = golden::load("elementwise.json");
  for (const auto& e : data["promotion"]) {
    const std::vector<int64_t> a(e[1].get<int>(), 2), b(e[3].get<int>(), 2);
    CAPTURE(e.dump());
    CHECK(result_type(empty(a, dtype_named(e[0])), empty(b, dtype_named(e[2]))) ==
          dtype_named(e[4]));
  }
  for (const auto& e : data["promotion with numbers"]) {
    const std::vector<int64_t> a(e[1].get<int>(), 2);
    const Scalar number = e[2] == "bool" ? Scalar(true) : e[2] == "int" ? Scalar(2) : Scalar(2.5);
    CAPTURE(e.dump());
    CHECK(result_type(empty(a, dtype_named(e[0])), number) == dtype_named(e[3]));
  }
}

TEST_CASE("ops of two tensors give PyTorch's values, dtypes and errors") {
  const auto data = golden::load("elementwise.json");
  for (const auto& e : data["binary"]) {
    CAPTURE(e.dump());
    const Tensor a = vector_of(e["a"], dtype_named(e["dtypes"][0]));
    const Tensor b = vector_of(e["b"], dtype_named(e["dtypes"][1]));
    const Binary& op = kBinary.at(e["op"]);
    if (e.contains("error")) {
      const std::string text = error_of([&] { op(a, b); });
      CHECK(text.starts_with(e["error"].get<std::string>()));
      continue;
    }
    const Tensor y = op(a, b);
    CHECK(y.dtype() == dtype_named(e["dtype"]));
    CHECK(difference(y, e["values"]) == "");
    for (int64_t i = 0; i < a.numel(); ++i) {  // the path of one element
      CHECK(difference(op(a.slice(0, i, i + 1), b.slice(0, i, i + 1)),
                       nlohmann::json::array({e["values"][i]})) == "");
    }
  }
}

TEST_CASE("ops of two tensors give PyTorch's gradients, at infinities and NaN too") {
  const auto data = golden::load("elementwise.json");
  for (const auto& e : data["binary"]) {
    if (!e.contains("grads")) continue;
    CAPTURE(e.dump());
    const Tensor a = vector_of(e["a"], kFloat64).requires_grad_();
    const Tensor b = vector_of(e["b"], kFloat64).requires_grad_();
    kBinary.at(e["op"])(a, b).sum().backward();
    CHECK(difference(a.grad(), e["grads"][0]) == "");
    CHECK(difference(b.grad(), e["grads"][1]) == "");
  }
}

TEST_CASE("ops with a number give PyTorch's values, dtypes and errors") {
  const auto data = golden::load("elementwise.json");
  for (const auto& e : data["number"]) {
    CAPTURE(e.dump());
    const Tensor a = vector_of(e["a"], dtype_named(e["input"]));
    const WithNumber& op = kWithNumber.at(e["op"]);
    if (e.contains("error")) {
      const std::string text = error_of([&] { op(a, scalar_of(e["number"])); });
      CHECK(text.starts_with(e["error"].get<std::string>()));
      continue;
    }
    const Tensor y = op(a, scalar_of(e["number"]));
    CHECK(y.dtype() == dtype_named(e["dtype"]));
    CHECK(difference(y, e["values"]) == "");
  }
}

TEST_CASE("broadcasting, and inputs with any strides, give PyTorch's values and strides") {
  const auto data = golden::load("elementwise.json");
  for (const auto& e : data["broadcast"]) {
    CAPTURE(e.dump());
    const Tensor a = make(e["sizes"][0], e["looks"][0]), b = make(e["sizes"][1], e["looks"][1]);
    const Tensor y = a * 3 - b;
    CHECK(y.sizes().vec() == e["result"].get<std::vector<int64_t>>());
    if (y.numel() > 0) CHECK(sub(a, b).strides().vec() == e["strides"].get<std::vector<int64_t>>());
    const Tensor weights = remainder(arange(y.numel(), TensorOptions(kFloat64)), 97);
    CHECK((y.contiguous().view({-1}) * weights).sum().item<double>() ==
          doctest::Approx(e["sum"].get<double>()).epsilon(1e-12));
  }
}

TEST_CASE("float32 broadcasting above the grain agrees with element by element") {
  const Tensor a = arange(300 * 401, TensorOptions(kFloat32)).view({300, 401});
  const Tensor row = arange(401, TensorOptions(kFloat32));
  const Tensor column = arange(300, TensorOptions(kFloat32)).view({300, 1});
  const Tensor turned = arange(300 * 401, TensorOptions(kFloat32)).view({401, 300}).t();
  const Tensor y = a + row, z = column - a, w = turned + a, v = a.t() * turned.t();
  bool same = true;
  for (int64_t i = 0; i < 300; ++i) {
    for (int64_t j = 0; j < 401; ++j) {
      const auto at = static_cast<float>(i * 401 + j), back = static_cast<float>(j * 300 + i);
      same = same && y.data_ptr<float>()[i * 401 + j] == at + static_cast<float>(j) &&
             z.data_ptr<float>()[i * 401 + j] == static_cast<float>(i) - at;
      same = same && w.data_ptr<float>()[i * w.stride(0) + j * w.stride(1)] == back + at;
      same = same && v.data_ptr<float>()[j * v.stride(0) + i * v.stride(1)] == at * back;
    }
  }
  CHECK(same);
}

TEST_CASE("in place: the same tensor, and inputs that broadcast") {
  Tensor x = tensor({1., 2., 3.});
  x += x;
  x -= 1;
  x *= tensor({2.});
  x /= 2;
  CHECK(difference(x, {1, 3, 5}) == "");
  Tensor whole = zeros({2, 3});
  whole.slice(1, {}, {}, 2).add_(tensor({1., 2.}));
  CHECK(difference(whole.contiguous(), {1, 0, 2, 1, 0, 2}) == "");
  Tensor bytes = tensor({1, 2}).to(kUInt8);
  bytes.add_(tensor({300, 300}));
  CHECK(bytes.dtype() == kUInt8);
  CHECK(difference(bytes, {45, 46}) == "");
}

TEST_CASE("in place: errors are PyTorch's") {
  Tensor two = ones({2}), whole = ones({2}, kInt64), line = ones({5});
  CHECK(error_of([&] {
          two.add_(ones({3, 2}));
        }) == "output with shape [2] doesn't match the broadcast shape [3, 2]");
  CHECK(error_of([&] { whole.add_(1.5); }) ==
        "result type Float can't be cast to the desired output type Long");
  CHECK(error_of([&] { whole.div_(1); }) ==
        "result type Float can't be cast to the desired output type Long");
  CHECK(error_of([&] { ones({2}, kBool).add_(1); }) ==
        "result type Long can't be cast to the desired output type Bool");
  CHECK(error_of([&] { ones({1}).expand({3}).add_(1); }) ==
        "unsupported operation: more than one element of the written-to tensor refers to a single "
        "memory location. Please clone() the tensor before performing the operation.");
  CHECK(error_of([&] { line.slice(0, 1).add_(line.slice(0, 0, 4)); }) ==
        "unsupported operation: some elements of the input tensor and the written-to tensor refer "
        "to a single memory location. Please clone() the tensor before performing the operation.");
  CHECK(error_of([&] { ones({2}) + ones({3}); }) ==
        "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension "
        "0");
  CHECK(difference(two, {1, 1}) == "");
  CHECK(difference(line, {1, 1, 1, 1, 1}) == "");
}

TEST_CASE("errors of single ops are PyTorch's") {
  const Tensor whole = ones({2}, kInt64), mask = ones({2}, kBool);
  CHECK(error_of([&] { add(whole, whole, 1.5); }) ==
        "For integral input tensors, argument alpha must not be a floating point number.");
  CHECK(error_of([&] { add(whole, whole, true); }) ==
        "Boolean alpha only supported for Boolean results.");
  CHECK(error_of([&] { mask - mask; }).starts_with("Subtraction, the `-` operator, with two bool"));
  CHECK(error_of([&] { 1 - mask; }).starts_with("Subtraction, the `-` operator, with a bool"));
  CHECK(error_of([&] { -mask; }).starts_with("Negation, the `-` operator, on a bool tensor"));
  CHECK(error_of([&] { div(whole, whole, "x"); }) ==
        "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found 'x'");
  CHECK(error_of([&] { whole.floor_divide(zeros({2}, kInt64)); }).starts_with("ZeroDivisionError"));
  CHECK(error_of([&] { remainder(whole, 0); }).starts_with("ZeroDivisionError"));
  CHECK(error_of([&] { pow(whole, -1); }) ==
        "Integers to negative integer powers are not allowed.");
  CHECK(error_of([&] { whole.clamp(); }) ==
        "torch.clamp: At least one of 'min' or 'max' must not be None");
  CHECK(error_of([&] {
          addcdiv(whole, whole, whole);
        }).starts_with("Integer division with addcdiv is no longer supported"));
  CHECK(error_of([&] { lerp(ones({2}), ones({2}, kFloat64), 0.5); }).starts_with("expected dtype"));
}

TEST_CASE("clamp, lerp, addcmul and addcdiv by hand") {
  const double nan = std::nan("");
  CHECK(difference(tensor({1., nan, 5.}).clamp(2, 3), {2, "nan", 3}) == "");
  CHECK(difference(tensor({1., 2., 3.}).clamp(2, 1), {1, 1, 1}) == "");
  CHECK(tensor({1, 5, 3}).clamp(2.5, 3).dtype() == kFloat32);
  CHECK(difference(lerp(tensor({1., 2.}), tensor({3., 6.}), 0.75), {2.5, 5}) == "");
  CHECK(difference(lerp(tensor({1., 2.}), tensor({3., 6.}), tensor({0., 1.})), {1, 6}) == "");
  CHECK(difference(addcmul(ones({2}), tensor({2., 3.}), tensor({{4.}, {5.}}), 0.5),
                   {5, 7, 6, 8.5}) == "");
  CHECK(difference(addcdiv(ones({2}), tensor({2., 3.}), tensor({4.}), 2), {2, 2.5}) == "");
}

TEST_CASE("the gradient of clamp passes at the bounds, that of maximum is shared at ties") {
  const Tensor x = tensor({0., 1., 2., 3., 4.}).requires_grad_();
  x.clamp(1, 3).sum().backward();
  CHECK(difference(x.grad(), {0, 1, 1, 1, 0}) == "");
  const Tensor a = tensor({1., 2., 3.}).requires_grad_(), b = tensor({2., 2., 2.}).requires_grad_();
  maximum(a, b).sum().backward();
  CHECK(difference(a.grad(), {0, 0.5, 1}) == "");
  CHECK(difference(b.grad(), {1, 0.5, 0}) == "");
}

TEST_CASE("a saved input that was written in place is refused, an unused one is not") {
  const Tensor x = ones({2}).requires_grad_();
  Tensor factor = ones({2}), summand = ones({2});
  const Tensor product = x * factor;
  factor.add_(1);
  CHECK(error_of([&] {
          product.sum().backward();
        }).starts_with("one of the variables needed for gradient computation has been modified"));
  const Tensor sum = x + summand;
  summand.add_(1);
  sum.sum().backward();
  CHECK(difference(x.grad(), {1, 1}) == "");
}

namespace {

// Numbers of every magnitude and sign, with the special ones among them.
Tensor scattered_floats(int64_t n) {
  const float special[] = {0.f,   -0.f,       1.f,         -1.f,    INFINITY, -INFINITY,
                           NAN,   1e-45f,     -1e-40f,     3.4e38f, -3.4e38f, 0.5f,
                           1e10f, 16777216.f, -16777216.f, 7.f,     -3.f,     1e-20f};
  Tensor values = randn({n}) * pow(tensor(10.f), rand({n}) * 24 - 12);
  for (int64_t i = 0; i < n; i += 37) values[i] = special[i / 37 % std::size(special)];
  return values;
}

bool same_number(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

}  // namespace

TEST_CASE("fmod, remainder and floor_divide in float are exact for every pair of magnitudes") {
  manual_seed(0);
  const int64_t n = 40000;
  const Tensor x = scattered_floats(n), y = scattered_floats(n).flip({0});
  const Tensor left = fmod(x, y), modulo = remainder(x, y), quotient = floor_divide(x, y);
  int64_t wrong_left = 0, wrong_modulo = 0, wrong_quotient = 0;
  for (int64_t i = 0; i < n; ++i) {
    const float a = x.data_ptr<float>()[i], b = y.data_ptr<float>()[i];
    // Python's definitions, by the standard library's fmod.
    const float rest = std::fmod(a, b);
    const bool opposite = rest != 0 && (rest < 0) != (b < 0);
    float floored = std::floor((a - rest) / b - (opposite ? 1 : 0));
    if ((a - rest) / b - (opposite ? 1 : 0) - floored > 0.5f) floored += 1;
    if (floored == 0) floored = std::copysign(0.f, a / b);
    if (b == 0) floored = a / b;
    wrong_left += !same_number(left.data_ptr<float>()[i], rest);
    wrong_modulo += !same_number(modulo.data_ptr<float>()[i], opposite ? rest + b : rest);
    wrong_quotient += !same_number(quotient.data_ptr<float>()[i], floored);
  }
  CHECK(wrong_left == 0);
  CHECK(wrong_modulo == 0);
  CHECK(wrong_quotient == 0);
}

TEST_CASE("fmod by a number and by itself, across blocks") {
  const Tensor x = arange(1000).to(kFloat32) - 500.5;
  const Tensor by_number = fmod(x, 7);
  const Tensor by_itself = fmod(x, x);
  for (int64_t i = 0; i < 1000; ++i) {
    REQUIRE(by_number[i].item<float>() == std::fmod(x[i].item<float>(), 7.f));
    REQUIRE(by_itself[i].item<float>() == 0);
  }
}

TEST_CASE("atan2 in float: within 3 ulp, and as the standard library for zeros and infinities") {
  manual_seed(0);
  const int64_t n = 40000;
  const Tensor y = scattered_floats(n), x = scattered_floats(n).flip({0});
  const Tensor angle = atan2(y, x);
  int64_t wrong = 0;
  for (int64_t i = 0; i < n; ++i) {
    const float a = y.data_ptr<float>()[i], b = x.data_ptr<float>()[i];
    const double exact = std::atan2(static_cast<double>(a), static_cast<double>(b));
    const float got = angle.data_ptr<float>()[i];
    const float nearest = static_cast<float>(exact);
    const double ulp = std::abs(std::nextafter(nearest, INFINITY) - nearest);
    const bool nan = std::isnan(a) || std::isnan(b);
    const bool near = std::abs(got - exact) <= 3 * ulp + 1e-45;
    wrong += nan ? !std::isnan(got) : !near || std::signbit(got) != std::signbit(exact);
  }
  CHECK(wrong == 0);
}

TEST_CASE("an angle of atan2 depends neither on its place, nor on its neighbours or threads") {
  manual_seed(1);
  const int before = get_num_threads();
  Tensor y = randn({100'003}), x = randn({100'003});
  set_num_threads(1);
  const Tensor angle = atan2(y, x);
  set_num_threads(2);
  CHECK(equal(atan2(y, x), angle));
  set_num_threads(before);
  CHECK(equal(atan2(y.slice(0, 13), x.slice(0, 13)), angle.slice(0, 13)));
  CHECK(equal(atan2(y.slice(0, 5, 8), x.slice(0, 5, 8)), angle.slice(0, 5, 8)));
  y[5].fill_(NAN);
  CHECK(equal(atan2(y, x).slice(0, 6), angle.slice(0, 6)));
  CHECK(equal(atan2(y, x).slice(0, 0, 5), angle.slice(0, 0, 5)));
}

TEST_CASE("an integer is never divided by what is 0 in the dtype computed in") {
  const auto refused = [](const auto& f) { return error_of(f).starts_with("ZeroDivisionError"); };
  for (const ScalarType dtype : {kUInt8, kInt8, kInt16, kInt32, kInt64}) {
    CAPTURE(dtype);
    const Tensor x = full({3}, 7, dtype);
    // The numbers that are 0 there: of the operands' kinds they promote to x's dtype.
    std::vector<Scalar> zeros{0, false};
    const int bits = 8 * static_cast<int>(element_size(dtype));
    if (bits < 64) zeros.emplace_back(int64_t{1} << bits);
    if (bits < 64) zeros.emplace_back(-(int64_t{1} << bits));
    for (const Scalar& zero : zeros) {
      const Tensor point = full({}, zero, zero.isBoolean() ? kBool : kInt64);
      const Tensor last = cat({ones({2}, dtype), gradtape::zeros({1}, dtype)});
      const std::vector<std::function<void()>> calls = {
          [&] { x.floor_divide(zero); },   [&] { x.remainder(zero); },
          [&] { fmod(x, zero); },          [&] { div(x, zero, "trunc"); },
          [&] { div(x, zero, "floor"); },  [&] { x.floor_divide(point); },
          [&] { x.remainder(point); },     [&] { fmod(x, point); },
          [&] { div(x, point, "trunc"); }, [&] { x.expand({2, 3}).floor_divide(point); },
          [&] { x.floor_divide(last); },   [&] { remainder(x, last.expand({2, 3})); },
          [&] { remainder(5, last); },     [&] { x.expand({4, 3}).t().remainder(zero); },
      };
      for (size_t i = 0; i < calls.size(); ++i) {
        CAPTURE(i);
        CHECK(refused(calls[i]));
      }
    }
    CHECK(x.slice(0, 0, 0).floor_divide(0).numel() == 0);
    CHECK(difference(x.floor_divide(2.5), {2, 2, 2}) == "");
  }
  CHECK(refused([] { ones({2}, kInt8).floor_divide(3000000000); }));
}

TEST_CASE("the smallest integer divided by -1 wraps") {
  for (const ScalarType dtype : {kInt8, kInt16, kInt32, kInt64}) {
    CAPTURE(dtype);
    const int bits = 8 * static_cast<int>(element_size(dtype));
    const int64_t smallest = -(int64_t{1} << (bits - 2)) * 2;
    for (const int64_t n : {1, 5, 40}) {
      const Tensor x = full({n}, smallest, dtype), y = full({n}, -1, dtype);
      for (const Tensor& quotient : {x.floor_divide(y), x.floor_divide(-1), div(x, y, "trunc"),
                                     div(x, -1, "trunc"), div(x, y[0], "floor")}) {
        CHECK(quotient.eq(smallest).all().item<bool>());
      }
      for (const Tensor& rest : {remainder(x, y), remainder(x, -1), fmod(x, y), fmod(x, -1)}) {
        CHECK(rest.eq(0).all().item<bool>());
      }
    }
  }
}

TEST_CASE("fmod, remainder and floor_divide are exact where quotients are near whole numbers") {
  // Neighbours of multiples, and quotients of any size.
  for (const ScalarType dtype : {kFloat32, kFloat64}) {
    CAPTURE(dtype);
    std::vector<double> tops, divisors;
    for (const double divisor : {0.1, 3., 1e-3, 7e5, 1.7}) {
      for (const double count : {1., 2., 3., 1000., 12345., 8388607., 8388608., 1e9, 1e15, 1e20}) {
        for (const int step : {-1, 0, 1}) {
          double y = divisor, x = y * count;
          if (dtype == kFloat32) {
            const auto narrow = static_cast<float>(divisor);
            const auto top = static_cast<float>(static_cast<double>(narrow) * count);
            y = narrow;
            x = step == 0 ? top : std::nextafterf(top, step < 0 ? 0.f : 1e30f);
          } else if (step != 0) {
            x = std::nextafter(x, step < 0 ? 0. : 1e300);
          }
          for (const int signs : {0, 1, 2, 3}) {
            tops.push_back(signs & 1 ? -x : x);
            divisors.push_back(signs & 2 ? -y : y);
          }
        }
      }
    }
    const Tensor x = tensor(tops, dtype), y = tensor(divisors, dtype);
    const Tensor rest = fmod(x, y).to(kFloat64), floored = remainder(x, y).to(kFloat64);
    for (int i = 0; i < static_cast<int>(tops.size()); ++i) {
      CAPTURE(tops[i]);
      CAPTURE(divisors[i]);
      const double want = std::fmod(tops[i], divisors[i]);
      CHECK(rest[i].item<double>() == want);
      const double moved = want != 0 && (want < 0) != (divisors[i] < 0) ? want + divisors[i] : want;
      const double narrow = dtype == kFloat32 ? static_cast<float>(moved) : moved;
      CHECK(floored[i].item<double>() == narrow);
    }
  }
}
