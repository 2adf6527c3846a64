#include <torch/torch.h>

#include "harness.h"

// One SGD step of a 2-8-1 tanh net, batch 4: overhead alone.
int main(int argc, char** argv) {
  bench::Suite suite(argc, argv);
  suite.add("2-8-1 tanh net, SGD, batch 4", [](const bench::Measure& measure) {
    torch::manual_seed(0);
    torch::nn::Sequential net(torch::nn::Linear(2, 8), torch::nn::Tanh(), torch::nn::Linear(8, 1));
    torch::optim::SGD sgd(net->parameters(), torch::optim::SGDOptions(0.1));
    const torch::Tensor x = torch::tensor({{0., 0.}, {0., 1.}, {1., 0.}, {1., 1.}});
    const torch::Tensor y = torch::tensor({{0.}, {1.}, {1.}, {0.}});
    measure([&] {
      sgd.zero_grad();
      torch::mse_loss(net->forward(x), y).backward();
      sgd.step();
    });
  });
}
