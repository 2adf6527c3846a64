#include <cmath>

#include <doctest/doctest.h>

#include "optim/newer_runs.h"

#include "gradtape/optim/schedule_free.h"

using namespace gradtape;

namespace {

const newer_runs::Make kSgd =
    newer_runs::maker<optim::SGDScheduleFree>(optim::SGDScheduleFreeOptions(0.1));
const newer_runs::Make kAdamW =
    newer_runs::maker<optim::AdamWScheduleFree>(optim::AdamWScheduleFreeOptions(0.05));

// x after eval(), y after train(), against the script's.
template <class Optimizer>
double compare(optim::Optimizer& optimizer, const Tensor& p, const nlohmann::json& values) {
  auto& typed = static_cast<Optimizer&>(optimizer);
  const double y = newer_runs::largest_difference(p, values[1]);
  typed.eval();
  const double x = newer_runs::largest_difference(p, values[0]);
  typed.train();
  const double again = newer_runs::largest_difference(p, values[1]);
  return std::fmax(std::fmax(x, y), again);
}

// Saved in eval mode with a model that holds x, loaded by a fresh optimizer.
template <class Optimizer, class Options>
void check_saved_in_eval_mode(const Options& options) {
  Tensor p = ones({2}, kFloat64).requires_grad_();
  Optimizer first(std::vector<Tensor>{p}, options);
  for (const double grad : {1., -2., 3.}) newer_runs::step(first, p, grad);
  first.eval();
  Tensor q = p.detach().clone().requires_grad_();
  Optimizer second(std::vector<Tensor>{q}, options);
  second.load_state_dict(first.state_dict());
  CHECK_THROWS_AS(second.step(), Error);
  first.train();
  second.train();
  CHECK(p.equal(q));
  newer_runs::step(first, p, 4);
  newer_runs::step(second, q, 4);
  first.eval();
  second.eval();
  CHECK(p.equal(q));
}

}  // namespace

