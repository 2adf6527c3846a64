#include <torch/torch.h>

#include "harness.h"

int main(int argc, char** argv) {
  bench::Suite suite(argc, argv);
  suite.add("matmul 512x512", [](const bench::Measure& measure) {
    const torch::NoGradGuard no_grad;
    torch::manual_seed(0);
    const torch::Tensor a = torch::randn({512, 512}), b = torch::randn({512, 512});
    measure([&] { torch::matmul(a, b); });
  });
}
