#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "error_of.h"

#include "gradtape/gradtape.h"

using namespace gradtape;

using Names = std::vector<std::string>;

namespace {

// A layer under three names, its weight under a fourth, a buffer under two. What PyTorch lists of
// it was read off Python's module of the same parts.
struct SharedImpl : nn::Cloneable<SharedImpl> {
  SharedImpl() { reset(); }
  void reset() override {
    a = register_module("a", nn::Linear(2, 2));
    b = register_module("b", a);
    blk = register_module("blk", nn::Sequential(a, nn::ReLU()));
    w = register_parameter("w", a->weight);
    c = register_buffer("c", zeros({1}));
    d = register_buffer("d", c);
  }
  nn::Linear a{nullptr}, b{nullptr};
  nn::Sequential blk{nullptr};
  Tensor w, c, d;
};
GRADTAPE_MODULE(Shared);

// Two layers with one weight.
struct TiedImpl : nn::Cloneable<TiedImpl> {
  TiedImpl() { reset(); }
  void reset() override {
    encoder = register_module("encoder", nn::Linear(nn::LinearOptions(2, 2).bias(false)));
    decoder = register_module("decoder", std::make_shared<Decoder>(encoder->weight));
  }
  Tensor forward(const Tensor& x) { return decoder->forward(encoder(x)); }

  struct Decoder : nn::Cloneable<Decoder> {
    explicit Decoder(const Tensor& shared) : weight(shared) { reset(); }
    void reset() override { weight = register_parameter("weight", weight); }
    Tensor forward(const Tensor& x) { return mm(x, weight); }
    Tensor weight;
  };
  nn::Linear encoder{nullptr};
  std::shared_ptr<Decoder> decoder;
};
GRADTAPE_MODULE(Tied);

struct Forgetful : nn::Cloneable<Forgetful> {
  Forgetful() { reset(); }
  void reset() override {
    first = ones({1});
    second = first_time ? first : ones({1});
    first_time = false;
    register_parameter("first", first);
    register_parameter("second", second);
  }
  Tensor first, second;
  bool first_time = true;
};

struct Level : nn::Cloneable<Level> {
  Level() { Level::reset(); }
  void reset() override { weight = register_parameter("weight", ones({1})); }
  Tensor weight;
};

// Level in ModuleList in ModuleList in ...
nn::ModuleList nested(int depth) {
  nn::ModuleList list;
  list->push_back(std::make_shared<Level>());
  for (int i = 1; i < depth; ++i) {
    nn::ModuleList outer;
    outer->push_back(list);
    list = outer;
  }
  return list;
}

struct Frozen : nn::Module {
  Frozen() {
    normal = register_module("normal", nn::BatchNorm1d(2));
    frozen = register_module("frozen", nn::BatchNorm1d(2));
  }
  void train(bool on) override {
    Module::train(on);
    frozen->eval();
  }
  nn::BatchNorm1d normal{nullptr}, frozen{nullptr};
};

}  // namespace

