#include "autograd/gradient_table.h"

namespace gradtape::testing {
namespace {

// Samples of three tensors that broadcast against each other.
std::vector<Sample> ternary(double low, double high) {
  return {
      {"same", {values({2, 3}), values({2, 3}, low, high), values({2, 3}, low, high)}},
      {"broadcast", {values({3}), values({2, 1}, low, high), values({1, 3}, low, high)}},
      {"0-d", {values({}), values({2}, low, high), values({}, low, high)}},
      {"empty", {values({0, 3}), values({3}, low, high), values({1}, low, high)}},
      {"transposed",
       {values({3, 2}).t(), values({3, 2}, low, high).t(), values({2, 3}, low, high)}},
      {"twice", {values({2, 2}, low, high), values({2, 2}, low, high)}, true},
  };
}

const GradientEntry kArithmetic[] = {
    {"add",
     [](const Inputs& x) {
       return Inputs{add(x[0], x[1], 2.5), x[0] + x[1]};
     },
     binary()},
    {"add number",
     [](const Inputs& x) {
       return Inputs{2 + x[0], add(x[0], 3, 2)};
     },
     unary()},
    {"sub, rsub",
     [](const Inputs& x) {
       return Inputs{sub(x[0], x[1], 2), rsub(x[0], x[1], 3)};
     },
     binary()},
    {"sub number",
     [](const Inputs& x) {
       return Inputs{x[0] - 2, 2 - x[0], rsub(x[0], 1, 3)};
     },
     unary()},
    {"mul", [](const Inputs& x) { return Inputs{x[0] * x[1]}; }, binary()},
    {"mul number", [](const Inputs& x) { return Inputs{3 * x[0]}; }, unary()},
    {"div", [](const Inputs& x) { return Inputs{x[0] / x[1]}; }, binary(-2, 2, 0.5, 2.5)},
    {"div number",
     [](const Inputs& x) {
       return Inputs{x[0] / 3, 3 / x[0]};
     },
     unary(0.5, 2.5)},
    {"remainder",
     [](const Inputs& x) {
       return Inputs{remainder(x[0], x[1]), remainder(x[0], 1), remainder(5, x[1])};
     },
     {{"apart", {values({2, 3}, 2.2, 2.8), values({3}, -1.1, -1.05)}}}},
    {"fmod",
     [](const Inputs& x) {
       return Inputs{fmod(x[0], x[1]), fmod(x[0], 1)};
     },
     {{"apart", {values({2, 3}, 2.2, 2.8), values({3}, -1.05, -0.95)}}}},
    {"pow", [](const Inputs& x) { return Inputs{pow(x[0], x[1])}; }, binary(0.5, 2.5, -2, 2)},
    {"pow number",
     [](const Inputs& x) {
       return Inputs{pow(x[0], 2), pow(x[0], 3), pow(x[0], -1),   pow(x[0], 0.5),
                     pow(x[0], 0), pow(x[0], 1), pow(x[0], -0.5), pow(x[0], 2.5)};
     },
     unary(0.5, 2.5)},
    {"pow of number", [](const Inputs& x) { return Inputs{pow(2.5, x[0])}; }, unary()},
    {"square", [](const Inputs& x) { return Inputs{square(x[0])}; }, unary()},
    {"neg", [](const Inputs& x) { return Inputs{-x[0]}; }, unary()},
    {"maximum, minimum",
     [](const Inputs& x) {
       return Inputs{maximum(x[0], x[1]), minimum(x[0], x[1])};
     },
     {{"apart", {values({2, 3}, 1, 2), values({3}, -2, 0.5)}},
      {"column", {values({2, 1}, -2, 0.4), values({1, 3}, 0.5, 1)}}}},
    {"atan2", [](const Inputs& x) { return Inputs{atan2(x[0], x[1])}; }, binary(-2, 2, 0.5, 2.5)},
    {"hypot", [](const Inputs& x) { return Inputs{hypot(x[0], x[1])}; }, binary(-2, 2, 0.5, 2.5)},
    {"lerp", [](const Inputs& x) { return Inputs{lerp(x[0], x[1], x[2])}; }, ternary(-2, 2)},
    {"lerp number",
     [](const Inputs& x) {
       return Inputs{lerp(x[0], x[1], 0.25), lerp(x[0], x[1], 0.75)};
     },
     binary()},
    {"addcmul",
     [](const Inputs& x) {
       return Inputs{addcmul(x[0], x[1], x[2], 1.5), addcmul(x[0], x[1], x[2])};
     },
     ternary(-2, 2)},
    {"addcdiv", [](const Inputs& x) { return Inputs{addcdiv(x[0], x[1], x[2], 1.5)}; },
     ternary(0.5, 2.5)},
    {"clamp, clamp_min, clamp_max",
     [](const Inputs& x) {
       return Inputs{clamp(x[0], -1, 1), clamp_min(x[0], 0), clamp_max(x[0], 1)};
     },
     unary(-2, 2, 1)},
};

const GradientEntry kMathematics[] = {
    {"abs", [](const Inputs& x) { return Inputs{abs(x[0])}; }, unary(-2, 2, 4)},
    {"sqrt", [](const Inputs& x) { return Inputs{sqrt(x[0])}; }, unary(0.5, 2.5)},
    {"rsqrt", [](const Inputs& x) { return Inputs{rsqrt(x[0])}; }, unary(0.5, 2.5)},
    {"reciprocal", [](const Inputs& x) { return Inputs{reciprocal(x[0])}; }, unary(0.5, 2.5)},
    {"exp", [](const Inputs& x) { return Inputs{exp(x[0])}; }, unary()},
    {"expm1", [](const Inputs& x) { return Inputs{expm1(x[0])}; }, unary()},
    {"log", [](const Inputs& x) { return Inputs{log(x[0])}; }, unary(0.5, 2.5)},
    {"log1p", [](const Inputs& x) { return Inputs{log1p(x[0])}; }, unary(-0.5, 2.5)},
    {"log2", [](const Inputs& x) { return Inputs{log2(x[0])}; }, unary(0.5, 2.5)},
    {"log10", [](const Inputs& x) { return Inputs{log10(x[0])}; }, unary(0.5, 2.5)},
    {"sin", [](const Inputs& x) { return Inputs{sin(x[0])}; }, unary()},
    {"cos", [](const Inputs& x) { return Inputs{cos(x[0])}; }, unary()},
    {"tan", [](const Inputs& x) { return Inputs{tan(x[0])}; }, unary(-1.2, 1.2)},
    {"asin", [](const Inputs& x) { return Inputs{asin(x[0])}; }, unary(-0.8, 0.8)},
    {"acos", [](const Inputs& x) { return Inputs{acos(x[0])}; }, unary(-0.8, 0.8)},
    {"atan", [](const Inputs& x) { return Inputs{atan(x[0])}; }, unary()},
    {"sinh", [](const Inputs& x) { return Inputs{sinh(x[0])}; }, unary()},
    {"cosh", [](const Inputs& x) { return Inputs{cosh(x[0])}; }, unary()},
    {"tanh", [](const Inputs& x) { return Inputs{tanh(x[0])}; }, unary()},
    {"erf", [](const Inputs& x) { return Inputs{erf(x[0])}; }, unary()},
    {"erfc", [](const Inputs& x) { return Inputs{erfc(x[0])}; }, unary()},
    {"lgamma", [](const Inputs& x) { return Inputs{lgamma(x[0])}; }, unary(0.5, 4)},
    {"digamma", [](const Inputs& x) { return Inputs{digamma(x[0])}; }, unary(0.5, 4)},
    {"polygamma",
     [](const Inputs& x) {
       return Inputs{polygamma(1, x[0]), polygamma(2, x[0])};
     },
     unary(0.5, 4)},
    {"sigmoid", [](const Inputs& x) { return Inputs{sigmoid(x[0])}; }, unary(-4, 4)},
    {"relu", [](const Inputs& x) { return Inputs{relu(x[0])}; }, unary(-2, 2, 4)},
    {"frac", [](const Inputs& x) { return Inputs{frac(x[0])}; }, unary(-2, 2, 1)},
    {"sign, floor, ceil, round, trunc",
     [](const Inputs& x) {
       return Inputs{sign(x[0]),  floor(x[0]), ceil(x[0]),
                     round(x[0]), trunc(x[0]), div(x[0], 1, "floor")};
     },
     unary(-2, 2, 0.5)},
    {"tanh_backward",
     [](const Inputs& x) { return Inputs{tanh_backward(x[0], x[1])}; },
     {{"same", {values({2, 3}), values({2, 3}, -1, 1)}}}},
    {"sigmoid_backward",
     [](const Inputs& x) { return Inputs{sigmoid_backward(x[0], x[1])}; },
     {{"same", {values({2, 3}), values({2, 3}, 0, 1)}}}},
    {"threshold_backward",
     [](const Inputs& x) { return Inputs{threshold_backward(x[0], x[1], 0)}; },
     {{"same", {values({2, 3}), values({2, 3}, -2, 2, 4)}}}},
};

const GradientEntry kCopies[] = {
    {"clone, contiguous",
     [](const Inputs& x) {
       return Inputs{x[0].clone(), x[0].t().contiguous()};
     },
     {{"transposed", {values({3, 2}).t()}}, {"plain", {values({2, 3})}}}},
    {"copy_",
     [](const Inputs& x) {
       Tensor y = x[0] * 1;
       y.copy_(x[1]);
       return Inputs{y * y};
     },
     {{"same", {values({2, 3}), values({2, 3})}}, {"row", {values({2, 3}), values({3})}}}},
    {"fill, fill_, zero_",
     [](const Inputs& x) {
       Tensor y = x[0] * 1;
       y[0].fill_(x[1]);
       return Inputs{y * y, fill(x[0], 2), (x[0] * 2).zero_()};
     },
     {{"row", {values({2, 3}), values({})}}}},
};

const AddToGradientTable kAddArithmetic(kArithmetic), kAddMathematics(kMathematics),
    kAddCopies(kCopies);

}  // namespace
}  // namespace gradtape::testing
