#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "examples/common/dataset.h"
#include "examples/common/progress.h"
#include "examples/optimization_lab/experiments.h"
#include "examples/optimization_lab/training.h"

// Hyper-parameter search: Hyperband against random search, each trial a process of its own.
namespace lab {
namespace {

using namespace gradtape;
using namespace gradtape::optim;

constexpr int64_t kMostEpochs = 9;

tune::Space space() {
  tune::Space space;
  space.log_uniform("lr", 1e-3, 1).uniform("momentum", 0, 0.99);
  space.choice("batch", {16, 32, 64, 128, 256}).integer("width", 8, 128);
  return space;
}

// The last fifth of the training images is for choosing; the test images stay unseen.
Images for_choosing(const Settings& settings) {
  Images images = load_images(settings);
  const int64_t kept = images.size() * 4 / 5, held_out = images.size() - kept;
  images.test = images.train.narrow(0, kept, held_out);
  images.test_labels = images.train_labels.narrow(0, kept, held_out);
  images.train = images.train.narrow(0, 0, kept);
  images.train_labels = images.train_labels.narrow(0, 0, kept);
  return images;
}

Training training_of(const tune::Parameters& parameters, uint64_t seed, int64_t epochs) {
  Training training{.rule = sgd(parameters["lr"], parameters["momentum"]),
                    .hidden = {parameters["width"].to_int()},
                    .batch = parameters["batch"].to_int(),
                    .epochs = epochs};
  training.seed = seed;
  return training;
}

// A folder for each seed and data: another study may not go on with this one's trials.
tune::StudyOptions options(const Settings& settings, const std::string& name) {
  const auto data = std::filesystem::weakly_canonical(examples::find_dataset(settings.data));
  const std::string study = fmt::format("{}, seed {}, {} images of {}", name, settings.seed,
                                        settings.images, data.string());
  return tune::StudyOptions()
      .folder((settings.out / "search" / file_name(study)).string())
      .name(study)
      .seed(settings.seed)
      .parallel(static_cast<int64_t>(settings.parallel))
      .maximize(true);
}

tune::Study study(const Settings& settings, const std::string& name,
                  examples::ProgressBar* progress = nullptr) {
  tune::StudyOptions how = options(settings, name);
  if (progress) {
    how.progress([progress](const tune::Progress& p) {
      progress->advance(1, fmt::format("trial {}: {:.3f}", p.trial.number, p.trial.value));
    });
  }
  return tune::Study(
      space(),
      [settings](tune::Trial& trial) {
        const Images images = for_choosing(settings);
        const Training training = training_of(trial.parameters(), trial.seed(), trial.resource());
        return train(training, images).accuracy();
      },
      how);
}

// A point's place on its axis, from 0 to 1.
double place(const tune::Dimension& dimension, const tune::Value& value) {
  using Kind = tune::Dimension::Kind;
  if (dimension.kind == Kind::kChoice) {
    const auto at = std::find(dimension.choices.begin(), dimension.choices.end(), value);
    return static_cast<double>(at - dimension.choices.begin()) /
           static_cast<double>(std::max<size_t>(dimension.choices.size() - 1, 1));
  }
  const auto scaled = [&](double x) {
    return dimension.kind == Kind::kLogUniform ? std::log(x) : x;
  };
  return (scaled(value.to_double()) - scaled(dimension.lower)) /
         (scaled(dimension.upper) - scaled(dimension.lower));
}

std::string axis_name(const tune::Dimension& dimension) {
  if (dimension.kind == tune::Dimension::Kind::kChoice)
    return fmt::format("{}: {} - {}", dimension.name, dimension.choices.front().to_string(),
                       dimension.choices.back().to_string());
  return fmt::format("{}: {:g} - {:g}", dimension.name, dimension.lower, dimension.upper);
}

// One line for each trial, from axis to axis, coloured by what it reached.
examples::Panel parallel_coordinates(const tune::Results& results) {
  const tune::Space all = space();
  std::vector<tune::TrialResult> trials;
  for (const auto& trial : results)
    if (trial.done()) trials.push_back(trial);
  // The best are drawn last, on top.
  std::sort(trials.begin(), trials.end(),
            [](const auto& a, const auto& b) { return a.value < b.value; });
  // The few that broke down would press the others together.
  const double low = trials[trials.size() / 4].value, high = trials.back().value;
  examples::Panel panel{.title = "Hyperband's trials",
                        .x = {.from = -0.3},
                        .y = {.label = "place between the axis's ends", .from = -0.05, .to = 1.05},
                        .legend = "off"};
  for (const auto& dimension : all.dimensions()) panel.x.names.push_back(axis_name(dimension));
  panel.x.names.push_back(fmt::format("epochs: 0 - {}", kMostEpochs));
  panel.x.names.push_back(fmt::format("accuracy: {:.3f} - {:.3f}", low, high));
  panel.x.to = static_cast<double>(panel.x.names.size()) - 0.7;
  for (size_t i = 0; i < panel.x.names.size(); ++i)
    panel.guides.push_back({static_cast<double>(i), true, ""});
  for (const auto& trial : trials) {
    examples::Curve curve;
    for (const auto& dimension : all.dimensions())
      curve.y.push_back(place(dimension, trial.parameters[dimension.name]));
    curve.y.push_back(static_cast<double>(trial.resource) / kMostEpochs);
    const double share = high > low ? std::clamp((trial.value - low) / (high - low), 0.0, 1.0) : 1;
    curve.y.push_back(share);
    for (size_t i = 0; i < curve.y.size(); ++i) curve.x.push_back(static_cast<double>(i));
    curve.color = examples::shade(share);
    curve.width = 1 + 2 * share;
    panel.curves.push_back(curve);
  }
  return panel;
}

// The best so far against the epochs that were spent, in the order of the trials.
examples::Curve best_so_far(const tune::Results& results, const std::string& name) {
  examples::Curve curve{.name = name, .style = examples::Curve::kLinePoints};
  double epochs = 0, best = 0;
  for (const auto& trial : results) {
    epochs += static_cast<double>(trial.resource);
    if (trial.done()) best = std::max(best, trial.value);
    curve.x.push_back(epochs);
    curve.y.push_back(best);
  }
  return curve;
}

Table table_of(const tune::Results& results) {
  Table table{.columns = {"trial", "configuration", "bracket"}};
  const tune::Space all = space();
  for (const auto& dimension : all.dimensions()) table.columns.push_back(dimension.name);
  for (const char* column : {"epochs", "accuracy", "seconds", "state"})
    table.columns.push_back(column);
  for (const auto& trial : results) {
    std::vector<Cell> row = {static_cast<double>(trial.number),
                             static_cast<double>(trial.configuration),
                             static_cast<double>(trial.bracket)};
    for (const auto& dimension : all.dimensions())
      row.push_back(trial.parameters[dimension.name].to_double());
    row.push_back(static_cast<double>(trial.resource));
    row.push_back(trial.value);
    row.push_back(trial.seconds);
    row.push_back(trial.done() ? "done" : trial.reason);
    table.rows.push_back(row);
  }
  return table;
}

}  // namespace

void run_search_trial(const Settings& settings) {
  study(settings, "hyperband");
  study(settings, "random");
}

void search(const Settings& settings, Section& section) {
  constexpr int64_t kRandomTrials = 9;
  size_t planned = kRandomTrials;
  for (const tune::Bracket& bracket : tune::hyperband(kMostEpochs))
    for (const tune::Rung& rung : bracket) planned += static_cast<size_t>(rung.trials);
  examples::ProgressBar progress("trials", planned);
  const tune::Study hyperband = study(settings, "hyperband", &progress);
  const tune::Study random = study(settings, "random", &progress);
  const tune::Results bands = hyperband.hyperband(kMostEpochs);
  const tune::Results points = random.random(kRandomTrials, kMostEpochs);
  progress.finish();

  // The winner once more, on all training images, against the test images.
  const Images images = load_images(settings);
  const tune::TrialResult& best = bands.best();
  Training winner = training_of(best.parameters, settings.seed, kMostEpochs);
  winner.label = "winner";
  const auto runs = train_all(with_seeds(winner, settings), images, settings, "winner");
  const double accuracy = mean_value(runs, "winner", &History::accuracy).mean;
  std::string found;
  for (const auto& [name, value] : best.parameters)
    found += fmt::format("{}{} {:.3g}", found.empty() ? "" : ", ", name, value.to_double());

  examples::Panel race{
      .title = "best so far",
      .x = {.label = "epochs spent"},
      .y = {.label = "accuracy on the held-out fifth", .from = 0.75, .to = 0.9},
      .curves = {best_so_far(bands, "Hyperband"), best_so_far(points, "random search")}};
  section.figure(
      "search",
      {.panels = {parallel_coordinates(bands), race},
       .caption = fmt::format(
           "{} trials of Hyperband (9 epochs, eta 3), each a process of its own, on four fifths "
           "of {}; yellow and thick is good (what is below the lower quarter's best is drawn at "
           "0). Best on the held-out fifth: {} with {:.3f} (random search: {:.3f}). That one, "
           "trained {} epochs on all training images with {} seeds, has a test accuracy of {:.3f}.",
           bands.size(), images.text(), found, best.value, points.best().value, kMostEpochs,
           settings.seeds, accuracy),
       .columns = 1,
       .panel_width = 860,
       .panel_height = 420});
  section.table("hyperband", table_of(bands), "Hyperband's trials.");
  section.table("random", table_of(points), "Random search's trials.");
  section.json("search", {{"best", found},
                          {"validation_accuracy", best.value},
                          {"test_accuracy", accuracy},
                          {"seed", settings.seed}});
}

}  // namespace lab
