#include <doctest/doctest.h>

#include "optim/schedulers/golden_schedules.h"

#include "gradtape/optim/schedulers/cosine_annealing_lr.h"

using namespace gradtape;
using golden_schedules::check;
using golden_schedules::maker;
using optim::CosineAnnealingWarmRestarts;

TEST_SUITE("optim/schedulers/cosine_annealing_lr") {
  TEST_CASE("CosineAnnealingLR follows PyTorch's, down and up again") {
    check("CosineAnnealingLR", maker<optim::CosineAnnealingLR>(60));
    check("CosineAnnealingLR, eta_min", maker<optim::CosineAnnealingLR>(27, 0.01));
    check("CosineAnnealingLR, each step", maker<optim::CosineAnnealingLR>(1, 0.01));
  }

  TEST_CASE("CosineAnnealingWarmRestarts follows PyTorch's") {
    check("CosineAnnealingWarmRestarts", maker<CosineAnnealingWarmRestarts>(25));
    check("CosineAnnealingWarmRestarts, all", maker<CosineAnnealingWarmRestarts>(9, 2, 0.001));
  }

  TEST_CASE("CosineAnnealingWarmRestarts can go between two steps") {
    check("CosineAnnealingWarmRestarts, between", maker<CosineAnnealingWarmRestarts>(9, 2, 0.001),
          [](auto& scheduler, size_t t) {
            if (t % 50 == 49)
              scheduler.step();
            else
              scheduler.step(static_cast<double>(t) / 2);
          });
    check("CosineAnnealingWarmRestarts, between, all alike", maker<CosineAnnealingWarmRestarts>(7),
          [](auto& scheduler, size_t t) { scheduler.step(static_cast<double>(t) / 4); });
  }

  TEST_CASE("bad arguments are errors that name the value") {
    const auto optimizer = golden_schedules::make_optimizer();
    CHECK_THROWS_WITH_AS(optim::CosineAnnealingLR(*optimizer, 0),
                         "Expected positive integer T_max, but got 0; it must be at least 1",
                         Error);
    CHECK_THROWS_WITH_AS(optim::CosineAnnealingLR(*optimizer, 5, -1),
                         "Invalid eta_min: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(CosineAnnealingWarmRestarts(*optimizer, 0),
                         "Expected positive integer T_0, but got 0; it must be at least 1", Error);
    CHECK_THROWS_WITH_AS(CosineAnnealingWarmRestarts(*optimizer, 5, 0),
                         "Expected positive integer T_mult, but got 0; it must be at least 1",
                         Error);
    CosineAnnealingWarmRestarts scheduler(*optimizer, 5);
    CHECK_THROWS_WITH_AS(scheduler.step(-0.5),
                         "Expected non-negative epoch, but got -0.5; it must be at least 0", Error);
  }
}
