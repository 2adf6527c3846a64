#include "examples/optimization_lab/comparison.h"

#include <algorithm>

namespace lab {

Comparison::Comparison(const Images& images, const Settings& settings, int64_t epochs)
    : images_(images),
      settings_(settings),
      epochs_(settings.epochs > 0 ? settings.epochs : epochs) {}

void Comparison::add(Training training) {
  for (const Training& variant : variants_)
    GRADTAPE_CHECK(variant.label != training.label, "Comparison: each label must be its own; got ",
                   training.label, " twice");
  training.epochs = epochs_;
  variants_.push_back(std::move(training));
}

void Comparison::run(const std::string& title) {
  std::vector<Training> trainings;
  for (const Training& variant : variants_)
    for (const Training& run : with_seeds(variant, settings_)) trainings.push_back(run);
  histories_ = train_all(trainings, images_, settings_, title);
}

std::vector<std::string> Comparison::labels() const {
  std::vector<std::string> result;
  for (const Training& variant : variants_) result.push_back(variant.label);
  return result;
}

examples::Panel Comparison::panel(const std::string& title, Values y, const std::string& y_label,
                                  const std::vector<std::string>& labels) const {
  return panel(title, &History::epoch, "epoch", y, y_label, labels);
}

examples::Panel Comparison::panel(const std::string& title, Values x, const std::string& x_label,
                                  Values y, const std::string& y_label,
                                  const std::vector<std::string>& labels) const {
  examples::Panel result{.title = title, .x = {.label = x_label}, .y = {.label = y_label}};
  constexpr int64_t kMostTics = 10;
  if (x == &History::epoch && epochs_ <= kMostTics) result.x.step = 1;
  for (const std::string& label : labels.empty() ? this->labels() : labels)
    result.curves.push_back(mean_curve(histories_, label, x, y));
  return result;
}

examples::Curve Comparison::step_losses(const std::string& label, size_t most) const {
  examples::Curve curve{.width = 1};
  for (const History& history : histories_) {
    if (history.label != label || history.seed != settings_.seed) continue;
    for (size_t i = 0; i < std::min(most, history.step_loss.size()); ++i) {
      curve.x.push_back(static_cast<double>(i));
      curve.y.push_back(history.step_loss[i]);
    }
  }
  return curve;
}

MeanValue Comparison::accuracy(const std::string& label) const {
  return mean_value(histories_, label, &History::accuracy);
}

MeanValue Comparison::train_loss(const std::string& label) const {
  return mean_value(histories_, label, [](const History& h) { return h.train_loss.back(); });
}

MeanValue Comparison::seconds(const std::string& label) const {
  return mean_value(histories_, label, [](const History& h) { return h.seconds.back(); });
}

double Comparison::broken(const std::string& label) const {
  return static_cast<double>(std::count_if(
      histories_.begin(), histories_.end(),
      [&](const History& history) { return history.label == label && history.diverged; }));
}

Table Comparison::table(const std::string& first_column) const {
  Table table{
      .columns = {first_column, "training loss", "test accuracy", "+-", "seconds", "broke down"}};
  for (const std::string& label : labels()) {
    table.rows.push_back({label, train_loss(label).mean, accuracy(label).mean,
                          accuracy(label).half_range, seconds(label).mean, broken(label)});
  }
  return table;
}

std::string Comparison::best(const std::vector<std::string>& labels) const {
  std::string result;
  double highest = -1;
  for (const std::string& label : labels.empty() ? this->labels() : labels) {
    if (accuracy(label).mean <= highest) continue;
    highest = accuracy(label).mean;
    result = label;
  }
  return result;
}

}  // namespace lab