TEST_SUITE("optim/schedule_free") {
  TEST_CASE("two steps of SGD by hand, in both modes") {
    Tensor p = ones({1}, kFloat64).requires_grad_();
    optim::SGDScheduleFree optimizer(std::vector<Tensor>{p},
                                     optim::SGDScheduleFreeOptions(0.2).momentum(0.5));
    newer_runs::step(optimizer, p, 1);  // z = 1 - 0.2; c = 1: x = y = z
    CHECK(p.item<double>() == doctest::Approx(0.8).epsilon(1e-15));
    newer_runs::step(optimizer, p, 2);  // z = 0.8 - 0.4; c = 1/2: x = (0.8 + 0.4) / 2
    CHECK(p.item<double>() == doctest::Approx(0.5 * 0.4 + 0.5 * 0.6).epsilon(1e-15));
    optimizer.eval();
    CHECK(p.item<double>() == doctest::Approx(0.6).epsilon(1e-15));
    optimizer.eval();
    CHECK(p.item<double>() == doctest::Approx(0.6).epsilon(1e-15));
    optimizer.train();
    CHECK(p.item<double>() == doctest::Approx(0.5).epsilon(1e-15));
    optimizer.train();
    CHECK(p.item<double>() == doctest::Approx(0.5).epsilon(1e-15));
  }

  TEST_CASE("a rate that a scheduler lowers does not lower the weight in the average") {
    Tensor p = ones({1}, kFloat64).requires_grad_();
    optim::SGDScheduleFree optimizer(std::vector<Tensor>{p}, 0.2);
    newer_runs::step(optimizer, p, 1);  // z = x = 0.8
    optimizer.param_groups()[0].options().set_lr(0.1);
    newer_runs::step(optimizer, p, 2);  // z = 0.6; c = 0.2^2 / (0.2^2 + 0.2^2)
    optimizer.eval();
    CHECK(p.item<double>() == doctest::Approx(0.7).epsilon(1e-14));
  }

  TEST_CASE("two steps of AdamW by hand") {
    Tensor p = ones({1}, kFloat64).requires_grad_();
    optim::AdamWScheduleFree optimizer(
        std::vector<Tensor>{p},
        optim::AdamWScheduleFreeOptions(0.1).betas(std::make_tuple(0.5, 0.75)).eps(0));
    newer_runs::step(optimizer, p, 2);  // v = 0.25 4 = 1, rate = 0.1 sqrt(0.25): z = 1 - 0.05 2
    CHECK(p.item<double>() == doctest::Approx(0.9).epsilon(1e-15));
    // v = 0.75 + 0.25 = 1, rate^2 = 0.01 (1 - 0.75^2) = 0.004375, z = 0.9 + rate,
    // c = 0.004375 / (0.0025 + 0.004375) = 7/11, x = 0.9 + 7/11 rate.
    newer_runs::step(optimizer, p, -1);
    const double rate = std::sqrt(0.004375);
    CHECK(p.item<double>() == doctest::Approx(0.9 + rate * (1 + 7. / 11) / 2).epsilon(1e-14));
    optimizer.eval();
    CHECK(p.item<double>() == doctest::Approx(0.9 + rate * 7 / 11).epsilon(1e-14));
  }

  TEST_CASE("100 steps of SGD agree with the paper's equations in NumPy") {
    CHECK(newer_runs::largest_difference("sgd_schedule_free", kSgd, 4,
                                         compare<optim::SGDScheduleFree>) < 1e-9);
  }
  TEST_CASE("100 steps of AdamW agree with the paper's algorithm in NumPy") {
    CHECK(newer_runs::largest_difference("adamw_schedule_free", kAdamW, 4,
                                         compare<optim::AdamWScheduleFree>) < 1e-9);
  }

  TEST_CASE("they continue from a state saved in train mode") {
    newer_runs::check_continues(kSgd, "4x3");
    newer_runs::check_continues(kAdamW, "4x3");
  }
  TEST_CASE("they continue from a state saved in eval mode") {
    check_saved_in_eval_mode<optim::SGDScheduleFree>(optim::SGDScheduleFreeOptions(0.1));
    check_saved_in_eval_mode<optim::AdamWScheduleFree>(optim::AdamWScheduleFreeOptions(0.1));
  }
  TEST_CASE("float follows double, and what has no gradient stays") {
    newer_runs::check_float_and_skipping(kSgd, "5");
    newer_runs::check_float_and_skipping(kAdamW, "5");
  }

  TEST_CASE("a step in eval mode is an error before the closure is called") {
    Tensor p = ones({1}, kFloat64).requires_grad_();
    optim::SGDScheduleFree optimizer(std::vector<Tensor>{p});
    newer_runs::step(optimizer, p, 1);
    optimizer.eval();
    const Tensor before = p.detach().clone();
    bool called = false;
    CHECK_THROWS_WITH_AS(
        optimizer.step([&] {
          called = true;
          return Tensor();
        }),
        "step: a schedule-free optimizer must be in train mode; call train() first", Error);
    CHECK_FALSE(called);
    CHECK(p.equal(before));
  }

  TEST_CASE(
      "the modes move no parameter that has never moved, and each group by its own momentum") {
    Tensor a = ones({1}, kFloat64).requires_grad_(), b = ones({1}, kFloat64).requires_grad_();
    Tensor idle = ones({1}, kFloat64).requires_grad_();
    std::vector<optim::OptimizerParamGroup> groups;
    groups.emplace_back(std::vector<Tensor>{a, idle});
    groups.emplace_back(std::vector<Tensor>{b},
                        std::make_unique<optim::SGDScheduleFreeOptions>(
                            optim::SGDScheduleFreeOptions(0.2).momentum(0.5)));
    optim::SGDScheduleFree optimizer(groups, optim::SGDScheduleFreeOptions(0.2).momentum(0.25));
    for (const double grad : {1., 2.}) {
      a.mutable_grad() = full({1}, grad, kFloat64);
      b.mutable_grad() = full({1}, grad, kFloat64);
      optimizer.step();
    }
    // As by hand above: z = 0.4, x = 0.6 whatever the momentum, where gradients are given.
    CHECK(a.item<double>() == doctest::Approx(0.75 * 0.4 + 0.25 * 0.6));
    CHECK(b.item<double>() == doctest::Approx(0.5));
    optimizer.eval();
    CHECK(a.item<double>() == doctest::Approx(0.6));
    CHECK(b.item<double>() == doctest::Approx(0.6));
    CHECK(idle.item<double>() == 1);
  }

  TEST_CASE("the minima of the quadratic and of Rosenbrock are found without a schedule") {
    const auto& quadratic = optim::problems::quadratic();
    Tensor p = newer_runs::start_of(quadratic);
    optim::SGDScheduleFree sgd(std::vector<Tensor>{p}, 0.05);
    newer_runs::distance_to_optimum(sgd, p, quadratic, 2000, false);
    sgd.eval();
    CHECK(p.detach().norm().item<double>() < 1e-3);
    const auto& rosenbrock = optim::problems::rosenbrock();
    Tensor q = newer_runs::start_of(rosenbrock);
    optim::AdamWScheduleFree adamw(std::vector<Tensor>{q}, 0.02);
    newer_runs::distance_to_optimum(adamw, q, rosenbrock, 9000, false);
    adamw.eval();
    CHECK((q.detach() - 1).norm().item<double>() < 1e-2);
  }

  TEST_CASE("a rate of 0 moves nothing") {
    Tensor p = ones({1}, kFloat64).requires_grad_();
    optim::SGDScheduleFree optimizer(std::vector<Tensor>{p}, 0);
    newer_runs::step(optimizer, p, 1);
    CHECK(p.item<double>() == 1);
  }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{ones({1}).requires_grad_()};
    using S = optim::SGDScheduleFreeOptions;
    using A = optim::AdamWScheduleFreeOptions;
    const auto sgd = [&](const S& options, const char* message) {
      CHECK_THROWS_WITH_AS(optim::SGDScheduleFree(p, options), message, Error);
    };
    const auto adamw = [&](const A& options, const char* message) {
      CHECK_THROWS_WITH_AS(optim::AdamWScheduleFree(p, options), message, Error);
    };
    sgd(S(-1), "Invalid learning rate: -1; it must be at least 0");
    sgd(S().momentum(0), "Invalid momentum value: 0; it must be in (0, 1)");
    sgd(S().momentum(1), "Invalid momentum value: 1; it must be in (0, 1)");
    sgd(S().weight_decay(-1), "Invalid weight_decay value: -1; it must be at least 0");
    sgd(S().warmup_steps(-1), "Invalid warmup_steps value: -1; it must be at least 0");
    sgd(S().r(-1), "Invalid r value: -1; it must be at least 0");
    sgd(S().weight_lr_power(NAN), "Invalid weight_lr_power value: nan; it must be at least 0");
    adamw(A(-1), "Invalid learning rate: -1; it must be at least 0");
    adamw(A().eps(-1), "Invalid epsilon value: -1; it must be at least 0");
    adamw(A().betas({0, 0.9}), "Invalid beta parameter at index 0: 0; it must be in (0, 1)");
    adamw(A().betas({0.9, 1}), "Invalid beta parameter at index 1: 1; it must be in [0, 1)");
  }
}
