#include <doctest/doctest.h>

#include "optim/schedulers/golden_schedules.h"

#include "gradtape/optim/schedulers/chained_scheduler.h"
#include "gradtape/optim/schedulers/cosine_annealing_lr.h"
#include "gradtape/optim/schedulers/cyclic_lr.h"
#include "gradtape/optim/schedulers/decay_lr.h"
#include "gradtape/optim/schedulers/lambda_lr.h"
#include "gradtape/optim/schedulers/one_cycle_lr.h"
#include "gradtape/optim/schedulers/sequential_lr.h"
#include "gradtape/optim/schedulers/step_lr.h"
#include "gradtape/optim/schedulers/swa_lr.h"

using namespace gradtape;
using namespace gradtape::optim;
using golden_schedules::check;

namespace {
template <class Scheduler, class... Args>
std::shared_ptr<LRScheduler> make(Optimizer& optimizer, Args... args) {
  return std::make_shared<Scheduler>(optimizer, args...);
}
std::shared_ptr<SequentialLR> sequence(Optimizer& optimizer,
                                       std::vector<std::shared_ptr<LRScheduler>> schedulers,
                                       std::vector<int64_t> milestones) {
  return std::make_shared<SequentialLR>(optimizer, schedulers, milestones);
}
}  // namespace

TEST_SUITE("optim/schedulers/sequential_lr") {
  TEST_CASE("ChainedScheduler follows PyTorch's") {
    check("ChainedScheduler", [](Optimizer& optimizer) {
      // Made in this order, which compilers do not keep among arguments.
      const auto constant = make<ConstantLR>(optimizer, 0.1, 20);
      const auto exponential = make<ExponentialLR>(optimizer, 0.99);
      const auto cosine = make<CosineAnnealingLR>(optimizer, 80);
      return std::make_shared<ChainedScheduler>(
          std::vector<std::shared_ptr<LRScheduler>>{constant, exponential, cosine});
    });
  }

  TEST_CASE("SequentialLR follows PyTorch's") {
    check("SequentialLR", [](Optimizer& o) {
      return sequence(o,
                      {make<LinearLR>(o, 0.1, 1.0, 10), make<ExponentialLR>(o, 0.95),
                       make<CosineAnnealingLR>(o, 60)},
                      {10, 80});
    });
    check("SequentialLR, of others", [](Optimizer& o) {
      return sequence(
          o,
          {make<ConstantLR>(o, 0.5, 30), make<MultiplicativeLR>(o, [](int64_t) { return 0.99; }),
           make<CosineAnnealingWarmRestarts>(o, 7, 2),
           make<LambdaLR>(o, [](int64_t step) { return 1 / (1 + static_cast<double>(step)); }),
           make<swa_utils::SWALR>(o, 0.02, 20)},
          {20, 60, 100, 150});
    });
    check("SequentialLR, of cycles", [](Optimizer& o) {
      return sequence(
          o,
          {make<StepLR>(o, 5, 0.8), make<OneCycleLR>(o, OneCycleLROptions(0.5).total_steps(100)),
           make<CyclicLR>(o, CyclicLROptions(0.01, 0.2).step_size_up(20))},
          {40, 130});
    });
    check("SequentialLR, SWALR first", [](Optimizer& o) {
      return sequence(o,
                      {make<swa_utils::SWALR>(o, 0.05), make<PolynomialLR>(o, 100),
                       make<MultiStepLR>(o, std::vector<int64_t>{0, 20})},
                      {30, 140});
    });
  }

  TEST_CASE("a training warms up, then cools down") {
    Tensor p = zeros({1}, kFloat64).requires_grad_();
    SGD optimizer(std::vector<Tensor>{p}, 0.1);
    auto warmup = std::make_shared<LinearLR>(optimizer, 0.1, 1.0, 5);
    auto decay = std::make_shared<CosineAnnealingLR>(optimizer, 95);
    SequentialLR scheduler(optimizer, {warmup, decay}, {5});
    std::vector<double> rates;
    for (int epoch = 0; epoch < 100; ++epoch) {
      rates.push_back(scheduler.get_last_lr()[0]);
      optimizer.step();
      scheduler.step();
    }
    CHECK(rates[0] == doctest::Approx(0.01));
    CHECK(rates[5] == doctest::Approx(0.1));
    CHECK(rates[53] > 0.045);
    CHECK(rates[53] < 0.055);
    CHECK(rates[99] < 1e-4);
  }

  TEST_CASE("a chain has its turn in a sequence, also a sequence in a sequence") {
    SGD optimizer(std::vector<Tensor>{zeros({1}).requires_grad_()}, 1);
    auto first = std::make_shared<ExponentialLR>(optimizer, 0.5);
    auto second = std::make_shared<ConstantLR>(optimizer, 0.25, 2);
    auto third = std::make_shared<StepLR>(optimizer, 1, 0.5);
    auto chain = std::make_shared<ChainedScheduler>(
        std::vector<std::shared_ptr<LRScheduler>>{second, third});
    auto inner = std::make_shared<SequentialLR>(
        optimizer, std::vector<std::shared_ptr<LRScheduler>>{first, chain},
        std::vector<int64_t>{2});
    auto last = std::make_shared<ExponentialLR>(optimizer, 0.1);
    SequentialLR scheduler(optimizer, {inner, last}, {5});
    std::vector<double> rates;
    for (int step = 0; step < 7; ++step) {
      rates.push_back(scheduler.get_last_lr()[0]);
      scheduler.step();
    }
    // 0.5^t; then 0.25 0.5^t until the factor is given back; then 0.1^t.
    const std::vector<double> expected{1, 0.5, 0.25, 0.125, 0.25, 1, 0.1};
    for (size_t i = 0; i < expected.size(); ++i) CHECK(rates[i] == doctest::Approx(expected[i]));
  }

  TEST_CASE("what does not fit together is an error") {
    const auto a = golden_schedules::make_optimizer(), b = golden_schedules::make_optimizer();
    const auto of_a = make<ExponentialLR>(*a, 1.0), of_b = make<ExponentialLR>(*b, 1.0);
    using List = std::vector<std::shared_ptr<LRScheduler>>;
    CHECK_THROWS_WITH_AS(ChainedScheduler(List{}),
                         "ChainedScheduler expects at least one scheduler; got none", Error);
    CHECK_THROWS_WITH_AS(ChainedScheduler(List{of_a, of_b}),
                         "ChainedScheduler expects all schedulers to belong to the same optimizer, "
                         "but got schedulers at index 0 and 1 to be different",
                         Error);
    CHECK_THROWS_WITH_AS(ChainedScheduler(List{of_a, nullptr}),
                         "ChainedScheduler expects schedulers; got none at index 1", Error);
    CHECK_THROWS_WITH_AS(SequentialLR(*a, {of_b}, {}),
                         "SequentialLR expects all schedulers to belong to the same optimizer, but "
                         "got schedulers of another than the optimizer passed in",
                         Error);
    CHECK_THROWS_WITH_AS(SequentialLR(*a, {of_a, of_a}, {}),
                         "SequentialLR expects number of schedulers provided to be one more than "
                         "the number of milestone points, but got number of schedulers 2 and the "
                         "number of milestones to be equal to 0",
                         Error);
    CHECK_THROWS_WITH_AS(SequentialLR(*a, {of_a, of_a, of_a}, {5, 5}),
                         "Invalid milestone at index 1: 5; it must be greater than 5", Error);
  }
}
