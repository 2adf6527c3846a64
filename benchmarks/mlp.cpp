#include <torch/torch.h>

#include "harness.h"

// Training steps of relu multilayer perceptrons.
namespace {

template <class Optimizer, class Options>
void train(bench::Suite& suite, const std::string& name, std::vector<int64_t> sizes, int64_t batch,
           Options options) {
  suite.add(name, [=](const bench::Measure& measure) {
    torch::manual_seed(0);
    torch::nn::Sequential net;
    for (size_t i = 1; i < sizes.size(); ++i) {
      if (i > 1) net->push_back(torch::nn::ReLU());
      net->push_back(torch::nn::Linear(sizes[i - 1], sizes[i]));
    }
    Optimizer optimizer(net->parameters(), options);
    const torch::Tensor x = torch::randn({batch, sizes.front()});
    const torch::Tensor y = torch::randint(sizes.back(), {batch}, torch::kLong);
    measure([&] {
      optimizer.zero_grad();
      torch::nn::functional::cross_entropy(net->forward(x), y).backward();
      optimizer.step();
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  bench::Suite suite(argc, argv);
  using namespace torch::optim;
  const auto momentum = SGDOptions(0.01).momentum(0.9);
  train<SGD>(suite, "784-128-10 MLP, SGD momentum, batch 64", {784, 128, 10}, 64, momentum);
  train<SGD>(suite, "784-128-10 MLP, SGD momentum, batch 256", {784, 128, 10}, 256, momentum);
  train<Adam>(suite, "784-512-512-10 MLP, Adam, batch 128", {784, 512, 512, 10}, 128,
              AdamOptions(1e-3));
}
