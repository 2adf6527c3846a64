#include <torch/torch.h>

#include "harness.h"

// Ops on 1M floats, without gradients.
int main(int argc, char** argv) {
  using torch::Tensor;
  bench::Suite suite(argc, argv);
  const auto add = [&](const std::string& name, Tensor (*op)(const Tensor& a, const Tensor& b)) {
    suite.add(name + ", 1M floats", [op](const bench::Measure& measure) {
      const torch::NoGradGuard no_grad;
      torch::manual_seed(0);
      const Tensor a = torch::randn({1024, 1024}), b = torch::randn({1024, 1024});
      measure([&] { op(a, b); });
    });
  };
  using T = const Tensor&;
  add("a + b", [](T a, T b) { return a + b; });
  add("a * b + a", [](T a, T b) { return a * b + a; });
  add("a + row", [](T a, T b) { return a + b[0]; });
  add("a.t() + b", [](T a, T b) { return a.t() + b; });
  add("exp", [](T a, T) { return a.exp(); });
  add("tanh", [](T a, T) { return a.tanh(); });
  add("sum", [](T a, T) { return a.sum(); });
  add("sum over rows", [](T a, T) { return a.sum({0}); });
  add("softmax", [](T a, T) { return a.softmax(1); });
}
