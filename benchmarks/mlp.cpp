#include <torch/torch.h>

#include "harness.h"

// One step of a 784-128-10 relu MLP, SGD with momentum, batch 64.
int main() {
  torch::manual_seed(0);
  torch::nn::Sequential net(torch::nn::Linear(784, 128), torch::nn::ReLU(),
                            torch::nn::Linear(128, 10));
  torch::optim::SGD sgd(net->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9));
  const torch::Tensor x = torch::randn({64, 784});
  const torch::Tensor y = torch::randint(10, {64}, torch::kLong);
  bench::report("784-128-10 MLP, SGD momentum, batch 64", [&] {
    sgd.zero_grad();
    torch::nn::functional::cross_entropy(net->forward(x), y).backward();
    sgd.step();
  });
}
