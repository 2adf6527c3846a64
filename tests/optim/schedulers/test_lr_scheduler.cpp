#include <cmath>

#include <doctest/doctest.h>

#include "optim/schedulers/golden_schedules.h"

using namespace gradtape;
using golden_schedules::make_optimizer;
using Dict = OrderedDict<std::string, Tensor>;

namespace {
// Written for libtorch: halves the rates at each step but the first.
class Halving : public optim::LRScheduler {
 public:
  Halving(optim::Optimizer& optimizer, size_t too_many = 0)
      : LRScheduler(optimizer), too_many_(too_many) {}

 private:
  std::vector<double> get_lrs() override {
    std::vector<double> lrs = get_current_lrs();
    for (double& lr : lrs) lr *= step_count_ == 0 ? 1 : 0.5;
    lrs.resize(lrs.size() + too_many_);
    return lrs;
  }

  size_t too_many_;
};

double lr(const optim::Optimizer& optimizer, size_t group) {
  return optimizer.param_groups()[group].options().get_lr();
}
}  // namespace

TEST_SUITE("optim/schedulers/lr_scheduler") {
  TEST_CASE("a program's own scheduler counts from 0 and makes no step of its own accord") {
    const auto optimizer = make_optimizer();
    Halving scheduler(*optimizer);
    CHECK(lr(*optimizer, 0) == 0.1);
    scheduler.step();
    CHECK(lr(*optimizer, 0) == 0.1);
    scheduler.step();
    CHECK(lr(*optimizer, 0) == 0.05);
    CHECK(lr(*optimizer, 1) == 0.015);
    Halving resumed(*optimizer);
    resumed.load_state_dict(scheduler.state_dict());
    resumed.step();
    CHECK(lr(*optimizer, 0) == 0.025);
  }

  TEST_CASE("a scheduler that gives too many rates is refused") {
    const auto optimizer = make_optimizer();
    Halving scheduler(*optimizer, 1);
    CHECK_THROWS_WITH_AS(scheduler.step(),
                         "Number of learning rates not equal to the number of param groups\n"
                         "Number of learning rates given: 3\nNumber of param groups: 2",
                         Error);
    CHECK(lr(*optimizer, 0) == 0.1);
  }

  TEST_CASE("all schedulers of an optimizer start from the same initial rates") {
    const auto optimizer = make_optimizer();
    const optim::ConstantLR first(*optimizer, 0.5);
    optim::LambdaLR second(*optimizer, [](int64_t step) { return step == 0 ? 3 : 2; });
    CHECK(lr(*optimizer, 0) == doctest::Approx(0.3));
    second.step();
    CHECK(lr(*optimizer, 1) == doctest::Approx(0.06));
  }

  TEST_CASE("the initial rates are saved with the optimizer") {
    const auto optimizer = make_optimizer(), resumed = make_optimizer();
    optim::ExponentialLR scheduler(*optimizer, 0.5);
    scheduler.step();
    Dict saved = optimizer->state_dict();
    CHECK(saved["param_groups.1.lr"].item<double>() == 0.015);
    CHECK(saved["param_groups.1.initial_lr"].item<double>() == 0.03);
    resumed->load_state_dict(saved);
    const optim::LambdaLR later(*resumed, [](int64_t) { return 1; });
    CHECK(lr(*resumed, 1) == 0.03);
  }

  TEST_CASE("a group that is added later is multiplied too, or refused") {
    const auto optimizer = make_optimizer();
    optim::ExponentialLR multiplies(*optimizer, 0.5);
    optim::LambdaLR sets(*optimizer, [](int64_t) { return 1; });
    optim::CosineAnnealingLR reads(*optimizer, 9);
    optimizer->add_param_group(optim::OptimizerParamGroup({zeros({1}).requires_grad_()}));
    multiplies.step();
    CHECK(lr(*optimizer, 2) == 0.05);
    CHECK_THROWS_AS(sets.step(), Error);
    CHECK_THROWS_WITH_AS(
        reads.step(),
        "expected 3 values for base_lrs, got 2; there must be one for each group of "
        "the optimizer",
        Error);
    CHECK(lr(*optimizer, 2) == 0.05);
  }

  TEST_CASE("a scheduler saves and loads the groups that were added later") {
    const auto optimizer = make_optimizer();
    optim::StepLR scheduler(*optimizer, 1, 0.5);
    optimizer->add_param_group(optim::OptimizerParamGroup({zeros({1}).requires_grad_()}));
    scheduler.step();
    Dict saved = scheduler.state_dict();
    CHECK(saved["base_lrs"].numel() == 3);
    CHECK(saved["base_lrs"][2].item<double>() == 0.1);
    scheduler.load_state_dict(saved);
    scheduler.step();
    CHECK(lr(*optimizer, 2) == 0.025);
  }

  TEST_CASE("a scheduler with settings for each group refuses one that is added later") {
    const auto optimizer = make_optimizer();
    optim::MultiplicativeLR multiplies(*optimizer, [](int64_t) { return 0.5; });
    optim::ReduceLROnPlateau reduces(*optimizer, optim::ReduceLROnPlateauOptions().patience(0));
    optimizer->add_param_group(optim::OptimizerParamGroup({zeros({1}).requires_grad_()}));
    const double before = lr(*optimizer, 0);
    CHECK_THROWS_WITH_AS(multiplies.step(),
                         "expected 3 values for lr_lambda, got 2; there must be one for each group "
                         "of the optimizer",
                         Error);
    CHECK_THROWS_WITH_AS(reduces.step(1.),
                         "expected 3 values for min_lr, got 2; there must be one for each group of "
                         "the optimizer",
                         Error);
    CHECK(lr(*optimizer, 0) == before);
  }

  TEST_CASE("a rate for a group is finite") {
    const auto optimizer = make_optimizer();
    CHECK_THROWS_WITH_AS(optim::swa_utils::SWALR(*optimizer, HUGE_VAL),
                         "Invalid swa_lr: inf; it must be finite", Error);
  }

  TEST_CASE("a state has PyTorch's names") {
    const auto optimizer = make_optimizer();
    optim::MultiStepLR scheduler(*optimizer, {3, 5}, 0.5);
    Dict saved = scheduler.state_dict();
    CHECK(saved.keys() ==
          std::vector<std::string>{"step_count", "base_lrs", "last_lr", "milestones", "gamma"});
    CHECK(saved["step_count"].item<int64_t>() == 1);
    CHECK(saved["base_lrs"].equal(tensor({0.1, 0.03}, kFloat64)));
    CHECK(saved["milestones"].equal(tensor({3, 5})));
  }

  TEST_CASE("settings are restored with the state, as in PyTorch") {
    const auto optimizer = make_optimizer();
    optim::MultiStepLR saved(*optimizer, {1, 2}, 0.5), resumed(*optimizer, {7, 8, 9});
    resumed.load_state_dict(saved.state_dict());
    resumed.step();
    CHECK(lr(*optimizer, 0) == 0.05);
  }

  TEST_CASE("a state that does not fit is refused, and nothing has changed") {
    const auto optimizer = make_optimizer();
    optim::StepLR scheduler(*optimizer, 2, 0.5);
    const auto refused = [&](const std::string& key, const Tensor& value, const char* message) {
      Dict saved = scheduler.state_dict(), changed;
      for (const auto& entry : saved)
        changed.insert(entry.key(), entry.key() == key ? value : entry.value());
      changed["step_count"] = full({}, 9, kInt64);
      if (!changed.contains(key)) changed.insert(key, value);
      CHECK_THROWS_WITH_AS(scheduler.load_state_dict(changed), message, Error);
      for (const auto& entry : saved)
        CHECK(scheduler.state_dict()[entry.key()].equal(entry.value()));
    };
    refused("factor", ones({}), "load_state_dict: factor is no state of this scheduler");
    refused("gamma", ones({2}), "load_state_dict: gamma must be a single number; got shape [2]");
    refused("gamma", full({}, -1), "Invalid gamma: -1; it must be at least 0");
    refused("base_lrs", ones({}), "load_state_dict: base_lrs must be a list; got shape []");
    refused("base_lrs", full({2}, std::nan("")),
            "load_state_dict: base_lrs must hold numbers; got nan");
    for (const char* name : {"base_lrs", "last_lr"}) {
      const std::string message =
          str("load_state_dict: ", name, " must hold finite numbers; got inf");
      refused(name, full({2}, -HUGE_VAL), message.c_str());
    }
    refused("base_lrs", ones({3}),
            "expected 2 values for base_lrs, got 3; there must be one for each group of the "
            "optimizer");
    refused("step_size", zeros({}, kInt64),
            "Expected positive integer step_size, but got 0; it must be at least 1");
    const optim::ExponentialLR other(*optimizer, 0.5);
    CHECK_THROWS_WITH_AS(
        scheduler.load_state_dict(const_cast<optim::ExponentialLR&>(other).state_dict()),
        "load_state_dict: the state of this scheduler must have step_size, which is missing",
        Error);
  }
}
