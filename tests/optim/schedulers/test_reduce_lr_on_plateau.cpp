#include <doctest/doctest.h>

#include "optim/schedulers/golden_schedules.h"

#include "gradtape/optim/schedulers/reduce_lr_on_plateau.h"

using namespace gradtape;
using optim::PlateauMode;
using optim::ReduceLROnPlateau;
using optim::ReduceLROnPlateauOptions;
using optim::ThresholdMode;

namespace {
void check(const std::string& name, const ReduceLROnPlateauOptions& options) {
  const auto metrics = golden::load("schedulers.json")["metrics"].get<std::vector<double>>();
  golden_schedules::check(
      name, golden_schedules::maker<ReduceLROnPlateau>(options),
      [&](ReduceLROnPlateau& scheduler, size_t t) { scheduler.step(metrics[t]); });
}
}  // namespace

TEST_SUITE("optim/schedulers/reduce_lr_on_plateau") {
  TEST_CASE("ReduceLROnPlateau follows PyTorch's") {
    check("ReduceLROnPlateau", ReduceLROnPlateauOptions());
    check("ReduceLROnPlateau, all", ReduceLROnPlateauOptions()
                                        .factor(0.7)
                                        .patience(3)
                                        .threshold(0.05)
                                        .threshold_mode(ThresholdMode::kAbs)
                                        .cooldown(4)
                                        .min_lr({0.001, 0.002})
                                        .eps(0.0005));
    check(
        "ReduceLROnPlateau, max",
        ReduceLROnPlateauOptions().mode(PlateauMode::kMax).factor(0.9).patience(1).threshold(0.1));
    check("ReduceLROnPlateau, max abs", ReduceLROnPlateauOptions()
                                            .mode(PlateauMode::kMax)
                                            .factor(0.9)
                                            .patience(2)
                                            .threshold_mode(ThresholdMode::kAbs)
                                            .min_lr(0.005));
  }

  TEST_CASE("a training that stalls goes on with a smaller rate") {
    // |p| is left alone only by rates that shrink.
    Tensor p = full({1}, 1.234, kFloat64).requires_grad_();
    optim::SGD optimizer(std::vector<Tensor>{p}, 0.1);
    ReduceLROnPlateau scheduler(optimizer, ReduceLROnPlateauOptions().factor(0.5).patience(2));
    for (int epoch = 0; epoch < 200; ++epoch) {
      optimizer.zero_grad();
      const Tensor loss = p.abs().sum();
      loss.backward();
      optimizer.step();
      scheduler.step(loss);
    }
    CHECK(p.abs().item<double>() < 1e-6);
    CHECK(scheduler.get_last_lr()[0] < 1e-5);
  }

  TEST_CASE("a metric that is not a number is no improvement") {
    const auto optimizer = golden_schedules::make_optimizer();
    ReduceLROnPlateau scheduler(*optimizer, ReduceLROnPlateauOptions().patience(0));
    scheduler.step(1.0);
    scheduler.step(NAN);
    CHECK(scheduler.get_last_lr() == std::vector<double>{0.1 * 0.1, 0.03 * 0.1});
  }

  TEST_CASE("bad options are errors that name the value") {
    const auto optimizer = golden_schedules::make_optimizer();
    const auto refused = [&](const ReduceLROnPlateauOptions& options, const char* message) {
      CHECK_THROWS_WITH_AS(ReduceLROnPlateau(*optimizer, options), message, Error);
    };
    refused(ReduceLROnPlateauOptions().factor(1),
            "Factor should be < 1.0; got factor 1; it must be in [0, 1)");
    refused(ReduceLROnPlateauOptions().patience(-1), "Invalid patience: -1; it must be at least 0");
    refused(ReduceLROnPlateauOptions().threshold(-1),
            "Invalid threshold: -1; it must be at least 0");
    refused(ReduceLROnPlateauOptions().cooldown(-1), "Invalid cooldown: -1; it must be at least 0");
    refused(ReduceLROnPlateauOptions().min_lr(-1), "Invalid min_lr: -1; it must be at least 0");
    refused(
        ReduceLROnPlateauOptions().min_lr({0, 0, 0}),
        "expected 2 values for min_lr, got 3; there must be one for each group of the optimizer");
    refused(ReduceLROnPlateauOptions().eps(-1), "Invalid eps: -1; it must be at least 0");
  }
}
