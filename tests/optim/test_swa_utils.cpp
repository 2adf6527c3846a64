#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "golden.h"

#include "gradtape/gradtape.h"
#include "gradtape/optim/swa_utils.h"

using namespace gradtape;
using optim::swa_utils::AveragedModel;
using optim::swa_utils::ema_avg;
using optim::swa_utils::update_bn;

namespace {

void fill(const nn::Module& module, int64_t number) {
  const NoGradGuard no_grad;
  int64_t place = 0;
  for (const auto& entry : module.state_dict()) {
    Tensor tensor = entry.value();
    if (tensor.dtype() == kInt64) {
      tensor.fill_(7 * number);
    } else {
      const Tensor index = arange(tensor.numel(), kFloat64).view(tensor.sizes());
      tensor.copy_((index + 10 * place + 3 * number).sin().square());
    }
    ++place;
  }
}

// The models of tests/golden/optim_swa.py.
nn::Sequential model(int64_t number) {
  nn::Sequential net(nn::Linear(2, 3), nn::BatchNorm1d(3));
  net->to(kFloat64);
  fill(*net, number);
  return net;
}

void check_state(const nn::Module& module, const nlohmann::json& expected) {
  const auto state = module.state_dict();
  CHECK(state.size() == expected.size());
  for (const auto& entry : state) {
    CAPTURE(entry.key());
    REQUIRE(expected.contains(entry.key()));
    const auto values = expected[entry.key()].get<std::vector<double>>();
    const Tensor got = entry.value().to(kFloat64).reshape({-1});
    CHECK(got.allclose(tensor(values, kFloat64), 1e-12, 1e-15));
  }
}

template <class... Arguments>
void check_averages(const char* run, Arguments... arguments) {
  const nlohmann::json data = golden::load("optim_swa.json");
  AveragedModel averaged(model(0), arguments...);
  for (int64_t number = 1; number <= 4; ++number) {
    averaged->update_parameters(model(number));
    check_state(*averaged, data[run][static_cast<size_t>(number - 1)]);
  }
}

Tensor batch(int64_t number) { return (arange(8, kFloat64) + 5 * number).cos().view({4, 2}); }

struct NetImpl : nn::Cloneable<NetImpl> {
  NetImpl() { reset(); }
  void reset() override {
    fc = register_module("fc", nn::Linear(2, 1));
    dropout = register_module("dropout", nn::Dropout(0.5));
  }
  Tensor forward(const Tensor& x, double scale = 1) { return dropout(fc(x)) * scale; }
  nn::Linear fc{nullptr};
  nn::Dropout dropout{nullptr};
};
GRADTAPE_MODULE(Net);

struct PlainImpl : nn::Module {
  Tensor forward(const Tensor& x) { return x; }
};

}  // namespace

