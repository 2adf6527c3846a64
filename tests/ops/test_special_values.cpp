#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "ops/golden_values.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::testing;

// Signed zeros, infinities, NaN, subnormal and huge numbers, in vectors and in what vectors leave
// over, as tests/golden/special_values.py recorded them of PyTorch.

namespace {

using Op = std::function<Tensor(const Tensor&, const Tensor&)>;

template <class F>
Op unary(const F& f) {
  return [f](const Tensor& x, const Tensor&) { return f(x); };
}

template <class F>
Op slope(const F& f) {
  return [f](const Tensor& x, const Tensor&) {
    const Tensor leaf = x.detach().clone().requires_grad_();
    f(leaf).backward(ones_like(x));
    return leaf.grad();
  };
}

Op power(double exponent) {
  return unary([=](const Tensor& x) {
    const bool whole = exponent == std::floor(exponent);
    return pow(x, whole ? Scalar(static_cast<int64_t>(exponent)) : Scalar(exponent));
  });
}

#define GRADTAPE_UNARY(op)                            \
  {                                                   \
#op, unary([](const Tensor& x) { return op(x); }) \
  }
#define GRADTAPE_SLOPE(op)                                     \
  {                                                            \
#op " slope", slope([](const Tensor& x) { return op(x); }) \
  }
#define GRADTAPE_BINARY(op)                                        \
  {                                                                \
#op, [](const Tensor& x, const Tensor& y) { return op(x, y); } \
  }

const std::map<std::string, Op> kOps = {
    GRADTAPE_UNARY(abs),
    GRADTAPE_UNARY(sign),
    GRADTAPE_UNARY(sqrt),
    GRADTAPE_UNARY(rsqrt),
    GRADTAPE_UNARY(reciprocal),
    GRADTAPE_UNARY(exp),
    GRADTAPE_UNARY(expm1),
    GRADTAPE_UNARY(log),
    GRADTAPE_UNARY(log1p),
    GRADTAPE_UNARY(log2),
    GRADTAPE_UNARY(log10),
    GRADTAPE_UNARY(sin),
    GRADTAPE_UNARY(cos),
    GRADTAPE_UNARY(tan),
    GRADTAPE_UNARY(asin),
    GRADTAPE_UNARY(acos),
    GRADTAPE_UNARY(atan),
    GRADTAPE_UNARY(sinh),
    GRADTAPE_UNARY(cosh),
    GRADTAPE_UNARY(tanh),
    GRADTAPE_UNARY(erf),
    GRADTAPE_UNARY(erfc),
    GRADTAPE_UNARY(lgamma),
    GRADTAPE_UNARY(digamma),
    GRADTAPE_UNARY(sigmoid),
    GRADTAPE_UNARY(floor),
    GRADTAPE_UNARY(ceil),
    GRADTAPE_UNARY(round),
    GRADTAPE_UNARY(trunc),
    GRADTAPE_UNARY(frac),
    GRADTAPE_UNARY(neg),
    GRADTAPE_UNARY(square),
    GRADTAPE_UNARY(isnan),
    GRADTAPE_UNARY(isinf),
    GRADTAPE_UNARY(isfinite),
    GRADTAPE_UNARY(logical_not),
    GRADTAPE_UNARY(gelu),
    {"gelu tanh", unary([](const Tensor& x) { return gelu(x, "tanh"); })},
    GRADTAPE_UNARY(leaky_relu),
    GRADTAPE_UNARY(elu),
    GRADTAPE_UNARY(silu),
    GRADTAPE_UNARY(softplus),
    GRADTAPE_UNARY(relu),
    GRADTAPE_SLOPE(gelu),
    {"gelu tanh slope", slope([](const Tensor& x) { return gelu(x, "tanh"); })},
    GRADTAPE_SLOPE(leaky_relu),
    GRADTAPE_SLOPE(elu),
    GRADTAPE_SLOPE(silu),
    GRADTAPE_SLOPE(softplus),
    GRADTAPE_SLOPE(relu),
    {"pow 0", power(0)},
    {"pow 1", power(1)},
    {"pow 2", power(2)},
    {"pow 3", power(3)},
    {"pow 0.5", power(0.5)},
    {"pow -0.5", power(-0.5)},
    {"pow -1", power(-1)},
    {"pow -2", power(-2)},
    {"pow 2.5", power(2.5)},
    {"clamp", unary([](const Tensor& x) { return clamp(x, -1, 2.); })},
    {"clamp_min", unary([](const Tensor& x) { return clamp_min(x, 0.); })},
    {"clamp_max", unary([](const Tensor& x) { return clamp_max(x, 0.); })},
    {"clamp nan", unary([](const Tensor& x) { return clamp(x, NAN, 2.); })},
    {"clamp max nan", unary([](const Tensor& x) { return clamp_max(x, NAN); })},
    GRADTAPE_BINARY(add),
    GRADTAPE_BINARY(sub),
    GRADTAPE_BINARY(mul),
    GRADTAPE_BINARY(div),
    GRADTAPE_BINARY(floor_divide),
    GRADTAPE_BINARY(remainder),
    GRADTAPE_BINARY(fmod),
    GRADTAPE_BINARY(pow),
    GRADTAPE_BINARY(maximum),
    GRADTAPE_BINARY(minimum),
    GRADTAPE_BINARY(atan2),
    GRADTAPE_BINARY(hypot),
    GRADTAPE_BINARY(eq),
    GRADTAPE_BINARY(ne),
    GRADTAPE_BINARY(lt),
    GRADTAPE_BINARY(le),
    GRADTAPE_BINARY(gt),
    GRADTAPE_BINARY(ge),
    GRADTAPE_BINARY(logical_and),
    GRADTAPE_BINARY(logical_or),
    GRADTAPE_BINARY(logical_xor),
    {"div trunc", [](const Tensor& x, const Tensor& y) { return div(x, y, "trunc"); }},
    {"div floor", [](const Tensor& x, const Tensor& y) { return div(x, y, "floor"); }},
    {"add 3", [](const Tensor& x, const Tensor& y) { return add(x, y, 3); }},
    {"lerp .25", [](const Tensor& x, const Tensor& y) { return lerp(x, y, .25); }},
    {"lerp .75", [](const Tensor& x, const Tensor& y) { return lerp(x, y, .75); }},
    {"lerp", [](const Tensor& x, const Tensor& y) { return lerp(x, y, full_like(x, .75)); }},
    {"addcmul", [](const Tensor& x, const Tensor& y) { return addcmul(x, x, y, 2); }},
    {"addcdiv", [](const Tensor& x, const Tensor& y) { return addcdiv(x, x, y, 2); }},
    GRADTAPE_BINARY(isclose),
    {"isclose nan",
     [](const Tensor& x, const Tensor& y) { return isclose(x, y, 1e-5, 1e-8, true); }},
    {"threshold", [](const Tensor& x, const Tensor& y) { return threshold_backward(x, y, 0); }},
    {"tanh backward", [](const Tensor& x, const Tensor& y) { return tanh_backward(x, y); }},
    {"sigmoid backward", [](const Tensor& x, const Tensor& y) { return sigmoid_backward(x, y); }},
};

// NaN, infinities, zeros with their sign; anything else to some units in the last place, down to
// subnormal numbers.
bool agrees(double got, double want, double ulps, bool single) {
  if (std::isnan(want)) return std::isnan(got);
  if (want == 0) return got == 0 && std::signbit(got) == std::signbit(want);
  if (std::isinf(want) || std::isinf(got)) return got == want;
  const double epsilon = single ? 0x1p-23 : 0x1p-52, smallest = single ? 0x1p-149 : 0x1p-1074;
  return std::abs(got - want) <= ulps * (epsilon * std::abs(want) + smallest);
}

// One recorded op: what it gives for each number, or for each pair.
class Case {
 public:
  Case(const nlohmann::json& entry, const nlohmann::json& data)
      : op_(kOps.at(entry["op"])), name_(entry["op"]), dtype_(dtype_named(entry["dtype"])) {
    for (const auto& value : entry["values"]) want_.push_back(number(value));
    also_ = want_;
    if (entry.contains("one by one")) {
      for (const auto& [place, value] : entry["one by one"].items()) {
        also_[std::stoul(place)] = number(value);
      }
    }
    // Where a quotient overflows PyTorch's vectors say NaN, and its scalar code what IEEE says.
    const std::set<std::string> wrong = {"floor_divide", "remainder", "fmod", "div floor"};
    if (wrong.contains(name_)) want_ = also_;
    const std::string of = std::string(" ") + entry["dtype"].get<std::string>();
    for (const auto& value : data["numbers" + of]) x_.push_back(number(value));
    if (x_.size() == want_.size()) {
      y_ = x_;
      return;
    }
    x_.clear();
    for (const auto& a : data["few" + of]) {
      for (const auto& b : data["few" + of]) {
        x_.push_back(number(a));
        y_.push_back(number(b));
      }
    }
  }

