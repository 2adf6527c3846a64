#include <torch/torch.h>

#include "harness.h"

// One step of LeNet 1-16-32 (5x5, padding 2), 1568-128-10, SGD with momentum, batch 64: the network
// of examples/mnist.
int main() {
  namespace nn = torch::nn;
  torch::manual_seed(0);
  nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(1, 16, 5).padding(2)), nn::ReLU(),
                     nn::MaxPool2d(2), nn::Conv2d(nn::Conv2dOptions(16, 32, 5).padding(2)),
                     nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(1568, 128), nn::ReLU(),
                     nn::Linear(128, 10));
  torch::optim::SGD sgd(net->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9));
  const torch::Tensor x = torch::randn({64, 1, 28, 28});
  const torch::Tensor y = torch::randint(10, {64}, torch::kLong);
  bench::report("LeNet 1-16-32, SGD momentum, batch 64", [&] {
    sgd.zero_grad();
    nn::functional::cross_entropy(net->forward(x), y).backward();
    sgd.step();
  });
}
