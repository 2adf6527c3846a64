#include <cmath>

#include <doctest/doctest.h>

#include "optim/newer_runs.h"

#include "gradtape/optim/adafactor.h"

using namespace gradtape;

namespace {
const newer_runs::Make kMake =
    newer_runs::maker<optim::Adafactor>(optim::AdafactorOptions(0.02).beta1(0.5));

// No relative sizes, no clipping: the second moment alone.
optim::AdafactorOptions plain(double lr) {
  return optim::AdafactorOptions(lr).relative_step(false).scale_parameter(false).clip_threshold(
      100);
}
}  // namespace

TEST_SUITE("optim/adafactor") {
  TEST_CASE("two steps of a vector by hand") {
    Tensor p = ones({1}, kFloat64).requires_grad_();
    optim::Adafactor optimizer(std::vector<Tensor>{p}, plain(0.1));
    newer_runs::step(optimizer, p, 2);  // beta2 = 0, v = 4, u = 1
    CHECK(p.item<double>() == doctest::Approx(0.9).epsilon(1e-14));
    newer_runs::step(optimizer, p, -4);  // 1 - beta2 = 2^-0.8, v = 4 + 2^-0.8 (16 - 4)
    CHECK(p.item<double>() ==
          doctest::Approx(0.9 + 0.4 / std::sqrt(4 + 12 * std::pow(2, -0.8))).epsilon(1e-14));
  }

  TEST_CASE("two steps of a matrix by hand") {
    Tensor p = zeros({2, 2}, kFloat64).requires_grad_();
    optim::Adafactor optimizer(std::vector<Tensor>{p}, plain(1).decay_rate(-1));
    p.mutable_grad() = tensor({1., 2., 3., 4.}, kFloat64).view({2, 2});
    optimizer.step();  // sums of squares: rows 5, 25, columns 10, 20, all 30; v = row column / all
    const Tensor first = tensor({-1 / std::sqrt(5. / 3), -2 / std::sqrt(10. / 3),
                                 -3 / std::sqrt(25. / 3), -4 / std::sqrt(50. / 3)},
                                kFloat64);
    CHECK(p.detach().view({4}).allclose(first, 1e-14, 0));
    p.mutable_grad() = tensor({2., 0., 0., 2.}, kFloat64).view({2, 2});
    optimizer.step();  // beta2 = 1/2: rows (5 + 4) / 2, (25 + 4) / 2, columns 7, 12, all 19
    const Tensor second =
        tensor({2 / std::sqrt(4.5 * 7 / 19), 0., 0., 2 / std::sqrt(14.5 * 12 / 19)}, kFloat64);
    CHECK(p.detach().view({4}).allclose(first - second, 1e-14, 0));
  }

  TEST_CASE("the rate follows the parameter's size, the step and the warm-up") {
    const auto first_step = [](const optim::AdafactorOptions& options) {
      Tensor p = tensor({3., 4.}, kFloat64).requires_grad_();
      optim::Adafactor optimizer(std::vector<Tensor>{p}, options);
      newer_runs::step(optimizer, p, 7);  // u = 1, rms(u) = 1
      return 3 - p[0].item<double>();
    };
    const double rms = std::sqrt(12.5);
    CHECK(first_step({}) == doctest::Approx(0.01 * rms).epsilon(1e-12));
    CHECK(first_step(optim::AdafactorOptions().warmup_init(true)) ==
          doctest::Approx(1e-6 * rms).epsilon(1e-8));
    CHECK(first_step(optim::AdafactorOptions(2)) == doctest::Approx(1 * rms).epsilon(1e-12));
    CHECK(first_step(optim::AdafactorOptions(2).relative_step(false)) ==
          doctest::Approx(2 * rms).epsilon(1e-12));
    CHECK(first_step(optim::AdafactorOptions().eps({1e-30, 10})) ==
          doctest::Approx(0.1).epsilon(1e-12));
    CHECK(first_step(optim::AdafactorOptions().clip_threshold(0.5)) ==
          doctest::Approx(0.005 * rms).epsilon(1e-12));
  }

  TEST_CASE("100 steps agree with the paper's algorithms in NumPy") {
    newer_runs::check("adafactor", newer_runs::maker<optim::Adafactor>(optim::AdafactorOptions()),
                      7);
  }
  TEST_CASE("it continues from a saved state") {
    for (const char* problem : {"5", "4x3", "2x3x4"}) newer_runs::check_continues(kMake, problem);
  }
  TEST_CASE("float follows double, and what has no gradient stays") {
    for (const char* problem : {"5", "2x3x4"}) newer_runs::check_float_and_skipping(kMake, problem);
  }

  TEST_CASE("the state of a matrix is a row and a column, and is loaded by those shapes") {
    Tensor p = ones({2, 3, 4}).requires_grad_();
    p.mutable_grad() = ones({2, 3, 4});
    optim::Adafactor optimizer(std::vector<Tensor>{p});
    optimizer.step();
    auto saved = optimizer.state_dict();
    CHECK(saved["0.exp_avg_sq_row"].sizes() == IntArrayRef({2, 3}));
    CHECK(saved["0.exp_avg_sq_col"].sizes() == IntArrayRef({2, 4}));
    CHECK_FALSE(saved.contains("0.exp_avg_sq"));
    CHECK_FALSE(saved.contains("0.exp_avg"));
    saved["0.exp_avg_sq_col"] = ones({2, 3});
    CHECK_THROWS_WITH_AS(optimizer.load_state_dict(saved),
                         "load_state_dict: 0.exp_avg_sq_col must have the shape [2, 4] for a "
                         "parameter [2, 3, 4]; got [2, 3]",
                         Error);
  }

  TEST_CASE("a result does not depend on the number of threads") {
    const int before = get_num_threads();
    const auto result = [](int threads) {
      set_num_threads(threads);
      manual_seed(1);
      Tensor p = randn({300, 700}).requires_grad_();
      p.mutable_grad() = randn({300, 700});
      optim::Adafactor optimizer(std::vector<Tensor>{p}, plain(0.1));
      optimizer.step();
      return p.detach();
    };
    const Tensor one = result(1), two = result(2);
    set_num_threads(before);
    CHECK(one.equal(two));
  }

  TEST_CASE("a parameter without elements stays") {
    Tensor p = ones({0, 3}).requires_grad_();
    p.mutable_grad() = ones({0, 3});
    optim::Adafactor(std::vector<Tensor>{p}).step();
    CHECK(p.numel() == 0);
  }

  TEST_CASE("the quadratic's minimum is found") {
    const auto& problem = optim::problems::quadratic();
    Tensor p = newer_runs::start_of(problem);
    optim::Adafactor optimizer(std::vector<Tensor>{p}, plain(0.1).clip_threshold(1));
    CHECK(newer_runs::distance_to_optimum(optimizer, p, problem, 1000) < 1e-3);
  }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{ones({1}).requires_grad_()};
    using O = optim::AdafactorOptions;
    const auto refused = [&](const O& options, const char* message) {
      CHECK_THROWS_WITH_AS(optim::Adafactor(p, options), message, Error);
    };
    refused(O(-1), "Invalid learning rate: -1; it must be at least 0");
    refused(O().eps({-1, 0}), "Invalid epsilon value at index 0: -1; it must be at least 0");
    refused(O().eps({0, -1}), "Invalid epsilon value at index 1: -1; it must be at least 0");
    refused(O().clip_threshold(0), "Invalid clip_threshold value: 0; it must be above 0");
    refused(O().decay_rate(0.8), "Invalid decay_rate value: 0.8; it must be at most 0");
    refused(O().beta1(1), "Invalid beta1 value: 1; it must be in [0, 1)");
    refused(O().weight_decay(-1), "Invalid weight_decay value: -1; it must be at least 0");
    refused(O().relative_step(false).warmup_init(true),
            "Invalid warmup_init value: true; it must be false without relative_step");
  }
}
