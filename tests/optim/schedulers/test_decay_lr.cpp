#include <doctest/doctest.h>

#include "optim/schedulers/golden_schedules.h"

#include "gradtape/optim/schedulers/decay_lr.h"

using namespace gradtape;
using golden_schedules::check;
using golden_schedules::maker;

TEST_SUITE("optim/schedulers/decay_lr") {
  TEST_CASE("ConstantLR follows PyTorch's") {
    check("ConstantLR", maker<optim::ConstantLR>());
    check("ConstantLR, all", maker<optim::ConstantLR>(0.7, 50));
  }

  TEST_CASE("LinearLR follows PyTorch's") {
    check("LinearLR", maker<optim::LinearLR>());
    check("LinearLR, all", maker<optim::LinearLR>(0.9, 0.2, 120));
    check("LinearLR, to zero", maker<optim::LinearLR>(1.0, 0.0, 50));
  }

  TEST_CASE("ExponentialLR follows PyTorch's") {
    check("ExponentialLR", maker<optim::ExponentialLR>(0.97));
  }

  TEST_CASE("PolynomialLR follows PyTorch's") {
    check("PolynomialLR", maker<optim::PolynomialLR>());
    check("PolynomialLR, all", maker<optim::PolynomialLR>(150, 2.5));
  }

  TEST_CASE("bad arguments are errors that name the value") {
    const auto optimizer = golden_schedules::make_optimizer();
    CHECK_THROWS_WITH_AS(optim::ConstantLR(*optimizer, 1.5),
                         "Constant multiplicative factor expected to be between 0 and 1; got "
                         "factor 1.5; it must be in (0, 1]",
                         Error);
    CHECK_THROWS_WITH_AS(optim::LinearLR(*optimizer, 0),
                         "Starting multiplicative factor expected to be between 0 and 1; got "
                         "start_factor 0; it must be in (0, 1]",
                         Error);
    CHECK_THROWS_WITH_AS(optim::LinearLR(*optimizer, 1, -1),
                         "Ending multiplicative factor expected to be between 0 and 1; got "
                         "end_factor -1; it must be in [0, 1]",
                         Error);
    CHECK_THROWS_WITH_AS(optim::LinearLR(*optimizer, 1, 1, 0),
                         "Expected positive integer total_iters, but got 0; it must be at least 1",
                         Error);
    CHECK_THROWS_WITH_AS(optim::ExponentialLR(*optimizer, -2),
                         "Invalid gamma: -2; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::PolynomialLR(*optimizer, 5, -1),
                         "Invalid power: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::PolynomialLR(*optimizer, -5),
                         "Expected positive integer total_iters, but got -5; it must be at least 1",
                         Error);
    CHECK(optimizer->param_groups()[0].options().get_lr() == 0.1);
    CHECK_FALSE(optimizer->param_groups()[0].initial_lr());
  }
}
