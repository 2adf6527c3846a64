#include <torch/torch.h>

#include "harness.h"

// A residual block of 32 channels on 28x28: convolution, batch norm and relu, twice.
namespace {

namespace nn = torch::nn;

struct Block : nn::Module {
  Block() {
    const auto convolution = nn::Conv2dOptions(32, 32, 3).padding(1).bias(false);
    conv1 = register_module("conv1", nn::Conv2d(convolution));
    norm1 = register_module("norm1", nn::BatchNorm2d(32));
    conv2 = register_module("conv2", nn::Conv2d(convolution));
    norm2 = register_module("norm2", nn::BatchNorm2d(32));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    const torch::Tensor h = torch::relu(norm1->forward(conv1->forward(x)));
    return torch::relu(norm2->forward(conv2->forward(h)) + x);
  }

  nn::Conv2d conv1{nullptr}, conv2{nullptr};
  nn::BatchNorm2d norm1{nullptr}, norm2{nullptr};
};

}  // namespace

int main(int argc, char** argv) {
  bench::Suite suite(argc, argv);
  suite.add("residual block, 32 channels, 28x28, batch 32", [](const bench::Measure& measure) {
    torch::manual_seed(0);
    const auto block = std::make_shared<Block>();
    torch::optim::SGD sgd(block->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9));
    const torch::Tensor x = torch::randn({32, 32, 28, 28}).requires_grad_();
    measure([&] {
      sgd.zero_grad();
      block->forward(x).square().mean().backward();
      sgd.step();
    });
  });
}
