#include <torch/torch.h>

#include "harness.h"

// Start to end of a program that holds one number, which footprint.py times as a process: prints
// the number and the most memory, in MB.
int main() {
  const torch::Tensor x = torch::ones({1}) + 1;
  std::printf("%g\t%.1f\n", x.item<double>(), bench::peak_megabytes());
}
