#include <torch/torch.h>

#include "harness.h"

// A transformer encoder layer: d 128, 4 heads, feed-forward 512, 64 tokens, batch 12.
namespace {

namespace nn = torch::nn;
using torch::Tensor;

constexpr int64_t kModel = 128, kHeads = 4, kFeed = 512, kTokens = 64, kBatch = 12;

#ifdef BENCH_GRADTAPE
// Made of ops and modules, normalized after each part as nn.TransformerEncoderLayer.
struct Layer : nn::Module {
  Layer() {
    in_proj = register_module("in_proj", nn::Linear(kModel, 3 * kModel));
    out_proj = register_module("out_proj", nn::Linear(kModel, kModel));
    linear1 = register_module("linear1", nn::Linear(kModel, kFeed));
    linear2 = register_module("linear2", nn::Linear(kFeed, kModel));
    norm1 = register_module("norm1", nn::LayerNorm(std::vector<int64_t>{kModel}));
    norm2 = register_module("norm2", nn::LayerNorm(std::vector<int64_t>{kModel}));
  }
  // x [T, B, d]
  Tensor attend(const Tensor& x) {
    const int64_t width = kModel / kHeads;
    const Tensor all = in_proj->forward(x).view({kTokens, kBatch * kHeads * 3, width});
    const Tensor qkv = all.view({kTokens, kBatch, 3, kHeads, width}).permute({2, 1, 3, 0, 4});
    const auto part = [&](int64_t i) { return qkv[i].reshape({kBatch * kHeads, kTokens, width}); };
    const Tensor scores =
        torch::bmm(part(0) / std::sqrt(static_cast<double>(width)), part(1).transpose(1, 2));
    const Tensor heads = torch::bmm(torch::softmax(scores, -1), part(2));
    return out_proj->forward(heads.view({kBatch, kHeads, kTokens, width})
                                 .permute({2, 0, 1, 3})
                                 .reshape({kTokens, kBatch, kModel}));
  }
  Tensor forward(const Tensor& x) {
    const Tensor h = norm1->forward(x + attend(x));
    return norm2->forward(h + linear2->forward(torch::relu(linear1->forward(h))));
  }

  nn::Linear in_proj{nullptr}, out_proj{nullptr}, linear1{nullptr}, linear2{nullptr};
  nn::LayerNorm norm1{nullptr}, norm2{nullptr};
};
#else
struct Layer : nn::Module {
  Layer() {
    layer = register_module(
        "layer",
        nn::TransformerEncoderLayer(
            nn::TransformerEncoderLayerOptions(kModel, kHeads).dim_feedforward(kFeed).dropout(0)));
  }
  Tensor forward(const Tensor& x) { return layer->forward(x); }

  nn::TransformerEncoderLayer layer{nullptr};
};
#endif

}  // namespace

int main(int argc, char** argv) {
  bench::Suite suite(argc, argv);
  suite.add("transformer encoder layer, AdamW", [](const bench::Measure& measure) {
    torch::manual_seed(0);
    Layer layer;
    torch::optim::AdamW adamw(layer.parameters(), torch::optim::AdamWOptions(1e-3));
    const Tensor x = torch::randn({kTokens, kBatch, kModel});
    measure([&] {
      adamw.zero_grad();
      layer.forward(x).square().mean().backward();
      adamw.step();
    });
  });
}
