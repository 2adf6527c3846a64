#include <fmt/format.h>

#include "examples/common/gnuplot.h"
#include "examples/optimization_lab/landscape_parts.h"

// One small picture for each rule.
namespace lab {
namespace {

using namespace gradtape;

constexpr size_t kGradients = 50;  // the rate is the best for so many

size_t crossings_of_floor(const Path& path) {
  size_t count = 0;
  for (size_t i = 1; i < path.points.size(); ++i)
    count += (path.points[i][1] > 0) != (path.points[i - 1][1] > 0) &&
             std::abs(path.points[i][1]) > kNear;
  return count;
}

examples::Figure picture(const RuleMaker& maker, const Path& path) {
  const Problem& problem = optim::problems::quadratic();
  examples::Panel over = problem_panel(problem, 17, 4);
  over.title = fmt::format("{}, rate {:.2g}", maker.name, path.lr);
  over.legend = "off";
  over.script = "set xtics 2\nset ytics 1\n";
  examples::Curve curve = path_curve(path, problem, "");
  curve.style = examples::Curve::kLinePoints;
  curve.point_size = 0.4;
  over.curves.push_back(curve);
  add_marks(over, problem, true);

  examples::Panel values{
      .title = "value",
      .x = {.label = "gradients", .from = 0, .to = static_cast<double>(kGradients)},
      .y = {.label = problem.formula, .log = true, .from = 1e-8, .to = 1e3},
      .legend = "off",
      .script = "unset mytics\n"};  // they would be a fifth of the file
  examples::Curve value;
  for (size_t i = 0; i < path.points.size(); ++i) {
    value.x.push_back(static_cast<double>(path.gradients[i]));
    value.y.push_back(std::max(path.values[i], 1e-30));  // 0 has no logarithm
  }
  values.curves.push_back(value);

  const size_t crossings = crossings_of_floor(path);
  const std::string crosses = crossings == 0 ? "never crosses the valley's floor"
                              : crossings == 1
                                  ? "crosses the valley's floor once"
                                  : fmt::format("crosses the valley's floor {} times", crossings);
  const std::string end =
      path.reached ? fmt::format("after {} gradients it stays within {:g} of the minimum",
                                 path.gradients_until_reached(), kNear)
                   : fmt::format("after {} gradients it is {:.1g} from the minimum",
                                 path.gradients.back(), path.distance);
  return {.panels = {over, values},
          .caption = fmt::format("{} on {}: {}; it {}.", maker.name, problem.formula, end, crosses),
          .panel_width = 380,
          .panel_height = 270};
}

}  // namespace

void draw_rules(const std::vector<RulePaths>& results, Section& section) {
  const auto folder = section.folder() / "rules";
  std::filesystem::create_directories(folder);
  Table table{.columns = {"rule", "family", "gradients", "x", "y", "value"}};
  for (const RulePaths& result : results) {
    const RuleMaker* maker = result.maker;
    const Path path = best_path(*maker, optim::problems::quadratic(), kGradients);
    for (size_t i = 0; i < path.points.size(); ++i)
      table.rows.push_back({maker->name, maker->family, static_cast<double>(path.gradients[i]),
                            path.points[i][0], path.points[i][1], path.values[i]});
    if (examples::have_gnuplot())
      examples::write_figure(folder / (file_name(maker->family + " " + maker->name) + ".svg"),
                             picture(*maker, path));
  }
  section.table("quadratic", table);
}

}  // namespace lab
