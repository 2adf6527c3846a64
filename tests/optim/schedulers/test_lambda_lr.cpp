#include <doctest/doctest.h>

#include "optim/schedulers/golden_schedules.h"

#include "gradtape/optim/schedulers/lambda_lr.h"

using namespace gradtape;
using golden_schedules::check;
using golden_schedules::maker;
using Functions = std::vector<optim::LRLambda>;

namespace {
double hyperbola(int64_t step) { return 1 / (1 + static_cast<double>(step)); }
double shrink(int64_t step) { return 1 - 1 / (1 + static_cast<double>(step)); }
double grow(int64_t step) { return 1 + static_cast<double>(step) / 100; }
}  // namespace

TEST_SUITE("optim/schedulers/lambda_lr") {
  TEST_CASE("LambdaLR follows PyTorch's") {
    check("LambdaLR", maker<optim::LambdaLR>(hyperbola));
    check("LambdaLR, a function each", maker<optim::LambdaLR>(Functions{hyperbola, grow}));
  }

  TEST_CASE("MultiplicativeLR follows PyTorch's") {
    check("MultiplicativeLR", maker<optim::MultiplicativeLR>(shrink));
    check("MultiplicativeLR, a function each",
          maker<optim::MultiplicativeLR>(Functions{[](int64_t) { return 0.99; }, shrink}));
  }

  TEST_CASE("there must be one function, or one for each group") {
    const auto optimizer = golden_schedules::make_optimizer();
    CHECK_THROWS_WITH_AS(optim::LambdaLR(*optimizer, Functions{grow}),
                         "expected 2 values for lr_lambda, got 1; there must be one for each group "
                         "of the optimizer",
                         Error);
    CHECK_THROWS_WITH_AS(optim::MultiplicativeLR(*optimizer, optim::LRLambda()),
                         "lr_lambda must be a function; got an empty one", Error);
    CHECK(optimizer->param_groups()[0].options().get_lr() == 0.1);
  }
}
