#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "examples/optimization_lab/experiments.h"
#include "examples/optimization_lab/training.h"

// All rules on the same network, data and seeds, each at the best of its rates.
namespace lab {
namespace {

constexpr int64_t kEpochs = 6;
constexpr int64_t kCalibrationEpochs = 2;

Training training_of(const RuleMaker& maker, double lr) {
  Training training;
  training.label = maker.name;
  training.rule = [&maker, lr](std::vector<gradtape::Tensor> parameters) {
    return maker.make(std::move(parameters), lr);
  };
  return training;
}

// The rate with which each rule brings the training loss lowest in a few epochs of one seed.
std::vector<double> best_rates(const Images& images, const Settings& settings, Section& section) {
  std::vector<Training> trainings;
  for (const RuleMaker& maker : rules()) {
    for (const double lr : maker.rates) {
      trainings.push_back(training_of(maker, lr));
      trainings.back().epochs = kCalibrationEpochs;
      trainings.back().seed = settings.seed;
    }
  }
  const auto histories = train_all(trainings, images, settings, "rates");
  Table table{.columns = {"rule", "learning rate", "training loss", "test accuracy"}};
  std::vector<double> best;
  size_t at = 0;
  for (const RuleMaker& maker : rules()) {
    double lowest = std::numeric_limits<double>::infinity();
    best.push_back(maker.rates[0]);
    for (const double lr : maker.rates) {
      const History& history = histories[at++];
      const double loss = history.train_loss.back();
      table.rows.push_back({maker.name, lr, loss, history.accuracy()});
      if (!history.diverged && loss < lowest) {
        lowest = loss;
        best.back() = lr;
      }
    }
  }
  section.table("calibration", table);
  return best;
}

examples::Figure family_figure(const std::string& family, const std::vector<History>& histories) {
  using V = const std::vector<double> History::*;
  const std::string epoch = "epoch", seconds = "training time / s";
  examples::Figure figure{.panel_height = 400};
  const auto panel = [&](const std::string& title, const std::string& x_label, V x, V y,
                         const std::string& legend) {
    examples::Panel result{
        .title = title, .x = {.label = x_label}, .y = {.label = title}, .legend = legend};
    for (const RuleMaker& maker : rules())
      if (maker.family == family) result.curves.push_back(mean_curve(histories, maker.name, x, y));
    figure.panels.push_back(result);
  };
  panel("training loss", epoch, &History::epoch, &History::train_loss, "off");
  panel("test accuracy", epoch, &History::epoch, &History::test_accuracy, "bottom right");
  panel("training loss", seconds, &History::seconds, &History::train_loss, "off");
  panel("test accuracy", seconds, &History::seconds, &History::test_accuracy, "off");
  for (size_t i = 0; i < 4; ++i) {
    // The start would press the rest together.
    for (examples::Curve& curve : figure.panels[i].curves)
      for (auto* values : {&curve.x, &curve.y, &curve.low, &curve.high})
        if (!values->empty()) values->erase(values->begin());
  }
  return figure;
}

}  // namespace

void optimizers(const Settings& settings, Section& section) {
  const Images images = load_images(settings);
  const int64_t epochs = settings.epochs > 0 ? settings.epochs : kEpochs;
  const std::vector<double> rates = best_rates(images, settings, section);
  std::vector<Training> trainings;
  for (size_t i = 0; i < rules().size(); ++i) {
    Training training = training_of(rules()[i], rates[i]);
    training.epochs = epochs;
    for (const Training& run : with_seeds(training, settings)) trainings.push_back(run);
  }
  const auto histories = train_all(trainings, images, settings, "optimizers");

  Table table{.columns = {"rule", "family", "best learning rate", "test accuracy", "+-",
                          "training loss", "seconds"}};
  nlohmann::json json;
  for (size_t i = 0; i < rules().size(); ++i) {
    const RuleMaker& maker = rules()[i];
    const auto accuracy = mean_value(histories, maker.name, &History::accuracy);
    const auto loss =
        mean_value(histories, maker.name, [](const History& h) { return h.train_loss.back(); });
    const auto seconds =
        mean_value(histories, maker.name, [](const History& h) { return h.seconds.back(); });
    table.rows.push_back({maker.name, maker.family, rates[i], accuracy.mean, accuracy.half_range,
                          loss.mean, seconds.mean});
    json[maker.name] = {{"lr", rates[i]}, {"accuracy", accuracy.mean}, {"loss", loss.mean}};
  }
  std::sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return std::get<double>(a[3]) > std::get<double>(b[3]);
  });
  const std::string where = conditions(images, epochs, settings);
  for (const char* family : {"textbook", "PyTorch", "newer"}) {
    examples::Figure figure = family_figure(family, histories);
    if (figure.panels[0].curves.empty()) continue;
    const auto best = std::find_if(table.rows.begin(), table.rows.end(), [&](const auto& row) {
      return std::get<std::string>(row[1]) == family;
    });
    figure.caption = fmt::format(
        "{} rules, each at its best rate, on a 784-64-10 network with batches of 64: mean and, as "
        "a band, "
        "smallest and largest of the seeds ({}). {} ends with the best test accuracy, {:.3f}. Time "
        "is "
        "that of one thread, {} runs side by side.",
        family, where, std::get<std::string>((*best)[0]), std::get<double>((*best)[3]),
        settings.parallel > 0 ? fmt::format("{}", settings.parallel) : "one core each,");
    section.figure(family, figure);
  }
  section.table("rules", table, "Best first. " + where + ". +- is half the range over the seeds.");
  section.json("optimizers", json);
}

}  // namespace lab
