#pragma once

#include <vector>

#include "examples/optimization_lab/paths.h"
#include "examples/optimization_lab/section.h"

// What the landscape experiment is made of, one file each.
namespace lab {

/// One rule on every problem, at the best rate for each.
struct RulePaths {
  const RuleMaker* maker;
  std::vector<Path> paths;  // in the order of optim::problems::all()
};

/// An animation of the best rules of each family on one problem.
void draw_race(const std::vector<RulePaths>& results, const Problem& problem, Section& section);

/// Descents from many starts in two valleys, coloured by the minimum they end in.
void draw_starts(Section& section);

/// rules/<family>_<rule>.svg for each: its path over the quadratic, and the value as it goes.
void draw_rules(const std::vector<RulePaths>& results, Section& section);

/// The place of a problem in optim::problems::all().
size_t index_of(const Problem& problem);

}  // namespace lab
