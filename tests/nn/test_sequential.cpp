#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "error_of.h"

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {

struct Add : nn::Module {
  explicit Add(int value) : value(value) {}
  int forward(int x) { return x + value; }
  int value;
};

struct Sum : nn::Module {
  int forward(int a, int b) { return a + b; }
};

struct Power : nn::Module {
  double forward(double x, double exponent = 2, bool negate = false) {
    return (negate ? -1 : 1) * std::pow(x, exponent);
  }

 protected:
  GRADTAPE_FORWARD_HAS_DEFAULT_ARGS({1, nn::AnyValue(2.0)}, {2, nn::AnyValue(false)})
};

}  // namespace

TEST_SUITE("nn/sequential") {
  TEST_CASE("modules of any signature run one after another") {
    nn::Sequential net(Sum{}, Add(10), std::make_shared<Add>(100));
    CHECK(net->forward<int>(1, 2) == 113);
  }

  TEST_CASE("a wrong result type is an error that names both") {
    nn::Sequential net(Add(1));
    CHECK(testing::error_of([&] { net->forward<float>(1); }) ==
          "The type of the return value is int, but you asked for type float");
  }

  TEST_CASE("layers are chained without boxing to the same values") {
    manual_seed(0);
    nn::Sequential net(nn::Linear(3, 4), nn::Tanh(), nn::Linear(4, 2));
    const Tensor x = rand({5, 3});
    const Tensor expected =
        net->at<nn::LinearImpl>(2).forward(net->at<nn::LinearImpl>(0).forward(x).tanh());
    CHECK(net->forward(x).equal(expected));
  }

  TEST_CASE("names are positions unless given") {
    nn::Sequential positions(nn::Linear(1, 2), nn::Linear(2, 3));
    CHECK(positions->named_parameters().keys() ==
          std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias"});
    nn::Sequential named({{"a", nn::Linear(1, 2)}, {"b", nn::Tanh()}});
    CHECK(named->named_children().keys() == std::vector<std::string>{"a", "b"});
  }

  TEST_CASE("push_back, extend, size, ptr and operator[]") {
    nn::Sequential net;
    CHECK(net->is_empty());
    CHECK(testing::error_of([&] { net->forward(ones({1})); }) ==
          "Cannot call forward() on an empty Sequential");
    net->push_back(nn::Linear(1, 2));
    net->push_back("act", nn::ReLU());
    net->extend(*nn::Sequential(nn::Linear(2, 3), nn::Tanh()));
    CHECK(net->size() == 4);
    CHECK(net->named_children().keys() == std::vector<std::string>{"0", "act", "2", "3"});
    CHECK(net[0]->as<nn::Linear>() != nullptr);
    CHECK(net->ptr<nn::ReLUImpl>(1) != nullptr);
    CHECK(testing::error_of([&] { net->ptr(4); }) == "Index out of range");
    CHECK_THROWS_AS(net->at<nn::ReLUImpl>(0), Error);
  }

  TEST_CASE("a clone keeps names and values but shares nothing") {
    nn::Sequential net({{"fc", nn::Linear(2, 2)}, {"drop", nn::Dropout(0.5)}});
    net->eval();
    const auto copy = std::dynamic_pointer_cast<nn::SequentialImpl>(net->clone());
    CHECK(copy->state_dict().keys() == net->state_dict().keys());
    CHECK_FALSE(copy->is_training());
    NoGradGuard no_grad;
    copy->at<nn::LinearImpl>(0).weight.fill_(3);
    CHECK_FALSE(net->at<nn::LinearImpl>(0).weight.equal(copy->at<nn::LinearImpl>(0).weight));
  }

  TEST_CASE("Functional takes a function, also with arguments") {
    nn::Sequential net(nn::Functional([](Tensor x) { return x * 2; }),
                       nn::Functional([](Tensor x, double y) { return x + y; }, 3.0));
    CHECK(net->forward(ones({2})).equal(full({2}, 5.0)));
  }
}

TEST_SUITE("nn/any_module") {
  TEST_CASE("arguments are checked in number and type") {
    nn::AnyModule sum{Sum{}};
    CHECK(sum.forward<int>(2, 3) == 5);
    CHECK(testing::error_of([&] { sum.forward<int>(2); })
              .find("forward() method expects 2 argument(s), "
                    "but received 1.") != std::string::npos);
    CHECK(testing::error_of([&] { sum.forward<int>(2, 3.5); }) ==
          "Expected argument #1 to be of type int, but received value of type double");
    CHECK(testing::error_of([&] { sum.forward<float>(2, 3); }) ==
          "Attempted to cast AnyValue to float, but its actual type is int");
  }

  TEST_CASE("default arguments of forward may be left out") {
    nn::AnyModule power{Power{}};
    CHECK(power.forward<double>(3.0) == 9);
    CHECK(power.forward<double>(3.0, 3.0) == 27);
    CHECK(power.forward<double>(3.0, 3.0, true) == -27);
    CHECK(testing::error_of([&] {
            power.any_forward();
          }).find("expects at least 1 argument(s) and at most 3 argument(s), but received 0.") !=
          std::string::npos);
  }

  TEST_CASE("get and ptr give the module as the type it has") {
    nn::AnyModule any(nn::Linear(3, 4));
    CHECK(any.get<nn::LinearImpl>().options.in_features() == 3);
    CHECK(any.get<nn::Linear>()->options.out_features() == 4);
    CHECK(any.ptr()->as<nn::Linear>() != nullptr);
    CHECK(testing::error_of([&] { any.get<nn::ReLUImpl>(); }) ==
          "Attempted to cast module of type torch::nn::LinearImpl to type torch::nn::ReLUImpl");
  }

  TEST_CASE("an empty AnyModule throws") {
    nn::AnyModule any;
    CHECK(any.is_empty());
    CHECK(testing::error_of([&] { any.forward<int>(5); }) ==
          "Cannot call forward() on an empty AnyModule");
    any = std::make_shared<Add>(5);
    CHECK(any.forward<int>(5) == 10);
  }
}

TEST_SUITE("nn/containers") {
  TEST_CASE("ModuleList inserts and renumbers") {
    nn::ModuleList list(nn::Linear(1, 2), nn::Tanh());
    list->insert(1, nn::ReLU());
    CHECK(list->size() == 3);
    CHECK(list->named_children().keys() == std::vector<std::string>{"0", "1", "2"});
    CHECK(list[1]->as<nn::ReLU>() != nullptr);
    CHECK(list->named_children()["2"]->as<nn::Tanh>() != nullptr);
    CHECK_THROWS_AS(list->insert(5, nn::ReLU()), Error);
    CHECK(list->clone()->as<nn::ModuleList>()->size() == 3);
  }

  TEST_CASE("ModuleDict replaces, pops and keeps order") {
    OrderedDict<std::string, std::shared_ptr<nn::Module>> modules;
    modules.insert("fc", nn::Linear(1, 2).ptr());
    modules.insert("act", nn::ReLU().ptr());
    nn::ModuleDict dict(modules);
    CHECK(dict->keys() == std::vector<std::string>{"fc", "act"});
    CHECK(dict->parameters().size() == 2);
    CHECK(dict->at<nn::LinearImpl>("fc").options.out_features() == 2);
    dict->pop("fc");
    CHECK(dict->size() == 1);
    CHECK(dict->parameters().empty());
    CHECK_THROWS_AS(dict["fc"], Error);
  }

  TEST_CASE("ParameterList and ParameterDict hold parameters") {
    nn::ParameterList list(ones({2}, requires_grad()), zeros({3}));
    CHECK(list->size() == 2);
    CHECK(list[0].requires_grad());
    CHECK_FALSE(list[1].requires_grad());
    CHECK_THROWS_AS(list[2], Error);
    nn::ParameterDict dict;
    dict->insert("a", ones({2}));
    CHECK(dict["a"].equal(ones({2})));
    using Parameters = OrderedDict<std::string, Tensor>;
    dict->update(Parameters{{"a", zeros({2})}});
    CHECK(dict["a"].equal(zeros({2})));
    CHECK_THROWS_WITH_AS(dict->update(Parameters{{"a", ones({2})}, {"b", ones({2})}}),
                         "Parameter 'b' is not defined", Error);
    CHECK(dict["a"].equal(zeros({2})));
    CHECK(dict->size() == 1);
    dict->pop("a");
    CHECK(dict->empty());
  }
}
