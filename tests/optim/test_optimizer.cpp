#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {
Tensor parameter(double value, double grad) {
  Tensor p = full({2}, value).requires_grad_();
  p.mutable_grad() = full({2}, grad);
  return p;
}
}  // namespace

TEST_SUITE("optim/optimizer") {
  TEST_CASE("parameters without a gradient are skipped") {
    Tensor a = parameter(1, 1), b = ones({2}).requires_grad_();
    optim::Adam optimizer(std::vector<Tensor>{a, b});
    optimizer.step();
    CHECK_FALSE(a.equal(ones({2})));
    CHECK(b.equal(ones({2})));
    CHECK(optimizer.state().size() == 1);
  }

  TEST_CASE("a step moves the parameter's version on and records nothing") {
    Tensor p = parameter(1, 1);
    const int64_t before = p._version();
    optim::SGD(std::vector<Tensor>{p}, 0.1).step();
    CHECK(p._version() > before);
    CHECK(p.is_leaf());
  }

  TEST_CASE("groups have options of their own, the others the defaults") {
    Tensor a = parameter(1, 1), b = parameter(1, 1);
    std::vector<optim::OptimizerParamGroup> groups;
    groups.emplace_back(std::vector<Tensor>{a});
    groups.emplace_back(std::vector<Tensor>{b}, std::make_unique<optim::SGDOptions>(0.5));
    optim::SGD optimizer(groups, 0.25);
    optimizer.step();
    CHECK(a.equal(full({2}, 0.75)));
    CHECK(b.equal(full({2}, 0.5)));
    CHECK(optimizer.size() == 2);
    CHECK(optimizer.param_groups()[1].options().get_lr() == 0.5);
    optimizer.param_groups()[0].options().set_lr(1);
    optimizer.step();
    CHECK(a.equal(full({2}, -0.25)));
    CHECK(static_cast<optim::SGDOptions&>(optimizer.defaults()).lr() == 0.25);
  }

  TEST_CASE("a parameter stands in one group only, and is a leaf") {
    Tensor p = parameter(1, 1);
    optim::SGD optimizer(std::vector<Tensor>{p}, 0.1);
    CHECK_THROWS_WITH_AS(optimizer.add_param_group(optim::OptimizerParamGroup({p})),
                         "some parameters appear in more than one parameter group", Error);
    CHECK_THROWS_WITH_AS(optim::SGD(std::vector<Tensor>{p * 2}, 0.1),
                         "can't optimize a non-leaf Tensor", Error);
    optimizer.add_parameters({parameter(2, 2)});
    CHECK(optimizer.size() == 2);
  }

  TEST_CASE("a parameter that comes twice is refused, in PyTorch's words, and nothing is added") {
    const char* const duplicate = "optimizer contains a parameter group with duplicate parameters";
    const char* const shared = "some parameters appear in more than one parameter group";
    Tensor p = parameter(1, 1), q = parameter(1, 1), r = parameter(1, 1);
    CHECK_THROWS_WITH_AS(optim::SGD({p, p}, 0.1), duplicate, Error);
    optim::Adam optimizer(std::vector<Tensor>{p});
    CHECK_THROWS_WITH_AS(optimizer.add_parameters({r, p}), duplicate, Error);
    optimizer.add_param_group(optim::OptimizerParamGroup({q}));
    CHECK_THROWS_WITH_AS(optimizer.add_parameters({r, q}), shared, Error);
    CHECK_THROWS_WITH_AS(optimizer.add_param_group(optim::OptimizerParamGroup({r, r})), duplicate,
                         Error);
    CHECK(optimizer.size() == 2);
    // A handle of the same tensor is the same parameter, an equal tensor is not.
    optimizer.add_parameters({parameter(1, 1)});
    const Tensor same = p;
    CHECK_THROWS_AS(optimizer.add_parameters({same}), Error);
  }

  TEST_CASE("a learning rate that is no finite number is refused wherever a group gets one") {
    const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
    const std::vector<Tensor> params{parameter(1, 1)};
    CHECK_THROWS_WITH_AS(optim::SGD(params, inf), "Invalid learning rate: inf; it must be finite",
                         Error);
    CHECK_THROWS_AS(optim::SGD(params, nan), Error);
    CHECK_THROWS_AS(optim::Adam(params, inf), Error);
    CHECK_THROWS_AS(optim::LBFGS(params, nan), Error);
    optim::SGD optimizer(params, 0.1);
    CHECK_THROWS_AS(optimizer.add_param_group(optim::OptimizerParamGroup(
                        {parameter(1, 1)}, std::make_unique<optim::SGDOptions>(nan))),
                    Error);
    OrderedDict<std::string, Tensor> saved = optimizer.state_dict();
    saved["param_groups.0.lr"] = full({}, inf, kFloat64);
    CHECK_THROWS_AS(optimizer.load_state_dict(saved), Error);
    saved = optimizer.state_dict();
    saved.insert("param_groups.0.initial_lr", full({}, inf, kFloat64));
    CHECK_THROWS_WITH_AS(optimizer.load_state_dict(saved),
                         "load_state_dict: param_groups.0.initial_lr must be finite; got inf",
                         Error);
    CHECK(optimizer.param_groups()[0].options().get_lr() == 0.1);
  }

  TEST_CASE("a group with another optimizer's options is refused") {
    optim::SGD sgd(std::vector<Tensor>{parameter(1, 1)}, 0.1);
    CHECK_THROWS_WITH_AS(
        sgd.add_param_group(optim::OptimizerParamGroup({parameter(1, 1)},
                                                       std::make_unique<optim::AdamOptions>(0.1))),
        "a parameter group's options must be of the class of the optimizer's defaults", Error);
    CHECK(sgd.param_groups().size() == 1);
  }

  TEST_CASE("a parameter is floating point, also one that is added later") {
    const char* const message =
        "can't optimize a Tensor of integers; a parameter must be floating point, got Long [2]";
    const std::vector<Tensor> integers{ones({2}, kInt64)};
    CHECK_THROWS_WITH_AS(optim::SGD(integers, 0.1), message, Error);
    optim::SGD optimizer(std::vector<Tensor>{parameter(1, 1)}, 0.1);
    CHECK_THROWS_WITH_AS(optimizer.add_parameters(integers), message, Error);
    CHECK_THROWS_WITH_AS(optimizer.add_param_group(optim::OptimizerParamGroup(integers)), message,
                         Error);
  }

  TEST_CASE("a parameter that is added later is a leaf too") {
    optim::SGD sgd(std::vector<Tensor>{parameter(1, 1)}, 0.1);
    CHECK_THROWS_WITH_AS(sgd.add_parameters({parameter(1, 1) * 2}),
                         "can't optimize a non-leaf Tensor", Error);
    CHECK_THROWS_AS(sgd.add_parameters({Tensor()}), Error);
    CHECK(sgd.size() == 1);
  }

  TEST_CASE("step returns the loss of the closure, which sees gradients on") {
    Tensor p = parameter(3, 0);
    optim::SGD optimizer(std::vector<Tensor>{p}, 0.5);
    const Tensor loss = optimizer.step([&] {
      optimizer.zero_grad();
      Tensor sum = p.sum();
      sum.backward();
      return sum;
    });
    CHECK(loss.item<double>() == 6);
    CHECK(p.equal(full({2}, 2.5)));
  }

  TEST_CASE("zero_grad leaves gradients defined and zero") {
    Tensor p = parameter(1, 5);
    optim::SGD optimizer(std::vector<Tensor>{p}, 0.1);
    optimizer.zero_grad();
    CHECK(p.grad().equal(zeros({2})));
  }

  TEST_CASE("state is found by the parameter, also by its address as text") {
    Tensor p = parameter(1, 1);
    optim::Adam optimizer(std::vector<Tensor>{p});
    optimizer.step();
    optimizer.step();
    std::ostringstream address;
    address << static_cast<const void*>(p.unsafeGetTensorImpl());
    auto& state = static_cast<optim::AdamParamState&>(*optimizer.state()[address.str()]);
    CHECK(state.step() == 2);
    CHECK(state.exp_avg().defined());
    CHECK_FALSE(state.max_exp_avg_sq().defined());
  }

  TEST_CASE("an optimizer continues from a saved state as if never stopped") {
    Tensor a = parameter(1, 0.5), b = parameter(1, 0.5);
    optim::Adam first(std::vector<Tensor>{a}), second(std::vector<Tensor>{b});
    first.step();
    second.step();
    OrderedDict<std::string, Tensor> saved = first.state_dict();
    CHECK(saved.keys() ==
          std::vector<std::string>{"0.step", "0.exp_avg", "0.exp_avg_sq", "param_groups.0.lr",
                                   "param_groups.0.betas.0", "param_groups.0.betas.1",
                                   "param_groups.0.eps", "param_groups.0.weight_decay",
                                   "param_groups.0.amsgrad", "param_groups.0.maximize"});
    CHECK(saved["0.step"].item<int64_t>() == 1);
    optim::Adam resumed(std::vector<Tensor>{b});
    resumed.load_state_dict(saved);
    first.step();
    resumed.step();
    CHECK(a.equal(b));
  }

  TEST_CASE("a group's options are saved and restored with the state") {
    Tensor p = parameter(1, 1);
    optim::SGD saved(std::vector<Tensor>{p}, optim::SGDOptions(0.5).momentum(0.25).nesterov(true));
    optim::SGD resumed(std::vector<Tensor>{p}, 0.1);
    auto& options = static_cast<optim::SGDOptions&>(resumed.param_groups()[0].options());
    resumed.load_state_dict(saved.state_dict());
    CHECK(options == optim::SGDOptions(0.5).momentum(0.25).nesterov(true));
    CHECK_FALSE(options == optim::SGDOptions(0.5).momentum(0.25));
  }

  TEST_CASE("a state that does not fit is refused, and nothing has changed") {
    Tensor p = parameter(1, 1);
    optim::Adam adam(std::vector<Tensor>{p}, 0.5);
    adam.step();
    const auto refused = [&](const std::string& key, const Tensor& value, const char* message) {
      OrderedDict<std::string, Tensor> dict;
      dict.insert("0.exp_avg", zeros({2}));
      dict.insert("param_groups.0.eps", full({}, 0.25, kFloat64));
      dict.insert(key, value);
      CHECK_THROWS_WITH_AS(adam.load_state_dict(dict), message, Error);
    };
    refused("0.momentum_buffer", zeros({2}),
            "load_state_dict: 0.momentum_buffer is no state of this optimizer with 1 parameters in "
            "1 groups");
    refused("7.step", zeros({}, kInt64),
            "load_state_dict: 7.step is no state of this optimizer with 1 parameters in 1 groups");
    refused("0.exp_avg_sq", zeros({3}),
            "load_state_dict: 0.exp_avg_sq must have the shape [2] for a parameter [2]; got [3]");
    refused("0.step", full({}, -1, kInt64), "load_state_dict: 0.step must be at least 0; got -1");
    refused("param_groups.0.lr", zeros({2}),
            "load_state_dict: param_groups.0.lr must be a single number; got shape [2]");
    refused("param_groups.0.lr", full({}, -1), "Invalid learning rate: -1; it must be at least 0");
    const auto& state = static_cast<optim::AdamParamState&>(*adam.state()[p]);
    CHECK(state.step() == 1);
    CHECK(state.exp_avg().allclose(full({2}, 0.1)));
    CHECK(static_cast<optim::AdamOptions&>(adam.param_groups()[0].options()).eps() == 1e-8);
  }

  TEST_CASE("a state of another optimizer is refused though this one has all of its names") {
    Tensor p = parameter(1, 1);
    optim::RAdam radam(std::vector<Tensor>{p}, 0.5);
    radam.step();
    optim::Adam adam(std::vector<Tensor>{p}, 0.25);
    CHECK_THROWS_WITH_AS(adam.load_state_dict(radam.state_dict()),
                         "load_state_dict: param_groups.0.amsgrad is missing: this is the state of "
                         "another optimizer",
                         Error);
    CHECK(adam.state().empty());
    CHECK(adam.param_groups()[0].options().get_lr() == 0.25);
  }

  TEST_CASE("a state that lacks a part of what a parameter has is refused, and nothing changes") {
    const auto without = [](const OrderedDict<std::string, Tensor>& dict, const std::string& key) {
      OrderedDict<std::string, Tensor> result;
      for (const auto& entry : dict)
        if (entry.key() != key) result.insert(entry.key(), entry.value());
      return result;
    };
    const auto refused = [&](optim::Optimizer& optimizer, const std::string& key) {
      const std::string message =
          "load_state_dict: " + key + " is missing, of a parameter whose state has other entries";
      CHECK_THROWS_WITH_AS(optimizer.load_state_dict(without(optimizer.state_dict(), key)),
                           message.c_str(), Error);
    };
    Tensor a = parameter(1, 1), b = parameter(1, 1), c = ones({2}).requires_grad_();
    optim::Adam adam(std::vector<Tensor>{a, b, c}, optim::AdamOptions(0.5).amsgrad(true));
    adam.step();
    for (const char* key : {"0.step", "1.exp_avg", "1.exp_avg_sq"}) refused(adam, key);
    CHECK(static_cast<optim::AdamParamState&>(*adam.state()[b]).step() == 1);
    // The largest mean begins when amsgrad is switched on; c had no gradient.
    adam.load_state_dict(without(adam.state_dict(), "0.max_exp_avg_sq"));
    CHECK(adam.state().size() == 2);

    optim::RMSprop rmsprop(std::vector<Tensor>{a}, optim::RMSpropOptions(0.5).momentum(0.5));
    rmsprop.step();
    refused(rmsprop, "0.square_avg");
    rmsprop.load_state_dict(rmsprop.state_dict());
    Tensor matrix = ones({2, 2}).requires_grad_();
    matrix.mutable_grad() = ones({2, 2});
    optim::Adafactor adafactor(std::vector<Tensor>{a, matrix});
    adafactor.step();
    for (const char* key : {"0.exp_avg_sq", "1.exp_avg_sq_row", "1.exp_avg_sq_col"})
      refused(adafactor, key);
    adafactor.load_state_dict(adafactor.state_dict());
    optim::textbook::RMSPropNesterov nesterov(std::vector<Tensor>{a});
    nesterov.step([&] { return a.sum(); });
    refused(nesterov, "0.velocity");
  }

  TEST_CASE("a count that is no whole number is refused") {
    Tensor p = parameter(1, 1);
    optim::Adam adam(std::vector<Tensor>{p}, 0.5);
    adam.step();
    for (const double value : {0.5, std::numeric_limits<double>::quiet_NaN()}) {
      OrderedDict<std::string, Tensor> dict;
      for (const auto& entry : adam.state_dict()) {
        dict.insert(entry.key(),
                    entry.key() == "0.step" ? full({}, value, kFloat64) : entry.value());
      }
      const std::string message =
          str("load_state_dict: 0.step must be a whole number; got ", value);
      CHECK_THROWS_WITH_AS(adam.load_state_dict(dict), message.c_str(), Error);
    }
  }

  TEST_CASE("a step without parameters is an error") {
    optim::SGD optimizer(std::vector<Tensor>{}, 0.1);
    CHECK_THROWS_WITH_AS(optimizer.step(), "step: the optimizer got an empty parameter list",
                         Error);
    optimizer.add_parameters({parameter(1, 1)});
    optimizer.step();
  }

  TEST_CASE("float parameters follow the double ones") {
    Tensor a = full({1000}, 1.0).requires_grad_(), b = a.detach().to(kFloat64).requires_grad_();
    optim::AdamW fa(std::vector<Tensor>{a}), fb(std::vector<Tensor>{b});
    for (int i = 0; i < 20; ++i) {
      a.mutable_grad() = a.detach() * 0.3;
      b.mutable_grad() = b.detach() * 0.3;
      fa.step();
      fb.step();
    }
    CHECK(a.to(kFloat64).allclose(b, 1e-5, 1e-6));
  }

  TEST_CASE("a gradient of another shape is refused before any parameter moves") {
    Tensor a = ones({2}).requires_grad_(), b = ones({2}).requires_grad_();
    optim::SGD optimizer(std::vector<Tensor>{a, b}, 0.1);
    a.mutable_grad() = ones({2});
    b.mutable_grad() = ones({3});
    CHECK_THROWS_WITH_AS(
        optimizer.step(),
        "step: a gradient must have its parameter's shape and dtype; got parameter "
        "Float [2], gradient Float [3]",
        Error);
    CHECK(a.equal(ones({2})));
  }
}
