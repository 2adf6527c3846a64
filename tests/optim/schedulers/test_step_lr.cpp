#include <doctest/doctest.h>

#include "optim/schedulers/golden_schedules.h"

#include "gradtape/optim/schedulers/step_lr.h"

using namespace gradtape;
using golden_schedules::check;
using golden_schedules::maker;

TEST_SUITE("optim/schedulers/step_lr") {
  TEST_CASE("StepLR follows PyTorch's") {
    check("StepLR", maker<optim::StepLR>(30));
    check("StepLR, gamma", maker<optim::StepLR>(7, 0.9));
    check("StepLR, each step", maker<optim::StepLR>(1, 0.98));
  }

  TEST_CASE("MultiStepLR follows PyTorch's") {
    using Milestones = std::vector<int64_t>;
    check("MultiStepLR", maker<optim::MultiStepLR>(Milestones{30, 80, 150}));
    check("MultiStepLR, gamma", maker<optim::MultiStepLR>(Milestones{120, 10, 10, 11}, 0.5));
  }

  TEST_CASE("bad arguments are errors that name the value") {
    const auto optimizer = golden_schedules::make_optimizer();
    CHECK_THROWS_WITH_AS(optim::StepLR(*optimizer, 0),
                         "Expected positive integer step_size, but got 0; it must be at least 1",
                         Error);
    CHECK_THROWS_WITH_AS(optim::StepLR(*optimizer, 1, NAN),
                         "Invalid gamma: nan; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::MultiStepLR(*optimizer, {3, -4}),
                         "Invalid milestone: -4; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::MultiStepLR(*optimizer, {3}, -1),
                         "Invalid gamma: -1; it must be at least 0", Error);
  }
}
