#include <cstdlib>

#include <torch/torch.h>

#include "harness.h"

// Epochs over the 60,000 images in the folder BENCH_MNIST (MNIST's four files, not compressed),
// through the data loader.
namespace {

namespace nn = torch::nn;
namespace data = torch::data;

void epoch(bench::Suite& suite, const std::string& name, nn::Sequential (*make)()) {
  const char* const folder = std::getenv("BENCH_MNIST");
  if (!folder) return;
  suite.add("epoch of " + name, [=](const bench::Measure& measure) {
    torch::manual_seed(0);
    nn::Sequential net = make();
    torch::optim::SGD sgd(net->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9));
    auto loader = data::make_data_loader<data::samplers::RandomSampler>(
        data::datasets::MNIST(folder)
            .map(data::transforms::Normalize<>(0.286, 0.353))
            .map(data::transforms::Stack<>()),
        data::DataLoaderOptions(64));
    measure([&] {
      for (auto& batch : *loader) {
        sgd.zero_grad();
        nn::functional::cross_entropy(net->forward(batch.data), batch.target).backward();
        sgd.step();
      }
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  bench::Suite suite(argc, argv);
  epoch(suite, "MLP 784-128-10", [] {
    return nn::Sequential(nn::Flatten(), nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 10));
  });
  epoch(suite, "LeNet 1-16-32", [] {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 16, 5).padding(2)), nn::ReLU(),
                          nn::MaxPool2d(2), nn::Conv2d(nn::Conv2dOptions(16, 32, 5).padding(2)),
                          nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(1568, 128),
                          nn::ReLU(), nn::Linear(128, 10));
  });
}
