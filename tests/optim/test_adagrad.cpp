#include <cmath>

#include <doctest/doctest.h>

#include "optim/golden_runs.h"
#include "optim/steps.h"

#include "gradtape/gradtape.h"
#include "gradtape/optim/adagrad.h"

using namespace gradtape;
using steps::parameter, steps::step;

TEST_SUITE("optim/adagrad") {
  TEST_CASE("two steps by hand") {
    Tensor p = parameter(1);
    optim::Adagrad optimizer(
        std::vector<Tensor>{p},
        optim::AdagradOptions(1).lr_decay(1).initial_accumulator_value(5).eps(0));
    step(optimizer, p, 2);  // r = 9
    CHECK(p.item<double>() == doctest::Approx(1. / 3).epsilon(1e-15));
    step(optimizer, p, 4);  // r = 25; the rate is halved
    CHECK(p.item<double>() == doctest::Approx(1. / 3 - 0.4).epsilon(1e-14));
  }

  TEST_CASE("the sums are there from the beginning, with the value of the defaults") {
    Tensor a = parameter(1), b = parameter(2);
    std::vector<optim::OptimizerParamGroup> groups;
    groups.emplace_back(std::vector<Tensor>{a});
    groups.emplace_back(std::vector<Tensor>{b}, std::make_unique<optim::AdagradOptions>(0.5));
    optim::Adagrad optimizer(groups, optim::AdagradOptions().initial_accumulator_value(3));
    for (const Tensor& p : {a, b}) {
      const auto& state = static_cast<optim::AdagradParamState&>(*optimizer.state()[p]);
      CHECK(state.step() == 0);
      CHECK(state.sum().item<double>() == 3);
    }
    Tensor late = parameter(1);
    optimizer.add_parameters({late});
    step(optimizer, late, 1);
    CHECK(static_cast<optim::AdagradParamState&>(*optimizer.state()[late]).sum().item<double>() ==
          4);
  }

  TEST_CASE("the minimum of quadratic is found") {
    const auto& problem = optim::problems::quadratic();
    Tensor p = steps::start_of(problem);
    optim::Adagrad optimizer(std::vector<Tensor>{p}, optim::AdagradOptions(0.5));
    CHECK(steps::distance_after(optimizer, p, problem, 1000) < 1e-6);
  }

  TEST_CASE("500 steps agree with PyTorch in double") { golden_runs::check("Adagrad"); }
  TEST_CASE("the recorded runs use each option") { golden_runs::check_options("Adagrad"); }
  TEST_CASE("a run continues from its saved state") { golden_runs::check_continues("Adagrad"); }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{parameter(1)};
    CHECK_THROWS_WITH_AS(optim::Adagrad(p, optim::AdagradOptions().lr(-1)),
                         "Invalid learning rate: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Adagrad(p, optim::AdagradOptions().lr(NAN)),
                         "Invalid learning rate: nan; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Adagrad(p, optim::AdagradOptions().lr_decay(-1)),
                         "Invalid lr_decay value: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Adagrad(p, optim::AdagradOptions().weight_decay(-2)),
                         "Invalid weight_decay value: -2; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Adagrad(p, optim::AdagradOptions().initial_accumulator_value(-1)),
                         "Invalid initial_accumulator_value value: -1; it must be at least 0",
                         Error);
    CHECK_THROWS_WITH_AS(optim::Adagrad(p, optim::AdagradOptions().eps(-2)),
                         "Invalid epsilon value: -2; it must be at least 0", Error);
  }
}