  size_t size() const { return want_.size(); }

  // Over the numbers [i, i + n), which begin anew after the last, or all of them number i.
  void check(size_t first, int64_t n, bool same) const {
    Tensor x = empty({n}, dtype_), y = empty({n}, dtype_);
    for (int64_t i = 0; i < n; ++i) {
      const size_t at = same ? first : (first + i) % size();
      put(x, i, x_[at]);
      put(y, i, y_[at]);
    }
    compare(op_(x, y), first, same);
  }

  // With one element, of either input, that stands for all.
  void check_fixed(size_t i) const {
    const int64_t n = 9;
    for (const bool first : {false, true}) {
      Tensor x = empty({first ? 1 : n}, dtype_), y = empty({first ? n : 1}, dtype_);
      for (int64_t k = 0; k < n; ++k) {
        if (k < x.numel()) put(x, k, x_[i]);
        if (k < y.numel()) put(y, k, y_[i]);
      }
      compare(op_(x.expand({n}), y), i, true);
      compare(op_(x, y.expand({n})), i, true);
    }
  }

 private:
  void put(const Tensor& to, int64_t i, double value) const {
    if (dtype_ == kFloat32) {
      to.data_ptr<float>()[i] = static_cast<float>(value);
    } else {
      to.data_ptr<double>()[i] = value;
    }
  }

