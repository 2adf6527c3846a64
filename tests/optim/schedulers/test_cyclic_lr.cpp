#include <doctest/doctest.h>

#include "optim/schedulers/golden_schedules.h"

#include "gradtape/optim/schedulers/cyclic_lr.h"

using namespace gradtape;
using golden_schedules::check;
using golden_schedules::maker;
using optim::CyclicLR;
using optim::CyclicLROptions;

TEST_SUITE("optim/schedulers/cyclic_lr") {
  TEST_CASE("CyclicLR follows PyTorch's, with its momentum") {
    check("CyclicLR", maker<CyclicLR>(CyclicLROptions(0.01, 0.2).step_size_up(20)));
    check("CyclicLR, defaults", maker<CyclicLR>(CyclicLROptions(0.01, 0.2)));
    check("CyclicLR, triangular2", maker<CyclicLR>(CyclicLROptions({0.01, 0.02}, {0.2, 0.3})
                                                       .step_size_up(10)
                                                       .step_size_down(25)
                                                       .mode(optim::CyclicMode::kTriangular2)
                                                       .base_momentum({0.7, 0.75})
                                                       .max_momentum({0.95, 0.85})));
    check("CyclicLR, exp_range", maker<CyclicLR>(CyclicLROptions(0.01, 0.2)
                                                     .step_size_up(15)
                                                     .mode(optim::CyclicMode::kExpRange)
                                                     .gamma(0.99)
                                                     .base_momentum(0.6)
                                                     .max_momentum(0.99)));
  }

  TEST_CASE("CyclicLR scales as its function says, by cycles or steps") {
    check("CyclicLR, scale_fn of cycles",
          maker<CyclicLR>(CyclicLROptions(0.01, 0.2)
                              .step_size_up(15)
                              .scale_fn([](double x) { return 1 / x; })
                              .cycle_momentum(false)));
    check("CyclicLR, scale_fn of steps",
          maker<CyclicLR>(CyclicLROptions(0.01, 0.2)
                              .step_size_up(15)
                              .scale_fn([](double x) { return 1 / (1 + x); })
                              .scale_mode(optim::CyclicScaleMode::kIterations)));
  }

  TEST_CASE("Adam's first beta is its momentum") {
    const auto optimizer = golden_schedules::make_optimizer(/*adam=*/true);
    CyclicLR scheduler(*optimizer, CyclicLROptions(0, 1).step_size_up(2));
    const auto betas = [&] {
      return static_cast<optim::AdamOptions&>(optimizer->param_groups()[1].options()).betas();
    };
    CHECK(betas() == std::make_tuple(0.9, 0.999));
    scheduler.step();  // halfway up
    CHECK(std::get<0>(betas()) == doctest::Approx(0.85).epsilon(1e-15));
    CHECK(std::get<1>(betas()) == 0.999);
  }

  TEST_CASE("bad options are errors that name the value, and nothing has changed") {
    const auto optimizer = golden_schedules::make_optimizer();
    const auto refused = [&](const CyclicLROptions& options, const char* message) {
      CHECK_THROWS_WITH_AS(CyclicLR(*optimizer, options), message, Error);
    };
    refused(CyclicLROptions(-1, 1), "Invalid base_lr: -1; it must be at least 0");
    refused(CyclicLROptions(0, -1), "Invalid max_lr: -1; it must be at least 0");
    refused(
        CyclicLROptions(0, {1, 1, 1}),
        "expected 2 values for max_lr, got 3; there must be one for each group of the optimizer");
    refused(CyclicLROptions(0, 1).step_size_up(0),
            "Expected positive integer step_size_up, but got 0; it must be at least 1");
    refused(CyclicLROptions(0, 1).step_size_down(0),
            "Expected positive integer step_size_down, but got 0; it must be at least 1");
    refused(CyclicLROptions(0, 1).gamma(-1), "Invalid gamma: -1; it must be at least 0");
    refused(CyclicLROptions(0, 1).max_momentum(1), "Invalid max_momentum: 1; it must be in [0, 1)");
    CHECK(optimizer->param_groups()[0].options().get_lr() == 0.1);
    CHECK(golden_schedules::momentum_of(optimizer->param_groups()[0].options()) == 0.5);
    CHECK_FALSE(optimizer->param_groups()[0].initial_lr());
  }
}
