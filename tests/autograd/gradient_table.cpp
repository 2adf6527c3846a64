#include "autograd/gradient_table.h"

#include <cmath>

namespace gradtape::testing {

std::vector<GradientEntry>& gradient_table() {
  static std::vector<GradientEntry> table;
  return table;
}

Tensor values(IntArrayRef sizes, double low, double high, double avoid, double gap) {
  static uint64_t seed = 0;
  Generator generator(++seed);
  Tensor result = empty(sizes, kFloat64);
  double* data = result.data_ptr<double>();
  for (int64_t i = 0; i < result.numel(); ++i) {
    do {
      data[i] = low + (high - low) * (static_cast<double>(generator.random()) / 4294967296.0);
    } while (avoid > 0 && std::fabs(data[i] - avoid * std::round(data[i] / avoid)) < gap);
  }
  return result;
}

std::vector<Sample> unary(double low, double high, double avoid) {
  const auto make = [&](IntArrayRef sizes) { return values(sizes, low, high, avoid); };
  return {
      {"0-d", {make({})}},
      {"one element", {make({1})}},
      {"no element", {make({0, 3})}},
      {"vector", {make({5})}},
      {"matrix", {make({2, 3})}},
      {"transposed", {make({3, 2}).transpose(0, 1).detach()}},
      {"every second column", {make({2, 6}).slice(1, 1, std::nullopt, 2).detach()}},
      {"rank 3", {make({2, 1, 3})}},
  };
}

std::vector<Sample> binary(double low, double high, double b_low, double b_high, double avoid) {
  const auto a = [&](IntArrayRef sizes) { return values(sizes, low, high, avoid); };
  const auto b = [&](IntArrayRef sizes) { return values(sizes, b_low, b_high, avoid); };
  return {
      {"same shape", {a({2, 3}), b({2, 3})}},
      {"0-d and 0-d", {a({}), b({})}},
      {"one element", {a({1}), b({1})}},
      {"row", {a({2, 3}), b({3})}},
      {"column", {a({2, 1}), b({2, 3})}},
      {"row and column", {a({1, 3}), b({2, 1})}},
      {"0-d first", {a({}), b({2, 3})}},
      {"0-d second", {a({2, 3}), b({})}},
      {"no element", {a({0, 3}), b({3})}},
      {"transposed", {a({2, 3}), b({3, 2}).transpose(0, 1).detach()}},
      {"sliced", {a({2, 6}).slice(1, 0, std::nullopt, 2).detach(), b({2, 3})}},
      {"rank 3 and vector", {a({2, 2, 3}), b({3})}},
      // Both ranges must allow it.
      {"the same tensor twice",
       {values({2, 3}, std::max(low, b_low), std::min(high, b_high), avoid)},
       /*twice=*/true},
  };
}

}  // namespace gradtape::testing
