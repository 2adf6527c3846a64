#include <torch/torch.h>

#include "harness.h"

// LeNet: two 5x5 convolutions, each with relu and pooling, then two linear layers.
namespace {

namespace nn = torch::nn;

nn::Sequential lenet(int64_t first, int64_t second, int64_t hidden) {
  torch::manual_seed(0);
  return nn::Sequential(
      nn::Conv2d(nn::Conv2dOptions(1, first, 5).padding(2)), nn::ReLU(), nn::MaxPool2d(2),
      nn::Conv2d(nn::Conv2dOptions(first, second, 5).padding(2)), nn::ReLU(), nn::MaxPool2d(2),
      nn::Flatten(), nn::Linear(49 * second, hidden), nn::ReLU(), nn::Linear(hidden, 10));
}

void train(bench::Suite& suite, const std::string& name, int64_t first, int64_t second,
           int64_t hidden) {
  suite.add(name, [=](const bench::Measure& measure) {
    nn::Sequential net = lenet(first, second, hidden);
    torch::optim::SGD sgd(net->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9));
    const torch::Tensor x = torch::randn({64, 1, 28, 28});
    const torch::Tensor y = torch::randint(10, {64}, torch::kLong);
    measure([&] {
      sgd.zero_grad();
      nn::functional::cross_entropy(net->forward(x), y).backward();
      sgd.step();
    });
  });
}

void infer(bench::Suite& suite, const std::string& name, int64_t batch) {
  suite.add(name, [=](const bench::Measure& measure) {
    nn::Sequential net = lenet(32, 64, 256);
    const torch::NoGradGuard no_grad;
    const torch::Tensor x = torch::randn({batch, 1, 28, 28});
    measure([&] { net->forward(x); });
  });
}

}  // namespace

int main(int argc, char** argv) {
  bench::Suite suite(argc, argv);
  train(suite, "LeNet 1-16-32, SGD momentum, batch 64", 16, 32, 128);
  train(suite, "LeNet 1-32-64, SGD momentum, batch 64", 32, 64, 256);
  infer(suite, "LeNet 1-32-64, inference, batch 64", 64);
  infer(suite, "LeNet 1-32-64, inference, batch 1", 1);
}
