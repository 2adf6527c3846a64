#include <functional>
#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "golden.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using nlohmann::json;

namespace {

// The layers of tests/golden/nn.py, made in its order.
nn::AnyModule make(const std::string& name) {
  using namespace nn;
  if (name == "Linear") return AnyModule(Linear(3, 4));
  if (name == "Linear no bias") return AnyModule(Linear(LinearOptions(3, 40).bias(false)));
  if (name == "Conv1d") return AnyModule(Conv1d(Conv1dOptions(4, 6, 3).stride(2).padding(1)));
  if (name == "Conv2d") return AnyModule(Conv2d(Conv2dOptions(4, 6, 3).padding(1)));
  if (name == "Conv2d groups")
    return AnyModule(Conv2d(Conv2dOptions(4, 6, {3, 2}).stride({2, 1}).dilation(2).groups(2)));
  if (name == "Conv2d same")
    return AnyModule(Conv2d(Conv2dOptions(4, 2, {2, 5}).padding(kSame).bias(false)));
  if (name == "BatchNorm1d") return AnyModule(BatchNorm1d(3));
  if (name == "BatchNorm2d")
    return AnyModule(BatchNorm2d(BatchNorm2dOptions(4).momentum(std::nullopt)));
  if (name == "LayerNorm") return AnyModule(LayerNorm(LayerNormOptions({8, 7}).eps(0.1)));
  if (name == "Embedding") return AnyModule(Embedding(EmbeddingOptions(7, 5).padding_idx(2)));
  if (name == "MaxPool2d") return AnyModule(MaxPool2d(MaxPool2dOptions(3).stride(2).padding(1)));
  if (name == "AvgPool2d") return AnyModule(AvgPool2d(AvgPool2dOptions(3).stride(2).padding(1)));
  if (name == "Dropout") return AnyModule(Dropout(0.3));
  if (name == "Dropout2d") return AnyModule(Dropout2d(0.3));
  if (name == "Softmax") return AnyModule(Softmax(1));
  if (name == "GELU") return AnyModule(GELU());
  return AnyModule();
}

void check_state(const json& expected, const nn::Module& module) {
  const OrderedDict<std::string, Tensor> state = module.state_dict();
  REQUIRE(state.size() == expected.size());
  for (size_t i = 0; i < state.size(); ++i) {
    CAPTURE(state[i].key());
    CHECK(state[i].key() == expected[i]["name"]);
    CHECK(state[i]->allclose(golden::tensor(expected[i], state[i]->dtype()), 1e-5, 1e-6));
  }
}

void check_layer(const json& layer, const std::function<Tensor(const Tensor&)>& forward,
                 const nn::Module& module) {
  check_state(layer["state"], module);
  const bool integers = layer["name"] == "Embedding";
  manual_seed(1);
  const Tensor y = forward(golden::tensor(layer["input"], integers ? kInt64 : kFloat32));
  CHECK(y.allclose(golden::tensor(layer["output"], kFloat32), 1e-4, 1e-5));
  check_state(layer["after"], module);
}

}  // namespace

