#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "examples/optimization_lab/comparison.h"
#include "examples/optimization_lab/experiments.h"

// All rules on the same network, data and seeds, each at the best of its rates.
namespace lab {
namespace {

constexpr int64_t kEpochs = 8;
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
  std::string at_an_edge;
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
    if (best.back() == maker.rates.front() || best.back() == maker.rates.back())
      at_an_edge +=
          fmt::format("{}{} ({:g})", at_an_edge.empty() ? "" : ", ", maker.name, best.back());
  }
  if (!at_an_edge.empty())
    section.say(
        "Best at the smallest or largest rate that was tried, so a better one may lie beyond: " +
        at_an_edge + ".");
  section.table("calibration", table);
  return best;
}

examples::Figure family_figure(const std::vector<std::string>& names,
                               const Comparison& comparison) {
  examples::Figure figure{.panel_height = 400};
  const std::string time = "training time / s";
  figure.panels = {comparison.panel("training loss", &History::train_loss, "loss", names),
                   comparison.panel("test accuracy", &History::test_accuracy, "accuracy", names),
                   comparison.panel("training loss", &History::seconds, time, &History::train_loss,
                                    "loss", names),
                   comparison.panel("test accuracy", &History::seconds, time,
                                    &History::test_accuracy, "accuracy", names)};
  for (size_t i = 0; i < figure.panels.size(); ++i) {
    examples::Panel& panel = figure.panels[i];
    panel.y.log = i % 2 == 0;  // the losses
    panel.x.log = i >= 2;
    if (i >= 2) panel.legend = "off";
    // The start would press the rest together, and has taken no time.
    for (examples::Curve& curve : panel.curves)
      for (auto* values : {&curve.x, &curve.y, &curve.low, &curve.high})
        if (!values->empty()) values->erase(values->begin());
  }
  return figure;
}

}  // namespace

void optimizers(const Settings& settings, Section& section) {
  const Images images = load_images(settings);
  const std::vector<double> rates = best_rates(images, settings, section);
  Comparison comparison(images, settings, kEpochs);
  for (size_t i = 0; i < rules().size(); ++i) comparison.add(training_of(rules()[i], rates[i]));
  comparison.run("optimizers");

  const std::string where = comparison.where();
  for (const std::string& family : families()) {
    std::vector<std::string> names;
    for (const RuleMaker& maker : rules())
      if (maker.family == family) names.push_back(maker.name);
    examples::Figure figure = family_figure(names, comparison);
    const std::string best = comparison.best(names);
    figure.caption = fmt::format(
        "Rules ({}), each at its best rate, on a {} network with batches of 64: mean and, as a "
        "band, smallest and largest of the seeds ({}). {} ends with the best test accuracy, "
        "{:.3f}. Each run has one thread; the time is without tests.",
        family, network_text({}, images), where, best, comparison.accuracy(best).mean);
    section.figure(file_name(family), figure);
  }

  Table table{.columns = {"rule", "family", "best learning rate", "test accuracy", "+-",
                          "training loss", "seconds"}};
  nlohmann::json json;
  for (size_t i = 0; i < rules().size(); ++i) {
    const std::string& name = rules()[i].name;
    const MeanValue accuracy = comparison.accuracy(name);
    table.rows.push_back({name, rules()[i].family, rates[i], accuracy.mean, accuracy.half_range,
                          comparison.train_loss(name).mean, comparison.seconds(name).mean});
    json[name] = {
        {"lr", rates[i]}, {"accuracy", accuracy.mean}, {"loss", comparison.train_loss(name).mean}};
  }
  std::sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return std::get<double>(a[3]) > std::get<double>(b[3]);
  });
  section.table("rules", table, "Best first. " + where + ". +- is half the range over the seeds.");
  section.json("optimizers", json);
}

}  // namespace lab
