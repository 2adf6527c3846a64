#include <torch/torch.h>

#include "harness.h"

// A step of an optimizer over 20 parameters of 256x256.
namespace {

template <class Optimizer, class Options>
void step(bench::Suite& suite, const std::string& name, Options options) {
  suite.add(name + ", 20 x 256x256", [=](const bench::Measure& measure) {
    torch::manual_seed(0);
    std::vector<torch::Tensor> parameters;
    for (int i = 0; i < 20; ++i) {
      parameters.push_back(torch::randn({256, 256}).requires_grad_());
      parameters.back().mutable_grad() = torch::randn({256, 256});
    }
    Optimizer optimizer(parameters, options);
    measure([&] { optimizer.step(); });
  });
}

}  // namespace

int main(int argc, char** argv) {
  bench::Suite suite(argc, argv);
  using namespace torch::optim;
  step<SGD>(suite, "SGD momentum", SGDOptions(1e-4).momentum(0.9));
  step<Adam>(suite, "Adam", AdamOptions(1e-4));
  step<RMSprop>(suite, "RMSprop", RMSpropOptions(1e-4));
}
