#pragma once

#include <sstream>
#include <string>

#include <torch/torch.h>

// One text of many printed modules. The same source is compiled against libtorch, which wrote
// module_printing.txt, and against gradtape, which must give the same text.

namespace module_printing {

struct TwoImpl : torch::nn::Module {
  TwoImpl() : torch::nn::Module("Two") {
    register_module("first", torch::nn::Linear(2, 3));
    register_module("second", torch::nn::Sequential(torch::nn::ReLU(), torch::nn::Dropout(0.25)));
  }
};
TORCH_MODULE(Two);

struct WithoutName : torch::nn::Module {};

inline std::string all() {
  using namespace torch::nn;
  std::ostringstream out;
  const auto print = [&](const auto& module) { out << module << '\n'; };
  print(Identity());
  print(Linear(3, 4));
  print(Linear(LinearOptions(3, 4).bias(false)));
  print(Flatten());
  print(Flatten(FlattenOptions().start_dim(2).end_dim(4)));
  print(Unflatten(UnflattenOptions(0, {2, 2})));
  print(Conv1d(3, 4, 5));
  print(Conv1d(Conv1dOptions(3, 4, 5).padding(torch::kSame).dilation(2)));
  print(Conv2d(3, 4, 5));
  print(Conv2d(Conv2dOptions(3, 4, 5).stride(2)));
  print(Conv2d(Conv2dOptions(4, 6, {5, 6}).stride({1, 2}).padding(3).dilation(2).groups(2)));
  print(Conv2d(Conv2dOptions(4, 6, 3).padding({1, 0}).bias(false)));
  print(Conv2d(Conv2dOptions(4, 6, 3).padding(torch::kSame)));
  print(Conv2d(Conv2dOptions(4, 6, 3).padding(torch::kValid)));
  print(MaxPool1d(5));
  print(MaxPool2d(5));
  print(MaxPool2d(MaxPool2dOptions(5).stride({1, 2}).padding(1).ceil_mode(true)));
  print(AvgPool2d(5));
  print(AvgPool2d(AvgPool2dOptions(5).stride(2).padding(1)));
  print(AdaptiveAvgPool2d(3));
  print(AdaptiveAvgPool2d(AdaptiveAvgPool2dOptions({torch::nullopt, 5})));
  print(BatchNorm1d(BatchNorm1dOptions(4).eps(0.5).momentum(0.1).affine(false)));
  print(BatchNorm2d(8));
  print(BatchNorm2d(BatchNorm2dOptions(8).momentum(torch::nullopt).track_running_stats(false)));
  print(LayerNorm(std::vector<int64_t>{4}));
  print(LayerNorm(LayerNormOptions({2, 2}).elementwise_affine(false).eps(2e-5)));
  print(Dropout());
  print(Dropout(0.42));
  print(Dropout2d(Dropout2dOptions().p(0.3).inplace(true)));
  print(Embedding(10, 2));
  print(Embedding(EmbeddingOptions(10, 2).padding_idx(3).max_norm(2)));
  print(Embedding(EmbeddingOptions(10, 2).max_norm(2).norm_type(2.5).scale_grad_by_freq(true)));
  print(LSTM(2, 4));
  print(LSTM(LSTMOptions(2, 4).num_layers(3).batch_first(true).dropout(0.2).bidirectional(true)));
  print(LSTM(LSTMOptions(2, 4).bias(false)));
  print(LSTMCell(2, 4));
  print(LSTMCell(LSTMCellOptions(2, 4).bias(false)));
  print(ReLU());
  print(ReLU(true));
  print(LeakyReLU());
  print(LeakyReLU(LeakyReLUOptions().negative_slope(0.42).inplace(true)));
  print(ELU());
  print(ELU(ELUOptions().alpha(42.42).inplace(true)));
  print(Softplus());
  print(Softplus(SoftplusOptions().beta(0.24).threshold(42.42)));
  print(GELU());
  print(SiLU());
  print(Tanh());
  print(Sigmoid());
  print(Softmax(1));
  print(LogSoftmax(-1));
  print(L1Loss());
  print(MSELoss());
  print(NLLLoss());
  print(CrossEntropyLoss());
  print(Functional(torch::relu));
  print(Sequential());
  print(Sequential(Linear(1, 2), Conv2d(1, 2, 3), Dropout(0.5), BatchNorm2d(5), Embedding(4, 10)));
  print(Sequential({{"fc", Linear(1, 2)}, {"act", Tanh()}}));
  print(ModuleList(Linear(1, 2), Two()));
  print(ParameterList(torch::zeros({2, 3}), torch::ones(4, torch::kDouble)));
  print(Two());
  print(WithoutName());
  print(*Linear(1, 2));
  out << Linear(1, 2)->name() << '\n' << Conv2d(1, 2, 3)->name() << '\n' << Sequential()->name();
  out << '\n';
  return out.str();
}

}  // namespace module_printing