TEST_SUITE("optim/swa_utils") {
  TEST_CASE("the average is PyTorch's") { check_averages("swa"); }
  TEST_CASE("the exponential average is PyTorch's") { check_averages("ema", ema_avg(0.75)); }
  TEST_CASE("averages of buffers are PyTorch's") {
    check_averages("swa_buffers", optim::swa_utils::AvgFn(), true);
    check_averages("ema_buffers", ema_avg(0.75), true);
  }

  TEST_CASE("two averages by hand, with an own function too") {
    nn::Linear a(1, 1);
    const auto set = [&](double value) {
      const NoGradGuard no_grad;
      a->weight.fill_(value);
    };
    AveragedModel mean(a), ema(a, ema_avg(0.5));
    AveragedModel largest(a, [](const Tensor& average, const Tensor& value, int64_t count) {
      CHECK(count == 1);
      return maximum(average, value);
    });
    for (const double value : {8., 2.}) {
      set(value);
      mean->update_parameters(a);
      ema->update_parameters(a);
      largest->update_parameters(a);
    }
    CHECK(mean->module->weight.item<double>() == 5);
    CHECK(largest->module->weight.item<double>() == 8);
    set(4);
    mean->update_parameters(a);
    ema->update_parameters(a);
    CHECK(mean->module->weight.item<double>() == doctest::Approx(14. / 3));
    CHECK(ema->module->weight.item<double>() == 4.5);  // (8 + 2) / 2 = 5, (5 + 4) / 2
    CHECK(mean->n_averaged.item<int64_t>() == 3);
  }

  TEST_CASE("it is a copy that the model's training does not touch, and the other way round") {
    Net net;
    AveragedModel averaged(net);
    const Tensor before = averaged->module->fc->weight.detach().clone();
    CHECK(before.equal(net->fc->weight));
    {
      const NoGradGuard no_grad;
      net->fc->weight.fill_(7);
    }
    CHECK(averaged->module->fc->weight.equal(before));
    averaged->update_parameters(net);
    CHECK(averaged->module->fc->weight.equal(net->fc->weight));
    CHECK_FALSE(averaged->module->fc->weight.is_same(net->fc->weight));
    CHECK(averaged->module->fc->weight.requires_grad());
  }

  TEST_CASE("it is made from a holder, a shared pointer or a module, and called as the model is") {
    Net net;
    AveragedModel from_holder(net);
    AveragedModel<Net> spelt_out(net);
    AveragedModel from_pointer(net.ptr());
    AveragedModel from_module(*net);
    from_holder->eval();
    net->eval();
    const Tensor x = ones({3, 2});
    CHECK(from_holder(x).equal(net(x)));
    CHECK(from_holder->forward(x, 2).equal(net->forward(x, 2)));
    for (const auto& averaged : {from_pointer->module, from_module->module, spelt_out->module})
      CHECK(averaged->fc->weight.equal(net->fc->weight));
    from_pointer->update_parameters(net.ptr());
    from_module->update_parameters(*net);
    CHECK(from_module->n_averaged.item<int64_t>() == 1);
    AveragedModel shared(from_module);
    CHECK(shared.get() == from_module.get());
  }

  TEST_CASE("it saves, loads and clones as a module, and goes on averaging") {
    AveragedModel first(model(0)), second(model(5));
    first->update_parameters(model(1));
    first->update_parameters(model(2));
    second->load_state_dict(first->state_dict());
    CHECK(first->state_dict().keys() ==
          std::vector<std::string>{"n_averaged", "module.0.weight", "module.0.bias",
                                   "module.1.weight", "module.1.bias", "module.1.running_mean",
                                   "module.1.running_var", "module.1.num_batches_tracked"});
    const auto third =
        std::dynamic_pointer_cast<AveragedModel<nn::Sequential>::Impl>(first->clone());
    first->update_parameters(model(3));
    second->update_parameters(model(3));
    third->update_parameters(model(3));
    CHECK(third->n_averaged.item<int64_t>() == 3);
    for (const auto& entry : first->state_dict()) {
      CHECK(second->state_dict()[entry.key()].equal(entry.value()));
      CHECK(third->state_dict()[entry.key()].equal(entry.value()));
    }
  }

  TEST_CASE("update_bn computes PyTorch's statistics from batches of any kind") {
    const nlohmann::json data = golden::load("optim_swa.json");
    const auto check = [&](const auto& batches) {
      AveragedModel<nn::Sequential> averaged(model(0));
      for (int64_t number = 1; number <= 4; ++number) averaged->update_parameters(model(number));
      averaged->eval();
      update_bn(batches, averaged);
      check_state(*averaged, data["update_bn"]);
      CHECK_FALSE(averaged->module->is_training());
      CHECK(averaged->module->at<nn::BatchNorm1dImpl>(1).options.momentum() == 0.1);
      CHECK(GradMode::is_enabled());
    };
    std::vector<Tensor> tensors;
    std::vector<data::Example<>> examples;
    std::vector<std::pair<Tensor, int>> pairs;
    std::vector<std::tuple<Tensor, int, int>> tuples;
    for (int64_t i = 0; i < 3; ++i) {
      tensors.push_back(batch(i));
      examples.emplace_back(batch(i), Tensor());
      pairs.emplace_back(batch(i), 0);
      tuples.emplace_back(batch(i), 0, 0);
    }
    check(tensors);
    check(examples);
    check(pairs);
    check(tuples);
  }

  TEST_CASE("update_bn reads a data loader") {
    const nlohmann::json expected = golden::load("optim_swa.json")["update_bn"];
    AveragedModel averaged(model(0));
    for (int64_t number = 1; number <= 4; ++number) averaged->update_parameters(model(number));
    auto loader = data::make_data_loader<data::samplers::SequentialSampler>(
        data::datasets::TensorDataset(cat({batch(0), batch(1), batch(2)}))
            .map(data::transforms::Stack<data::TensorExample>()),
        data::DataLoaderOptions(4));
    update_bn(*loader, averaged);
    check_state(*averaged, expected);
    CHECK(averaged->is_training());
  }

  TEST_CASE("update_bn leaves mode and momentum as they were if a batch throws") {
    nn::Sequential net = model(0);
    net->eval();
    CHECK_THROWS_AS(update_bn(std::vector<Tensor>{ones({4, 5}, kFloat64)}, net), Error);
    CHECK_FALSE(net->is_training());
    CHECK(net->at<nn::BatchNorm1dImpl>(1).options.momentum() == 0.1);
    CHECK(GradMode::is_enabled());
  }

  TEST_CASE("update_bn of a model without batch norms reads no batch") {
    Net net;
    update_bn(std::vector<Tensor>{ones({4, 5})}, net);
    CHECK(net->is_training());
  }

  TEST_CASE("a model of other shapes is refused before anything has changed") {
    nn::Sequential small(nn::Linear(2, 3), nn::Linear(3, 3)), large(nn::Linear(2, 3));
    nn::Sequential other(nn::Linear(2, 3), nn::Linear(3, 4));
    AveragedModel averaged(small);
    const auto before = averaged->module->parameters()[0].detach().clone();
    CHECK_THROWS_WITH_AS(averaged->update_parameters(large),
                         "update_parameters: the average has 4 tensors, the model 2", Error);
    CHECK_THROWS_WITH_AS(
        averaged->update_parameters(other),
        "update_parameters: tensor 2 of the average is [3, 3], that of the model [4, 3]", Error);
    CHECK(averaged->module->parameters()[0].equal(before));
    CHECK(averaged->n_averaged.item<int64_t>() == 0);
  }

  TEST_CASE("a model that cannot be cloned and a decay out of range are errors") {
    CHECK_THROWS_AS(AveragedModel(std::make_shared<PlainImpl>()), Error);
    CHECK_THROWS_AS(AveragedModel(std::shared_ptr<NetImpl>()), Error);
    CHECK_THROWS_WITH_AS(ema_avg(1.5), "Invalid decay value: 1.5; it must be in [0, 1]", Error);
  }
}
