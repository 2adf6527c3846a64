#include <torch/torch.h>

#include "harness.h"

// What should grow in proportion: tapes of more ops, and networks that are doubled. The number at
// the end of a name is what footprint.py divides by.
namespace {

void chain(bench::Suite& suite, int64_t ops) {
  suite.add("chain of multiplications, ops " + std::to_string(ops),
            [=](const bench::Measure& measure) {
              const torch::Tensor a = torch::full({1}, 0.9999).requires_grad_();
              const torch::Tensor one = torch::ones({1});
              measure([&] {
                torch::Tensor x = one;
                for (int64_t i = 0; i < ops; ++i) x = x * a;
                x.backward();
              });
            });
}

// 256 inputs, hidden layers of one width, 10 classes.
void mlp(bench::Suite& suite, const std::string& name, int64_t batch, int64_t width,
         int64_t depth) {
  suite.add(name, [=](const bench::Measure& measure) {
    torch::manual_seed(0);
    torch::nn::Sequential net;
    for (int64_t i = 0; i < depth; ++i) {
      net->push_back(torch::nn::Linear(i == 0 ? 256 : width, width));
      net->push_back(torch::nn::ReLU());
    }
    net->push_back(torch::nn::Linear(width, 10));
    torch::optim::SGD sgd(net->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9));
    const torch::Tensor x = torch::randn({batch, 256});
    const torch::Tensor y = torch::randint(10, {batch}, torch::kLong);
    measure([&] {
      sgd.zero_grad();
      torch::nn::functional::cross_entropy(net->forward(x), y).backward();
      sgd.step();
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  bench::Suite suite(argc, argv);
  for (int64_t ops = 100; ops <= 100'000; ops *= 10) chain(suite, ops);
  for (int64_t n = 64; n <= 1024; n *= 2)
    mlp(suite, "step of an MLP 256-256-10, batch " + std::to_string(n), n, 256, 1);
  for (int64_t n = 256; n <= 4096; n *= 2)
    mlp(suite, "step of an MLP 256-width-10, batch 64, width " + std::to_string(n), 64, n, 1);
  for (int64_t n = 1; n <= 16; n *= 2)
    mlp(suite, "step of an MLP 256-256-...-10, batch 64, depth " + std::to_string(n), 64, 256, n);
}
