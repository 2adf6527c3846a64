#include <cstdio>

#include <torch/torch.h>

// Start to end of a program that holds one number; footprint.py times it as a process.
int main() {
  const torch::Tensor x = torch::ones({1}) + 1;
  std::printf("%g\n", x.item<double>());
}