  void compare(const Tensor& result, size_t first, bool same) const {
    const bool single = dtype_ == kFloat32;
    // PyTorch's lgamma and digamma lose digits near their zeros.
    const double ulps = name_ == "digamma" || name_ == "lgamma" ? 64 : 8;
    // x + a y with one rounding or with two, as the compiler likes: they differ at both ends.
    const std::set<std::string> fused = {"add 3", "addcmul", "lerp", "lerp .25", "lerp .75"};
    const double largest =
        single ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
    const double smallest = single ? 0x1p-126 : 0x1p-1022;
    const auto at_end = [&](double v) {
      return std::abs(v) == largest || (v != 0 && std::abs(v) < smallest);
    };
    const Tensor got = result.to(kFloat64).contiguous();
    for (int64_t i = 0; i < got.numel(); ++i) {
      const size_t at = same ? first : (first + i) % size();
      const double value = got.data_ptr<double>()[i];
      if (agrees(value, want_[at], ulps, single) || agrees(value, also_[at], ulps, single))
        continue;
      if (fused.contains(name_) && (at_end(x_[at]) || at_end(y_[at]))) continue;
      FAIL_CHECK(name_, " of ", x_[at], ", ", y_[at], " (", std::string(to_string(dtype_)),
                 ", element ", i, " of ", got.numel(), ") is ", value, ", not ", want_[at]);
    }
  }

  Op op_;
  std::string name_;
  ScalarType dtype_;
  std::vector<double> x_, y_, want_, also_;
};

}  // namespace

TEST_CASE("special values, in whole vectors and in their rest") {
  const auto data = golden::load("special_values.json");
  for (const auto& entry : data["cases"]) {
    const Case c(entry, data);
    // Each number in each lane of each length; the longest are expressions of xtensor.
    for (int64_t n = 1; n <= 40; ++n) {
      for (size_t i = 0; i < c.size(); i += n) c.check(i, n, false);
    }
    for (size_t shift = 0; shift < 8; ++shift) c.check(shift, 1031, false);
    for (size_t i = 0; i < c.size(); ++i) {
      for (const int64_t n : {7, 16, 35}) c.check(i, n, true);
    }
  }
}

TEST_CASE("special values where one element stands for all") {
  const auto data = golden::load("special_values.json");
  for (const auto& entry : data["cases"]) {
    const Case c(entry, data);
    for (size_t i = 0; i < c.size(); ++i) c.check_fixed(i);
  }
}
