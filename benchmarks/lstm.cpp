#include <torch/torch.h>

#include "harness.h"

// An LSTM of 64 inputs and 128 units over 32 steps.
namespace {

namespace nn = torch::nn;
using torch::Tensor;

#ifdef BENCH_GRADTAPE
// Made of ops: all steps' inputs in one product, then a product for each step.
struct Lstm : nn::Module {
  Lstm(int64_t inputs, int64_t units) {
    const double bound = 1 / std::sqrt(static_cast<double>(units));
    const auto weight = [&](const char* name, at::IntArrayRef sizes) {
      return register_parameter(name, torch::empty(sizes).uniform_(-bound, bound));
    };
    weight_ih = weight("weight_ih_l0", {4 * units, inputs});
    weight_hh = weight("weight_hh_l0", {4 * units, units});
    bias_ih = weight("bias_ih_l0", {4 * units});
    bias_hh = weight("bias_hh_l0", {4 * units});
  }
  // x [T, B, inputs] -> [T, B, units]
  Tensor forward(const Tensor& x) {
    const int64_t batch = x.size(1), units = weight_hh.size(1);
    const Tensor inputs = torch::linear(x, weight_ih, bias_ih + bias_hh);
    const Tensor recurrent = weight_hh.t();
    Tensor h = torch::zeros({batch, units}), c = h;
    std::vector<Tensor> outputs;
    for (int64_t t = 0; t < x.size(0); ++t) {
      const Tensor gates = torch::addmm(inputs[t], h, recurrent);
      const Tensor sigmoids = torch::sigmoid(gates);
      const auto part = [&](const Tensor& all, int64_t k) {
        return all.narrow(1, k * units, units);
      };
      c = part(sigmoids, 1) * c + part(sigmoids, 0) * torch::tanh(part(gates, 2));
      h = part(sigmoids, 3) * torch::tanh(c);
      outputs.push_back(h);
    }
    return torch::stack(outputs);
  }

  Tensor weight_ih, weight_hh, bias_ih, bias_hh;
};
#else
struct Lstm : nn::Module {
  Lstm(int64_t inputs, int64_t units) { lstm = register_module("lstm", nn::LSTM(inputs, units)); }
  Tensor forward(const Tensor& x) { return std::get<0>(lstm->forward(x)); }

  nn::LSTM lstm{nullptr};
};
#endif

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
