#include <torch/torch.h>

#include "harness.h"

// 100 multiply-adds on one-element tensors, forward and backward: overhead alone.
int main(int argc, char** argv) {
  bench::Suite suite(argc, argv);
  suite.add("100 multiply-adds on one element", [](const bench::Measure& measure) {
    const torch::Tensor a = torch::full({1}, 0.99).requires_grad_();
    const torch::Tensor b = torch::full({1}, 0.01).requires_grad_();
    measure([&] {
      torch::Tensor x = torch::ones({1});
      for (int i = 0; i < 100; ++i) x = x * a + b;
      x.backward();
    });
  });
}
