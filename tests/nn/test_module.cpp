#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "error_of.h"

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {

struct PairImpl : nn::Cloneable<PairImpl> {
  PairImpl() { reset(); }
  void reset() override {
    scale = register_parameter("scale", ones({2}));
    shift = register_parameter("shift", zeros({2}), /*requires_grad=*/false);
    count = register_buffer("count", zeros({}, kInt64));
    first = register_module("first", nn::Linear(2, 3));
    second = register_module("second", nn::Linear(nn::LinearOptions(3, 1).bias(false)));
  }
  Tensor forward(const Tensor& x) { return second(first(x)); }
  Tensor scale, shift, count;
  nn::Linear first{nullptr}, second{nullptr};
};
GRADTAPE_MODULE(Pair);

struct Plain : nn::Module {};

}  // namespace

TEST_SUITE("nn/module") {
  TEST_CASE("named_parameters lists own parameters, then those of each submodule") {
    Pair pair;
    CHECK(pair->named_parameters().keys() == std::vector<std::string>{"scale", "shift",
                                                                      "first.weight", "first.bias",
                                                                      "second.weight"});
    CHECK(pair->named_parameters(/*recurse=*/false).keys() ==
          std::vector<std::string>{"scale", "shift"});
    CHECK(pair->parameters().size() == 5);
    CHECK(pair->named_buffers().keys() == std::vector<std::string>{"count"});
  }

  TEST_CASE("register_parameter makes a leaf that needs a gradient unless told not to") {
    Pair pair;
    CHECK(pair->scale.requires_grad());
    CHECK(pair->scale.is_leaf());
    CHECK_FALSE(pair->shift.requires_grad());
    CHECK_FALSE(pair->count.requires_grad());
  }

  TEST_CASE("state_dict has parameters before buffers of each module, in PyTorch's order") {
    Pair pair;
    CHECK(pair->state_dict().keys() == std::vector<std::string>{"scale", "shift", "count",
                                                                "first.weight", "first.bias",
                                                                "second.weight"});
    CHECK(nn::BatchNorm2d(3)->state_dict().keys() ==
          std::vector<std::string>{"weight", "bias", "running_mean", "running_var",
                                   "num_batches_tracked"});
  }

  TEST_CASE("state_dict shares memory and needs no gradient") {
    Pair pair;
    Tensor scale = pair->state_dict()["scale"];
    CHECK_FALSE(scale.requires_grad());
    CHECK(scale.data_ptr<float>() == pair->scale.data_ptr<float>());
  }

  TEST_CASE("load_state_dict copies the values of another module") {
    Pair a, b;
    manual_seed(3);
    a->first->reset_parameters();
    REQUIRE_FALSE(a->first->weight.equal(b->first->weight));
    b->load_state_dict(a->state_dict());
    CHECK(a->first->weight.equal(b->first->weight));
    CHECK(b->first->weight.requires_grad());
    CHECK(a->first->weight.data_ptr<float>() != b->first->weight.data_ptr<float>());
  }

  TEST_CASE("load_state_dict lists missing and unknown keys and shapes, and changes nothing") {
    nn::Linear linear(2, 3);
    const Tensor before = linear->bias.detach().clone();
    OrderedDict<std::string, Tensor> dict;
    dict.insert("bias", ones({4}));
    dict.insert("extra", ones({1}));
    CHECK(testing::error_of([&] { linear->load_state_dict(dict); }) ==
          "Error(s) in loading state_dict for torch::nn::LinearImpl:"
          "\n\tMissing key(s) in state_dict: \"weight\". "
          "\n\tUnexpected key(s) in state_dict: \"extra\". "
          "\n\tsize mismatch for bias: copying a param with shape [4] from checkpoint, the shape "
          "in current model is [3].");
    dict["bias"] = ones({4});
    CHECK_THROWS_AS(linear->load_state_dict(dict, /*strict=*/false), Error);
    CHECK(linear->bias.equal(before));
  }

  TEST_CASE("load_state_dict that is not strict returns the keys that differ") {
    nn::Linear linear(2, 3);
    OrderedDict<std::string, Tensor> dict;
    dict.insert("bias", ones({3}));
    dict.insert("extra", ones({1}));
    const nn::IncompatibleKeys keys = linear->load_state_dict(dict, /*strict=*/false);
    CHECK(keys.missing_keys == std::vector<std::string>{"weight"});
    CHECK(keys.unexpected_keys == std::vector<std::string>{"extra"});
    CHECK(linear->bias.equal(ones({3})));
  }

  TEST_CASE("names must not be empty, hold dots or be taken") {
    Plain module;
    CHECK(testing::error_of([&] { module.register_parameter("", ones({1})); }) ==
          "Parameter name must not be empty");
    CHECK(testing::error_of([&] { module.register_buffer("a.b", ones({1})); }) ==
          "Buffer name must not contain a dot (got 'a.b')");
    module.register_module("fc", nn::Linear(1, 1));
    CHECK(testing::error_of([&] { module.register_module("fc", nn::Linear(1, 1)); }) ==
          "Submodule 'fc' already defined");
  }

  TEST_CASE("replace_module and unregister_module want a known name") {
    Plain module;
    module.register_module("fc", nn::Linear(1, 1));
    const auto wide = module.replace_module("fc", nn::Linear(5, 1));
    CHECK(module.named_children()["fc"] == wide);
    module.unregister_module("fc");
    CHECK(module.children().empty());
    CHECK(testing::error_of([&] { module.unregister_module("fc"); }) ==
          "No Module with name `fc` is registered");
    CHECK_THROWS_AS(module.replace_module("fc", nn::Linear(1, 1)), Error);
  }

  TEST_CASE("train and eval reach every submodule") {
    Pair pair;
    CHECK(pair->is_training());
    pair->eval();
    CHECK_FALSE(pair->second->is_training());
    pair->train();
    CHECK(pair->first->is_training());
  }

  TEST_CASE("to converts parameters, keeps them leaves, and leaves counters integers") {
    Pair pair;
    pair->to(kFloat64);
    CHECK(pair->scale.dtype() == kFloat64);
    CHECK(pair->first->weight.dtype() == kFloat64);
    CHECK(pair->first->weight.requires_grad());
    CHECK(pair->first->weight.is_leaf());
    CHECK(pair->count.dtype() == kInt64);
    pair->to(kCPU, kFloat32);
    CHECK(pair->second->weight.dtype() == kFloat32);
  }

  TEST_CASE("zero_grad leaves gradients defined and zero") {
    Pair pair;
    pair->forward(ones({4, 2})).sum().backward();
    REQUIRE(pair->first->weight.grad().defined());
    CHECK_FALSE(pair->scale.grad().defined());
    pair->zero_grad();
    CHECK(pair->first->weight.grad().equal(zeros({3, 2})));
    pair->zero_grad(/*set_to_none=*/true);
    CHECK_FALSE(pair->first->weight.grad().defined());
  }

  TEST_CASE("a clone has equal tensors of its own, and flags") {
    Pair pair;
    pair->second->weight.requires_grad_(false);
    pair->eval();
    const auto copy = std::dynamic_pointer_cast<PairImpl>(pair->clone());
    REQUIRE(copy != nullptr);
    CHECK(copy->first->weight.equal(pair->first->weight));
    CHECK_FALSE(copy->second->weight.requires_grad());
    CHECK_FALSE(copy->first->is_training());
    {
      NoGradGuard no_grad;
      copy->first->weight.add_(1);
      copy->scale.fill_(7);
    }
    CHECK_FALSE(copy->first->weight.equal(pair->first->weight));
    CHECK(pair->scale.equal(ones({2})));
    CHECK(copy->named_parameters()["scale"].is_same(copy->scale));
  }

  TEST_CASE("a module that is not Cloneable says so") {
    CHECK(testing::error_of([] {
            Plain().clone();
          }).find("clone() has not been implemented for ") == 0);
  }

  TEST_CASE("apply walks depth first with joined names") {
    Pair pair;
    std::vector<std::string> names;
    pair->apply([&](const std::string& name, nn::Module&) { names.push_back(name); });
    CHECK(names == std::vector<std::string>{"", "first", "second"});
    CHECK(pair->named_modules("root").keys() ==
          std::vector<std::string>{"root", "root.first", "root.second"});
    CHECK(pair->modules(/*include_self=*/false).size() == 2);
    int count = 0;
    pair->apply([&](nn::Module& module) { count += module.as<nn::Linear>() != nullptr; });
    CHECK(count == 2);
  }

  TEST_CASE("modules() of a module on the stack explains itself") {
    Plain module;
    CHECK(testing::error_of([&] { module.modules(); }).find("is not stored in a shared_ptr") !=
          std::string::npos);
    CHECK(module.modules(false).empty());
  }

  TEST_CASE("as casts to the module or gives null") {
    const std::shared_ptr<nn::Module> module = nn::Linear(1, 2).ptr();
    CHECK(module->as<nn::Linear>() == module.get());
    CHECK(module->as<nn::LinearImpl>() != nullptr);
    CHECK(module->as<nn::Conv2d>() == nullptr);
  }

  TEST_CASE("an empty holder throws when used") {
    nn::Linear empty = nullptr;
    CHECK(empty.is_empty());
    CHECK_FALSE(empty);
    CHECK(testing::error_of([&] {
            empty->forward(ones({1, 1}));
          }) == "Accessing empty ModuleHolder");
  }

  TEST_CASE("an OrderedDict keeps its order after erase") {
    OrderedDict<std::string, int> dict{{"a", 1}, {"b", 2}, {"c", 3}};
    dict.erase("a");
    CHECK(dict.keys() == std::vector<std::string>{"b", "c"});
    CHECK(dict["c"] == 3);
    CHECK(dict[0].key() == "b");
    CHECK(testing::error_of([&] { dict["a"]; }) == "Key 'a' is not defined");
    CHECK(testing::error_of([&] { dict[2]; }) == "Index 2 is out of bounds");
  }

  TEST_CASE("to converts gradients with their parameters, so that training goes on") {
    nn::Linear layer(2, 2);
    layer(ones({1, 2})).sum().backward();
    layer->to(kFloat64);
    CHECK(layer->weight.grad().dtype() == kFloat64);
    layer(ones({1, 2}, kFloat64)).sum().backward();
    CHECK(layer->weight.grad().equal(full({2, 2}, 2., kFloat64)));
  }
}
