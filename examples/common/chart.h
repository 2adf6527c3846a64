#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "examples/common/figure.h"

namespace examples {

/// Draws losses beside accuracies, against the same axis. Returns as write_figure.
bool write_curves(const std::string& path, const std::string& x_label,
                  const std::vector<Curve>& losses, const std::vector<Curve>& accuracies);

/// Draws how often each class (row) was taken for each class (column); counts is [C][C], coloured
/// by its share of the row. Returns as write_figure.
bool write_confusion_matrix(const std::string& path,
                            const std::vector<std::vector<int64_t>>& counts,
                            const std::vector<std::string>& classes);

}  // namespace examples