TEST_SUITE("nn/layers") {
  TEST_CASE("first weights and outputs are PyTorch's for the same seed") {
    const json data = golden::load("nn.json");
    for (const json& layer : data["layers"]) {
      const std::string name = layer["name"];
      CAPTURE(name);
      manual_seed(0);
      if (name == "MLP") {
        // One by one: the order in which a call's arguments draw their weights is the compiler's.
        nn::Sequential net;
        net->push_back(nn::Linear(3, 8));
        net->push_back(nn::Tanh());
        net->push_back(nn::Linear(8, 2));
        net->push_back(nn::LogSoftmax(1));
        check_layer(
            layer, [&](const Tensor& x) { return net->forward(x); }, *net);
        continue;
      }
      nn::AnyModule module = make(name);
      REQUIRE_FALSE(module.is_empty());
      check_layer(
          layer, [&](const Tensor& x) { return module.forward(x); }, *module.ptr());
    }
  }

  TEST_CASE("Linear's first weights are PyTorch's bit for bit") {
    manual_seed(0);
    nn::Linear linear(3, 4);
    const json layer = golden::load("nn.json")["layers"][0];
    CHECK(linear->weight.equal(golden::tensor(layer["state"][0], kFloat32)));
    CHECK(linear->bias.equal(golden::tensor(layer["state"][1], kFloat32)));
  }

  TEST_CASE("a bias that is switched off is undefined and not listed") {
    nn::Conv2d conv(nn::Conv2dOptions(1, 2, 3).bias(false));
    CHECK_FALSE(conv->bias.defined());
    CHECK(conv->named_parameters().keys() == std::vector<std::string>{"weight"});
  }

  TEST_CASE("gradients reach weight and bias") {
    nn::Linear linear(2, 1);
    linear(ones({3, 2})).sum().backward();
    CHECK(linear->weight.grad().equal(full({1, 2}, 3.0)));
    CHECK(linear->bias.grad().equal(full({1}, 3.0)));
  }

  TEST_CASE("Flatten and Unflatten are inverse") {
    const Tensor x = rand({2, 3, 4});
    const Tensor flat = nn::Flatten()(x);
    CHECK(flat.sizes() == std::vector<int64_t>{2, 12});
    CHECK(nn::Unflatten(1, std::vector<int64_t>{3, 4})(flat).equal(x));
  }

  TEST_CASE("Dropout and BatchNorm do nothing random in evaluation") {
    const Tensor x = rand({4, 3});
    nn::Dropout dropout(0.9);
    dropout->eval();
    CHECK(dropout(x).equal(x));
    nn::BatchNorm1d norm(3);
    norm->eval();
    norm(x);
    CHECK(norm->num_batches_tracked.item<int64_t>() == 0);
    CHECK(norm(x).allclose(x, 1e-4, 1e-5));
  }

  TEST_CASE("BatchNorm rejects ranks and single values") {
    CHECK_THROWS_WITH_AS(nn::BatchNorm1d(3)(ones({1, 3})),
                         "Expected more than 1 value per channel when training, got input size "
                         "[1, 3]",
                         Error);
    CHECK_THROWS_WITH_AS(nn::BatchNorm2d(3)(ones({2, 3})), "expected 4D input (got 2D input)",
                         Error);
  }

  TEST_CASE("bad options are errors that name the value") {
    CHECK_THROWS_WITH_AS(nn::Dropout(1.5),
                         "dropout probability has to be between 0 and 1, but got 1.5", Error);
    CHECK_THROWS_AS(nn::Conv2d(nn::Conv2dOptions(3, 4, 3).groups(2)), Error);
    CHECK_THROWS_AS(nn::Conv2d(nn::Conv2dOptions(3, 4, 3).padding(kSame).stride(2)), Error);
    CHECK_THROWS_WITH_AS(nn::Conv2d(nn::Conv2dOptions(3, 4, 3).padding_mode(kReflect)),
                         "Conv2d: padding_mode must be kZeros; got kReflect", Error);
    CHECK_THROWS_AS(nn::Embedding(nn::EmbeddingOptions(3, 2).padding_idx(3)), Error);
  }

  TEST_CASE("from_pretrained freezes the rows unless told not to") {
    const Tensor rows = rand({3, 2});
    nn::Embedding frozen = nn::Embedding::from_pretrained(rows);
    CHECK_FALSE(frozen->weight.requires_grad());
    CHECK(frozen(tensor({2, 0})).equal(stack({rows[2], rows[0]})));
    CHECK(nn::Embedding::from_pretrained(rows, nn::EmbeddingFromPretrainedOptions().freeze(false))
              ->weight.requires_grad());
    CHECK_THROWS_AS(nn::Embedding::from_pretrained(ones({3})), Error);
  }

  TEST_CASE("max_norm shrinks the rows that are looked up, and only those") {
    nn::Embedding embedding = nn::Embedding::from_pretrained(
        tensor({{3., 4.}, {6., 8.}}), nn::EmbeddingFromPretrainedOptions().max_norm(1));
    embedding(tensor({0, 0}));
    CHECK(embedding->weight.allclose(tensor({{.6, .8}, {6., 8.}}), 1e-5));
  }

  TEST_CASE("a batch that batch norm refuses is not counted") {
    nn::BatchNorm1d layer(3);
    CHECK_THROWS_AS(layer(ones({4, 5})), Error);
    CHECK(layer->num_batches_tracked.item<int64_t>() == 0);
    layer(rand({4, 3}));
    CHECK(layer->num_batches_tracked.item<int64_t>() == 1);
  }
}
