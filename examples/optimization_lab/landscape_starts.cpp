#include <algorithm>

#include <fmt/format.h>

#include "examples/optimization_lab/landscape_parts.h"

// Where a descent ends is decided by where it starts.
namespace lab {
namespace {

using namespace gradtape;

constexpr size_t kGradients = 300;
constexpr double kRate = 0.05;

std::vector<Point> starts_in(const Problem& problem, size_t columns, size_t rows) {
  std::vector<Point> starts;
  const auto between = [](const Point& range, size_t i, size_t count) {
    return range[0] +
           (range[1] - range[0]) * (static_cast<double>(i) + 0.5) / static_cast<double>(count);
  };
  for (size_t row = 0; row < rows; ++row)
    for (size_t column = 0; column < columns; ++column)
      starts.push_back(
          {between(problem.x_range, column, columns), between(problem.y_range, row, rows)});
  return starts;
}

struct Descents {
  std::vector<Path> paths;
  std::vector<size_t> ends_in;  // the minimum, or how many there are if none

  size_t count(size_t minimum) const {
    return static_cast<size_t>(std::count(ends_in.begin(), ends_in.end(), minimum));
  }
};

Descents descend(const Problem& problem, const std::vector<Point>& starts, double momentum) {
  Descents result;
  for (const Point& start : starts) {
    const auto make = [&](std::vector<Tensor> p) {
      return Rule(
          std::make_unique<optim::SGD>(std::move(p), optim::SGDOptions(kRate).momentum(momentum)));
    };
    Path path = follow(make, problem, start, kGradients);
    result.ends_in.push_back(path.reached ? nearest_minimum(problem, path.points.back()).minimum
                                          : problem.minima.size());
    result.paths.push_back(std::move(path));
  }
  return result;
}

double percent(size_t part, size_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

examples::Panel panel_of(const Problem& problem, const Descents& descents, const std::string& title,
                         bool with_paths) {
  examples::Panel panel = problem_panel(problem, 60, 10);
  panel.title = title;
  panel.legend = "below maxcols 3 Left reverse";
  for (size_t m = 0; m <= problem.minima.size(); ++m) {
    const bool ended = m < problem.minima.size();
    examples::Curve starts{.name = ended ? fmt::format("ends at ({:g}, {:g})", problem.minima[m][0],
                                                       problem.minima[m][1])
                                         : "ends at neither",
                           .style = examples::Curve::kPoints,
                           .color = ended ? examples::palette(m) : "#888888",
                           .point_size = with_paths ? 0.7 : 0.5};
    for (size_t i = 0; i < descents.paths.size(); ++i) {
      if (descents.ends_in[i] != m) continue;
      const Path& path = descents.paths[i];
      starts.x.push_back(path.points[0][0]);
      starts.y.push_back(path.points[0][1]);
      if (!with_paths) continue;
      panel.curves.push_back(path_curve(path, problem, ""));
      panel.curves.back().color = starts.color;
      panel.curves.back().width = 1.2;
    }
    if (!starts.x.empty()) panel.curves.push_back(starts);
  }
  add_marks(panel, problem, false);
  return panel;
}

}  // namespace

void draw_starts(Section& section) {
  const Problem& problem = optim::problems::two_valleys();
  const auto few = starts_in(problem, 8, 5), many = starts_in(problem, 40, 24);
  const Descents plain = descend(problem, few, 0), rolling = descend(problem, many, 0.9);
  const Descents plain_many = descend(problem, many, 0);
  size_t changed = 0;
  for (size_t i = 0; i < many.size(); ++i) changed += plain_many.ends_in[i] != rolling.ends_in[i];
  const Point &global = problem.minima[0], &local = problem.minima[1];
  examples::Figure figure{
      .panels = {panel_of(problem, plain, fmt::format("gradient descent, rate {:g}", kRate), true),
                 panel_of(problem, rolling, fmt::format("with momentum 0.9, rate {:g}", kRate),
                          false)},
      .panel_height = 400};
  figure.caption = fmt::format(
      "Two valleys, {}. Left: gradient descent goes down into the valley it starts in; {} of {} "
      "starts (discs) end in the global minimum ({:g}, {:g}), {} in the local one ({:g}, {:g}). "
      "Right: each of {} starts in the colour of the minimum it ends in. With momentum {:.0f}% of "
      "them end elsewhere than without; {:.0f}% end in the global minimum, without momentum "
      "{:.0f}%.",
      problem.formula, plain.count(0), few.size(), global[0], global[1], plain.count(1), local[0],
      local[1], many.size(), percent(changed, many.size()), percent(rolling.count(0), many.size()),
      percent(plain_many.count(0), many.size()));
  section.figure("starts", figure);
}

}  // namespace lab
