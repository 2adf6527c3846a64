#include <doctest/doctest.h>

#include "optim/schedulers/golden_schedules.h"

#include "gradtape/optim/schedulers/swa_lr.h"

using namespace gradtape;
using golden_schedules::check;
using golden_schedules::maker;
using optim::PerGroup;
using optim::swa_utils::SWALR;

TEST_SUITE("optim/schedulers/swa_lr") {
  TEST_CASE("SWALR follows PyTorch's") {
    check("SWALR", maker<SWALR>(0.05));
    check("SWALR, all", maker<SWALR>(PerGroup{0.5, 0.01}, 60, optim::AnnealStrategy::kLinear));
    check("SWALR, at once", maker<SWALR>(0.05, 0));
  }

  TEST_CASE("bad arguments are errors that name the value") {
    const auto optimizer = golden_schedules::make_optimizer();
    CHECK_THROWS_WITH_AS(SWALR(*optimizer, -1), "Invalid swa_lr: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(SWALR(*optimizer, 1, -1),
                         "anneal_epochs must be equal or greater than 0, got -1", Error);
    CHECK_THROWS_WITH_AS(SWALR(*optimizer, PerGroup{1}),
                         "expected 2 values for swa_lr, got 1; there must be one for each group of "
                         "the optimizer",
                         Error);
  }
}
