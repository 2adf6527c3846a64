#pragma once

#include <string>
#include <vector>

#include "examples/optimization_lab/section.h"
#include "examples/optimization_lab/settings.h"

namespace lab {

struct Experiment {
  std::string name;
  std::string title;
  void (*run)(const Settings& settings, Section& section);
};

// One file each.
void parabola(const Settings& settings, Section& section);
void landscape(const Settings& settings, Section& section);
void optimizers(const Settings& settings, Section& section);
void momentum(const Settings& settings, Section& section);
void loss(const Settings& settings, Section& section);
void model(const Settings& settings, Section& section);
void batch(const Settings& settings, Section& section);
void order(const Settings& settings, Section& section);
void rate(const Settings& settings, Section& section);
void init(const Settings& settings, Section& section);
void search(const Settings& settings, Section& section);
void backprop(const Settings& settings, Section& section);

/// One epoch at this batch size, in a process of its own; prints the megabytes that it took at
/// most.
void one_epoch(const Settings& settings, int64_t batch);

/// Returns at once, but in a process that a search started for a trial: there it runs the trial and
/// ends the process.
void run_search_trial(const Settings& settings);

/// All of them, in the order of the report.
const std::vector<Experiment>& experiments();

}  // namespace lab
