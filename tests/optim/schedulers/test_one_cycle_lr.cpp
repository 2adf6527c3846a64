#include <doctest/doctest.h>

#include "optim/schedulers/golden_schedules.h"

#include "gradtape/optim/schedulers/one_cycle_lr.h"

using namespace gradtape;
using golden_schedules::check;
using golden_schedules::maker;
using optim::AnnealStrategy;
using optim::OneCycleLR;
using optim::OneCycleLROptions;

namespace {
// An optimizer without a momentum.
struct PlainOptions : optim::OptimizerCloneableOptions<PlainOptions> {
  GRADTAPE_ARG(double, lr) = 0.1;

 public:
  void visit(optim::FieldVisitor& visitor) override { visitor.field("lr", lr_); }
};
struct PlainState : optim::OptimizerCloneableParamState<PlainState> {};
class Plain : public optim::FormulaOptimizer<PlainOptions, PlainState> {
 public:
  using FormulaOptimizer::FormulaOptimizer;

 protected:
  void update(Tensor&, const Tensor&, PlainState&, const PlainOptions&) override {}
};
}  // namespace

TEST_SUITE("optim/schedulers/one_cycle_lr") {
  TEST_CASE("OneCycleLR follows PyTorch's, with its momentum") {
    check("OneCycleLR", maker<OneCycleLR>(OneCycleLROptions(0.5).total_steps(200)));
    check("OneCycleLR, all", maker<OneCycleLR>(OneCycleLROptions({0.5, 0.2})
                                                   .epochs(23)
                                                   .steps_per_epoch(10)
                                                   .pct_start(0.4)
                                                   .anneal_strategy(AnnealStrategy::kLinear)
                                                   .base_momentum({0.8, 0.7})
                                                   .max_momentum({0.9, 0.99})
                                                   .div_factor(10)
                                                   .final_div_factor(100)
                                                   .three_phase(true)));
    check("OneCycleLR, Adam",
          maker<OneCycleLR>(
              OneCycleLROptions(0.5).total_steps(210).three_phase(true).pct_start(0.25)),
          /*adam=*/true);
    check("OneCycleLR, no momentum",
          maker<OneCycleLR>(
              OneCycleLROptions(0.5).total_steps(300).pct_start(0).cycle_momentum(false)));
  }

  TEST_CASE("where there is no time to rise the rate starts at its maximum") {
    const auto optimizer = golden_schedules::make_optimizer();
    OneCycleLR scheduler(*optimizer, OneCycleLROptions(0.5).total_steps(10).pct_start(0.1));
    CHECK(optimizer->param_groups()[0].options().get_lr() == 0.5);
    for (int i = 0; i < 9; ++i) scheduler.step();
    CHECK(scheduler.get_last_lr()[0] == doctest::Approx(0.5 / 25 / 1e4).epsilon(1e-12));
  }

  TEST_CASE("a step after the last one is an error") {
    const auto optimizer = golden_schedules::make_optimizer();
    OneCycleLR scheduler(*optimizer, OneCycleLROptions(0.5).total_steps(3));
    for (int i = 0; i < 3; ++i) scheduler.step();
    const double lr = scheduler.get_last_lr()[0];
    CHECK_THROWS_WITH_AS(scheduler.step(),
                         "Tried to step 5 times. The specified number of total steps is 3", Error);
    CHECK(optimizer->param_groups()[0].options().get_lr() == lr);
  }

  TEST_CASE("bad options are errors that name the value, and nothing has changed") {
    const auto optimizer = golden_schedules::make_optimizer();
    const auto refused = [&](const OneCycleLROptions& options, const char* message) {
      CHECK_THROWS_WITH_AS(OneCycleLR(*optimizer, options), message, Error);
    };
    refused(OneCycleLROptions(1).epochs(3),
            "You must define either total_steps OR (epochs AND steps_per_epoch)");
    refused(OneCycleLROptions(1).total_steps(0),
            "Expected positive integer total_steps, but got 0; it must be at least 1");
    refused(OneCycleLROptions(1).epochs(3).steps_per_epoch(-1),
            "Expected positive integer steps_per_epoch, but got -1; it must be at least 1");
    refused(OneCycleLROptions(1).total_steps(9).pct_start(1.5),
            "Expected float between 0 and 1 pct_start, but got 1.5; it must be in [0, 1]");
    refused(OneCycleLROptions(1).total_steps(9).div_factor(0),
            "Invalid div_factor: 0; it must be greater than 0");
    refused(OneCycleLROptions(1).total_steps(9).final_div_factor(-1),
            "Invalid final_div_factor: -1; it must be greater than 0");
    refused(OneCycleLROptions(-1).total_steps(9), "Invalid max_lr: -1; it must be at least 0");
    refused(OneCycleLROptions(1).total_steps(9).base_momentum({0.5}),
            "expected 2 values for base_momentum, got 1; there must be one for each group of the "
            "optimizer");
    refused(OneCycleLROptions(1).total_steps(9).base_momentum(-0.5),
            "Invalid base_momentum: -0.5; it must be in [0, 1)");
    CHECK(optimizer->param_groups()[0].options().get_lr() == 0.1);
    CHECK(golden_schedules::momentum_of(optimizer->param_groups()[0].options()) == 0.5);
    CHECK_FALSE(optimizer->param_groups()[0].initial_lr());
  }

  TEST_CASE("an optimizer without momentum is refused unless cycle_momentum is off") {
    Plain optimizer(std::vector<Tensor>{zeros({1}).requires_grad_()});
    CHECK_THROWS_WITH_AS(OneCycleLR(optimizer, OneCycleLROptions(1).total_steps(9)),
                         "optimizer must support momentum with `cycle_momentum` option enabled; "
                         "it must have the option momentum or betas",
                         Error);
    OneCycleLR scheduler(optimizer, OneCycleLROptions(1).total_steps(9).cycle_momentum(false));
    CHECK(scheduler.get_last_lr()[0] == doctest::Approx(1. / 25));
  }
}
