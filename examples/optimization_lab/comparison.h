#pragma once

#include <string>
#include <vector>

#include "examples/optimization_lab/section.h"
#include "examples/optimization_lab/training.h"

namespace lab {

/// Several trainings that differ in one thing, each with every seed, side by side.
class Comparison {
 public:
  using Values = const std::vector<double> History::*;

  /// epochs: what the settings may override.
  Comparison(const Images& images, const Settings& settings, int64_t epochs);

  /// Its epochs and seed are set here.
  ///
  /// Throws: Error if the label is that of another training.
  void add(Training training);
  /// Trains all.
  void run(const std::string& title);

  const std::vector<History>& histories() const { return histories_; }
  /// Means and bands of these labels, all if there are none.
  examples::Panel panel(const std::string& title, Values y, const std::string& y_label,
                        const std::vector<std::string>& labels = {}) const;
  /// Against another measure than epochs.
  examples::Panel panel(const std::string& title, Values x, const std::string& x_label, Values y,
                        const std::string& y_label,
                        const std::vector<std::string>& labels = {}) const;
  /// The loss of each of a label's first updates, with the first seed.
  examples::Curve step_losses(const std::string& label, size_t most) const;
  /// Label, training loss, test accuracy and its half range, seconds, and how many runs diverged.
  Table table(const std::string& first_column) const;
  MeanValue accuracy(const std::string& label) const;
  MeanValue train_loss(const std::string& label) const;
  MeanValue seconds(const std::string& label) const;
  /// How many of its runs diverged.
  double broken(const std::string& label) const;
  /// The label of the highest mean test accuracy; among these, if any are given.
  std::string best(const std::vector<std::string>& labels = {}) const;
  /// Images, epochs and seeds, for captions.
  std::string where() const { return conditions(images_, epochs_, settings_); }
  std::vector<std::string> labels() const;

 private:
  const Images& images_;
  const Settings& settings_;
  int64_t epochs_;
  std::vector<Training> variants_;
  std::vector<History> histories_;
};

}  // namespace lab
