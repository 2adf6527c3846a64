#include <torch/torch.h>

#include "harness.h"

// An LSTM of 64 inputs and 128 units over 32 steps.
namespace {

namespace nn = torch::nn;
using torch::Tensor;

struct Lstm : nn::Module {
  Lstm(int64_t inputs, int64_t units) { lstm = register_module("lstm", nn::LSTM(inputs, units)); }
  Tensor forward(const Tensor& x) { return std::get<0>(lstm->forward(x)); }

  nn::LSTM lstm{nullptr};
};

}  // namespace

int main(int argc, char** argv) {
  bench::Suite suite(argc, argv);
  suite.add("LSTM 64-128, 32 steps, batch 32, Adam", [](const bench::Measure& measure) {
    torch::manual_seed(0);
    Lstm lstm(64, 128);
    torch::optim::Adam adam(lstm.parameters(), torch::optim::AdamOptions(1e-3));
    const Tensor x = torch::randn({32, 32, 64});
    measure([&] {
      adam.zero_grad();
      lstm.forward(x).square().mean().backward();
      adam.step();
    });
  });
}
