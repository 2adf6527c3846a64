#include <cmath>

#include <fmt/format.h>

#include "examples/optimization_lab/comparison.h"
#include "examples/optimization_lab/experiments.h"

// The learning rate: a range test, a sweep, and what a schedule makes of it.
namespace lab {
namespace {

using namespace gradtape;
using Schedule = std::unique_ptr<optim::LRScheduler>;

const std::vector<std::string> kRules = {"SGD", "SGD, momentum 0.9", "Adam"};

Training training_of(const std::string& name, double lr) {
  return {.label = name, .rule = [name, lr](std::vector<Tensor> parameters) {
            return rule(name).make(std::move(parameters), lr);
          }};
}

// The rate grows with each update of one epoch; what the loss does says where to look.
void range_test(const Images& images, const Settings& settings, Section& section) {
  constexpr double kFrom = 1e-5, kTo = 10;
  const auto updates = static_cast<double>(images.updates());
  std::vector<Training> trainings;
  for (const std::string& name : kRules) {
    Training training = training_of(name, 1);
    training.epochs = 1;
    training.seed = settings.seed;
    training.schedule = [=](optim::Optimizer& optimizer) -> Schedule {
      return std::make_unique<optim::LambdaLR>(optimizer, [=](int64_t step) {
        return kFrom * std::pow(kTo / kFrom, static_cast<double>(step) / updates);
      });
    };
    trainings.push_back(training);
  }
  const auto histories = train_all(trainings, images, settings, "range test");
  examples::Panel panel{.title = "range test",
                        .x = {.label = "learning rate", .log = true, .from = kFrom, .to = kTo},
                        .y = {.label = "loss, averaged over about 20 updates", .from = 0, .to = 4}};
  std::string seen;
  for (const History& history : histories) {
    examples::Curve curve{.name = history.label};
    double mean = history.step_loss[0], lowest = mean, at = kFrom;
    for (size_t i = 0; i < history.step_rate.size(); ++i) {
      mean = 0.95 * mean + 0.05 * history.step_loss[i];
      if (mean < lowest) {
        lowest = mean;
        at = history.step_rate[i];
      }
      curve.x.push_back(history.step_rate[i]);
      curve.y.push_back(mean);
    }
    panel.curves.push_back(curve);
    seen += fmt::format(" {}: lowest at {:.2g};", history.label, at);
  }
  seen.back() = '.';
  section.figure(
      "range_test",
      {.panels = {panel},
       .caption = fmt::format(
           "One epoch in which the rate grows with each update from {:g} to {:g} ({}, seed {}). A "
           "good constant rate lies some way to the left of the lowest point.{}",
           kFrom, kTo, images.text(), settings.seed, seen),
       .panel_width = 720});
}

void sweep(const Images& images, const Settings& settings, Section& section) {
  Comparison comparison(images, settings, /*epochs=*/5);
  const std::vector<double> rates = {1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1};
  const auto label = [](const std::string& name, double lr) {
    return fmt::format("{}, a = {:g}", name, lr);
  };
  for (const std::string& name : kRules) {
    for (const double lr : rates) {
      Training training = training_of(name, lr);
      training.label = label(name, lr);
      comparison.add(training);
    }
  }
  comparison.run("sweep");
  examples::Panel losses{.title = "training loss",
                         .x = {.label = "learning rate", .log = true},
                         .y = {.label = "training loss", .from = 0, .to = 2.5}};
  examples::Panel accuracies = losses;
  accuracies.title = "test accuracy";
  accuracies.y = {.label = "test accuracy", .from = 0, .to = 1};
  losses.legend = "off";
  std::string seen;
  for (const std::string& name : kRules) {
    examples::Curve loss{.name = name, .style = examples::Curve::kLinePoints}, accuracy = loss;
    std::vector<std::string> labels;
    for (const double lr : rates) {
      labels.push_back(label(name, lr));
      loss.x.push_back(lr);
      loss.y.push_back(comparison.train_loss(labels.back()).mean);
      const MeanValue value = comparison.accuracy(labels.back());
      accuracy.x.push_back(lr);
      accuracy.y.push_back(value.mean);
      accuracy.low.push_back(value.mean - value.half_range);
      accuracy.high.push_back(value.mean + value.half_range);
    }
    losses.curves.push_back(loss);
    accuracies.curves.push_back(accuracy);
    const std::string best = comparison.best(labels);
    seen += fmt::format(" {} ({:.3f});", best, comparison.accuracy(best).mean);
  }
  seen.back() = '.';
  section.figure(
      "sweep",
      {.panels = {losses, accuracies},
       .caption = fmt::format(
           "Each rule at {} constant rates ({}). Too small creeps, too large breaks down. Best:{}",
           rates.size(), comparison.where(), seen)});
  section.table("sweep_table", comparison.table("rule and rate"), comparison.where());
}

struct NamedSchedule {
  std::string name;
  Schedule (*make)(optim::Optimizer& optimizer);
};

template <class Scheduler, class... Arguments>
Schedule make(optim::Optimizer& optimizer, Arguments... arguments) {
  return std::make_unique<Scheduler>(optimizer, arguments...);
}

// For 200 steps.
const std::vector<NamedSchedule>& schedules() {
  using namespace optim;
  using O = Optimizer;
  static const std::vector<NamedSchedule> all = {
      {"LambdaLR: 1 / (1 + step / 50)",
       [](O& o) {
         return make<LambdaLR>(
             o, LRLambda([](int64_t step) { return 1 / (1 + static_cast<double>(step) / 50); }));
       }},
      {"MultiplicativeLR: 0.99",
       [](O& o) { return make<MultiplicativeLR>(o, LRLambda([](int64_t) { return 0.99; })); }},
      {"StepLR: 50, 0.5", [](O& o) { return make<StepLR>(o, 50, 0.5); }},
      {"MultiStepLR: 40, 120, 160; 0.3",
       [](O& o) {
         return make<MultiStepLR>(o, std::vector<int64_t>{40, 120, 160}, 0.3);
       }},
      {"ConstantLR: 0.3 for 50", [](O& o) { return make<ConstantLR>(o, 0.3, 50); }},
      {"LinearLR: 0.1 to 1 in 100", [](O& o) { return make<LinearLR>(o, 0.1, 1.0, 100); }},
      {"ExponentialLR: 0.98", [](O& o) { return make<ExponentialLR>(o, 0.98); }},
      {"PolynomialLR: 200, power 2", [](O& o) { return make<PolynomialLR>(o, 200, 2.0); }},
      {"CosineAnnealingLR: 200", [](O& o) { return make<CosineAnnealingLR>(o, 200); }},
      {"CosineAnnealingWarmRestarts: 25, 2",
       [](O& o) { return make<CosineAnnealingWarmRestarts>(o, 25, 2); }},
      {"CyclicLR: triangular2, 25 up",
       [](O& o) {
         return make<CyclicLR>(
             o, CyclicLROptions(0.01, 0.1).step_size_up(25).mode(CyclicMode::kTriangular2));
       }},
      {"OneCycleLR: 200",
       [](O& o) { return make<OneCycleLR>(o, OneCycleLROptions(0.1).total_steps(201)); }},
      {"ChainedScheduler: warm-up x decay",
       [](O& o) {
         return std::unique_ptr<LRScheduler>(
             new ChainedScheduler({std::make_shared<LinearLR>(o, 0.1, 1.0, 20),
                                   std::make_shared<ExponentialLR>(o, 0.99)}));
       }},
      {"SequentialLR: warm-up, then cosine",
       [](O& o) {
         return std::unique_ptr<LRScheduler>(
             new SequentialLR(o,
                              {std::make_shared<LinearLR>(o, 0.05, 1.0, 20),
                               std::make_shared<CosineAnnealingLR>(o, 180)},
                              {20}));
       }},
      {"SWALR: to 0.02 in 50",
       [](O& o) { return make<swa_utils::SWALR>(o, 0.02, int64_t{50}, AnnealStrategy::kCos); }}};
  return all;
}

// One panel for each scheduler: the rate, and the momentum where it moves.
void curves_of_all(Section& section) {
  constexpr int kSteps = 200;
  examples::Figure figure{.columns = 4, .panel_width = 320, .panel_height = 240};
  figure.caption =
      "Every scheduler over 200 steps of SGD with the rate 0.1 and momentum 0.9; orange: the "
      "momentum, where the scheduler moves it. ReduceLROnPlateau follows a loss that stops to "
      "fall at step 60: each 20 steps without progress halve the rate.";
  const auto panel_of = [&](const std::string& name) -> examples::Panel& {
    figure.panels.push_back({.title = name,
                             .x = {.label = "step", .step = 50},
                             .y = {.label = "learning rate", .from = 0, .to = 0.12, .step = 0.04},
                             .legend = "off"});
    return figure.panels.back();
  };
  for (const NamedSchedule& named : schedules()) {
    Tensor p = ones({1}).requires_grad_();
    p.mutable_grad() = zeros({1});
    optim::SGD sgd(std::vector<Tensor>{p}, optim::SGDOptions(0.1).momentum(0.9));
    const Schedule schedule = named.make(sgd);
    const auto& options = static_cast<optim::SGDOptions&>(sgd.param_groups()[0].options());
    examples::Curve rate{.name = "rate"}, momentum{.name = "momentum / 10"};
    bool moved = false;
    for (int step = 0; step < kSteps; ++step) {
      rate.x.push_back(step);
      rate.y.push_back(options.lr());
      momentum.x.push_back(step);
      momentum.y.push_back(options.momentum() / 10);
      moved = moved || options.momentum() != 0.9;
      sgd.step();
      schedule->step();
    }
    examples::Panel& panel = panel_of(named.name);
    panel.curves.push_back(rate);
    if (moved) {
      panel.curves.push_back(momentum);
      panel.y.label = "rate, momentum / 10";
    }
  }
  Tensor p = ones({1}).requires_grad_();
  p.mutable_grad() = zeros({1});
  optim::SGD sgd(std::vector<Tensor>{p}, 0.1);
  optim::ReduceLROnPlateau plateau(sgd, optim::ReduceLROnPlateauOptions().factor(0.5).patience(19));
  examples::Curve rate;
  for (int step = 0; step < kSteps; ++step) {
    rate.x.push_back(step);
    rate.y.push_back(sgd.param_groups()[0].options().get_lr());
    sgd.step();
    plateau.step(std::max(1.0 - step / 60.0, 0.0));
  }
  panel_of("ReduceLROnPlateau: patience 19, 0.5").curves.push_back(rate);
  section.figure("schedulers", figure);
}

// What some of them do to a training.
void schedules_in_training(const Images& images, const Settings& settings, Section& section) {
  constexpr int64_t kEpochs = 8;
  const int64_t epochs = settings.epochs > 0 ? settings.epochs : kEpochs;
  const int64_t updates = epochs * images.updates();
  using O = optim::Optimizer;
  const std::vector<std::pair<std::string, std::function<Schedule(O&)>>> variants = {
      {"constant", {}},
      {"steps of 0.3 at 1/2 and 3/4",
       [=](O& o) {
         return make<optim::MultiStepLR>(o, std::vector<int64_t>{updates / 2, updates * 3 / 4},
                                         0.3);
       }},
      {"cosine", [=](O& o) { return make<optim::CosineAnnealingLR>(o, updates); }},
      {"one cycle",
       [=](O& o) {
         return make<optim::OneCycleLR>(o, optim::OneCycleLROptions(0.1).total_steps(updates + 1));
       }},
      {"warm restarts", [=](O& o) {
         return make<optim::CosineAnnealingWarmRestarts>(o, std::max<int64_t>(updates / 4, 1));
       }}};
  Comparison comparison(images, settings, kEpochs);
  for (const auto& [name, schedule] : variants)
    comparison.add({.label = name, .rule = sgd(0.05, 0.9), .schedule = schedule});
  comparison.run("schedules");
  examples::Panel accuracies =
      comparison.panel("test accuracy", &History::test_accuracy, "test accuracy");
  accuracies.y = {.label = "test accuracy", .from = 0.75, .to = 0.9};
  examples::Panel losses = comparison.panel("training loss", &History::train_loss, "training loss");
  losses.y = {.label = "training loss", .from = 0, .to = 1};
  const std::string best = comparison.best();
  section.figure("schedules",
                 {.panels = {losses, accuracies},
                  .caption = fmt::format("SGD with momentum 0.9 at 0.05, one cycle up to 0.1, "
                                         "batches of 64 ({}). Rates that end near zero let the "
                                         "noise of the batches die down: {} ends best with "
                                         "{:.3f}, a constant rate with {:.3f}.",
                                         comparison.where(), best, comparison.accuracy(best).mean,
                                         comparison.accuracy("constant").mean)});
  section.table("schedules_table", comparison.table("schedule"), comparison.where());
}

}  // namespace

void rate(const Settings& settings, Section& section) {
  const Images images = load_images(settings);
  range_test(images, settings, section);
  sweep(images, settings, section);
  curves_of_all(section);
  schedules_in_training(images, settings, section);
}

}  // namespace lab