TEST_SUITE("nn/sharing") {
  TEST_CASE(
      "what is registered under several names is listed once, under the first, as in Python") {
    Shared net;
    CHECK(net->named_parameters().keys() == Names{"w", "a.bias"});
    CHECK(net->named_parameters(/*recurse=*/false).keys() == Names{"w"});
    CHECK(net->parameters().size() == 2);
    CHECK(net->named_buffers().keys() == Names{"c"});
    CHECK(net->buffers().size() == 1);
    CHECK(net->named_modules().keys() == Names{"", "a", "blk", "blk.1"});
    CHECK(net->modules(/*include_self=*/false).size() == 3);
    CHECK(net->named_children().keys() == Names{"a", "blk"});
    CHECK(net->children().size() == 2);
  }

  TEST_CASE("state_dict and print have every name, as in Python") {
    Shared net;
    CHECK(net->state_dict().keys() == Names{"w", "c", "d", "a.weight", "a.bias", "b.weight",
                                            "b.bias", "blk.0.weight", "blk.0.bias"});
    CHECK(str(*net).find("(b): torch::nn::Linear(") != std::string::npos);
  }

  TEST_CASE("apply visits a submodule once for each parent, as in Python") {
    Shared net;
    Names names;
    net->apply([&](const std::string& name, nn::Module&) { names.push_back(name); });
    CHECK(names == Names{"", "a", "blk", "blk.0", "blk.1"});
  }

  TEST_CASE("a shared weight is stepped once") {
    struct Net : nn::Module {
      Net() {
        first = register_module("first", nn::Linear(nn::LinearOptions(1, 1).bias(false)));
        register_module("second", first);
      }
      nn::Linear first{nullptr};
    } net;
    NoGradGuard no_grad;
    net.first->weight.fill_(1);
    net.first->weight.mutable_grad() = full({1, 1}, 2.);
    optim::SGD(net.parameters(), 0.1).step();
    CHECK(net.first->weight.item<float>() == doctest::Approx(0.8));
    CHECK(nn::utils::clip_grad_norm_(net.parameters(), 100) == doctest::Approx(2));
    net.zero_grad();
    CHECK(net.first->weight.grad().item<float>() == 0);
  }

  TEST_CASE("loading reaches what is shared under each name, the last one last, as in Python") {
    Shared net;
    OrderedDict<std::string, Tensor> dict;
    for (const auto& item : net->state_dict()) dict.insert(item.key(), ones_like(item.value()));
    dict["blk.0.weight"] = full({2, 2}, 7.);
    net->load_state_dict(dict);
    CHECK(net->w.equal(full({2, 2}, 7.)));
    CHECK(net->a->weight.is_same(net->w));
    CHECK(net->parameters().size() == 2);
  }

  TEST_CASE("to and train keep what is shared shared") {
    Shared net;
    net->to(kFloat64);
    net->eval();
    CHECK(net->w.dtype() == kFloat64);
    CHECK(net->parameters().size() == 2);
    CHECK_FALSE(net->b->is_training());
  }

  TEST_CASE("a clone shares what the original shares, and nothing with it") {
    Shared net;
    net->a->weight.set_requires_grad(false);
    const auto copy = std::dynamic_pointer_cast<SharedImpl>(net->clone());
    CHECK(copy->named_parameters().keys() == Names{"w", "a.bias"});
    CHECK(copy->w.is_same(copy->a->weight));
    CHECK(copy->w.is_same(copy->blk->at<nn::LinearImpl>(0).weight));
    CHECK(copy->w.equal(net->w));
    CHECK_FALSE(copy->w.requires_grad());
    CHECK(copy->a.ptr() == copy->b.ptr());
    CHECK(copy->d.is_same(copy->c));
    CHECK(copy->named_modules().keys() == net->named_modules().keys());
    CHECK_FALSE(copy->w.is_same(net->w));
    copy->c.fill_(3);
    CHECK(net->c.item<float>() == 0);
  }

  TEST_CASE("a clone of layers that share a weight trains as the original does") {
    Tied net;
    const auto copy = std::dynamic_pointer_cast<TiedImpl>(net->clone());
    CHECK(copy->parameters().size() == 1);
    CHECK(copy->decoder->weight.is_same(copy->encoder->weight));
    const Tensor x = tensor({{1., 2.}});
    for (TiedImpl* module : {net.get(), copy.get()}) {
      optim::SGD optimizer(module->parameters(), 0.1);
      module->forward(x).sum().backward();
      optimizer.step();
    }
    CHECK(copy->encoder->weight.equal(net->encoder->weight));
    CHECK(copy->forward(x).equal(net->forward(x)));
  }

  TEST_CASE("containers clone a module that they hold twice once") {
    const nn::Linear layer(2, 2);
    nn::Sequential sequential(layer, nn::ReLU(), layer);
    const auto copy = std::dynamic_pointer_cast<nn::SequentialImpl>(sequential->clone());
    CHECK(copy->ptr(0) == copy->ptr(2));
    CHECK(copy->ptr(0) != layer.ptr());
    CHECK(copy->named_parameters().keys() == Names{"0.weight", "0.bias"});
    nn::ModuleList list(layer, layer);
    CHECK(std::dynamic_pointer_cast<nn::ModuleListImpl>(list->clone())->parameters().size() == 2);
    nn::ModuleDict dict(std::vector<std::pair<std::string, std::shared_ptr<nn::Module>>>{
        {"a", layer.ptr()}, {"b", layer.ptr()}});
    CHECK(std::dynamic_pointer_cast<nn::ModuleDictImpl>(dict->clone())->parameters().size() == 2);
  }

  TEST_CASE("clones that a module's own code makes are separate") {
    struct Stack : nn::Cloneable<Stack> {
      explicit Stack(nn::Linear prototype) : prototype(std::move(prototype)) { reset(); }
      void reset() override {
        for (const char* name : {"first", "second"})
          register_module(name, std::dynamic_pointer_cast<nn::LinearImpl>(prototype->clone()));
      }
      nn::Linear prototype;
    };
    const auto stack = std::make_shared<Stack>(nn::Linear(1, 1));
    NoGradGuard no_grad;
    stack->named_parameters()["first.weight"].fill_(1);
    stack->named_parameters()["second.weight"].fill_(2);
    const auto copy = stack->clone();
    CHECK(copy->parameters().size() == 4);
    CHECK(copy->named_parameters()["first.weight"].item<float>() == 1);
    CHECK(copy->named_parameters()["second.weight"].item<float>() == 2);
  }

  TEST_CASE("a clone whose reset() keeps a tensor of its own in place of a shared one is refused") {
    const std::string message = testing::error_of([] { Forgetful().clone(); });
    CHECK(message.find("shares 'second' with another name, so its reset() must keep what "
                       "register_parameter or register_buffer returns") != std::string::npos);
  }

  TEST_CASE("an average shares what the model shares") {
    Shared net;
    optim::swa_utils::AveragedModel averaged(net);
    CHECK(averaged->parameters().size() == 2);
    averaged->update_parameters(net);
    averaged->update_parameters(net);
    CHECK(averaged->module->w.allclose(net->w));
  }

  TEST_CASE("a null submodule is refused where it is registered") {
    nn::Module module;
    const char* const message = "Submodule 'fc' must not be null";
    const std::shared_ptr<nn::Module> none;
    CHECK(testing::error_of([&] { module.register_module("fc", none); }) == message);
    module.register_module("fc", nn::Linear(1, 1));
    CHECK(testing::error_of([&] { module.replace_module("fc", none); }) == message);
    nn::ModuleList list(nn::Linear(1, 1));
    CHECK(testing::error_of([&] { list->push_back(none); }) == "Submodule '1' must not be null");
    CHECK(testing::error_of([&] { list->insert(0, none); }) == "Submodule '1' must not be null");
    CHECK(list->size() == 1);
    nn::ModuleDict dict;
    CHECK(testing::error_of([&] {
            dict->update(OrderedDict<std::string, std::shared_ptr<nn::Module>>{{"fc", none}});
          }) == message);
    CHECK_FALSE(dict->contains("fc"));
  }

  TEST_CASE("a module that would contain itself is refused where it is registered") {
    const auto a = std::make_shared<nn::Module>(), b = std::make_shared<nn::Module>(),
               c = std::make_shared<nn::Module>();
    CHECK(testing::error_of([&] { a->register_module("self", a); }) ==
          "Submodule 'self' must not contain the module it is registered in, which is its 'self'");
    a->register_module("b", b);
    b->register_module("c", c);
    CHECK(testing::error_of([&] { c->register_module("back", a); }) ==
          "Submodule 'back' must not contain the module it is registered in, which is its "
          "'back.b.c'");
    c->register_module("fc", nn::Linear(1, 1));
    CHECK(testing::error_of([&] { c->replace_module("fc", b); }) ==
          "Submodule 'fc' must not contain the module it is registered in, which is its 'fc.c'");
    CHECK(a->named_modules().keys() == Names{"", "b", "b.c", "b.c.fc"});
    nn::ModuleList list;
    CHECK_THROWS_AS(list->push_back(list), Error);
  }

  TEST_CASE("a module that contains itself by assignment says so, with the path") {
    nn::ModuleList outer, inner;
    outer->push_back(inner);
    *inner = *outer;
    CHECK(testing::error_of([&] { outer->state_dict(); }) ==
          "The module '0' contains itself, as '0.0'");
    *inner = *nn::ModuleList();  // else they keep each other alive
  }

  TEST_CASE("a nest of any depth is walked, converted, cloned and freed") {
    constexpr int kDepth = 100'000;
    nn::ModuleList list = nested(kDepth);
    CHECK(list->parameters().size() == 1);
    CHECK(list->modules().size() == kDepth + 1);
    CHECK(list->state_dict().size() == 1);
    int count = 0;
    list->apply([&](nn::Module&) { ++count; });
    CHECK(count == kDepth + 1);
    list->eval();
    list->to(kFloat64);
    list->zero_grad();
    CHECK(list->parameters()[0].dtype() == kFloat64);
    CHECK_FALSE(list->modules().back()->is_training());
    const auto copy = list->clone();
    CHECK(copy->modules().size() == kDepth + 1);
    CHECK(copy->parameters()[0].equal(ones({1}, kFloat64)));
    CHECK_FALSE(copy->parameters()[0].is_same(list->parameters()[0]));
  }

  TEST_CASE("modules that share at every level are not visited along every path") {
    auto below = std::make_shared<nn::Module>();
    below->register_module("fc", nn::Linear(1, 1));
    for (int i = 0; i < 60; ++i) {
      auto above = std::make_shared<nn::Module>();
      above->register_module("a", below);
      above->register_module("b", below);
      below = above;
    }
    CHECK(below->parameters().size() == 2);
    CHECK(below->modules().size() == 62);
    below->eval();
    below->zero_grad();
    CHECK_FALSE(below->modules().back()->is_training());
  }

  TEST_CASE("a class that overrides train() decides for its submodules") {
    nn::ModuleList list;
    const auto frozen = std::make_shared<Frozen>();
    list->push_back(frozen);
    list->train();
    CHECK(frozen->normal->is_training());
    CHECK_FALSE(frozen->frozen->is_training());
  }
}
