#include "examples/common/chart.h"

#include <numeric>

#include <fmt/format.h>

#include "examples/common/gnuplot.h"

namespace examples {

bool write_curves(const std::string& path, const std::string& x_label,
                  const std::vector<Curve>& losses, const std::vector<Curve>& accuracies) {
  Figure figure;
  figure.panels.push_back(
      {.x = {.label = x_label}, .y = {.label = "loss"}, .curves = losses, .legend = "top right"});
  figure.panels.push_back({.x = {.label = x_label},
                           .y = {.label = "accuracy"},
                           .curves = accuracies,
                           .legend = "bottom right"});
  for (Panel& panel : figure.panels) {
    // Points where they can be told apart.
    for (Curve& curve : panel.curves)
      if (curve.x.size() <= 50) curve.style = Curve::kLinePoints;
  }
  return write_figure(path, figure);
}

bool write_confusion_matrix(const std::string& path,
                            const std::vector<std::vector<int64_t>>& counts,
                            const std::vector<std::string>& classes) {
  std::string script = "$counts << end\n";
  std::string ticks;
  for (size_t row = 0; row < counts.size(); ++row) {
    const auto sum = std::accumulate(counts[row].begin(), counts[row].end(), int64_t{0});
    for (size_t column = 0; column < counts.size(); ++column) {
      const int64_t count = counts[row][column];
      script += fmt::format("{} {} {} {}\n", column, row, count,
                            sum > 0 ? static_cast<double>(count) / static_cast<double>(sum) : 0.0);
    }
    ticks += fmt::format("{}{} {}", row ? ", " : "", quoted(classes.at(row)), row);
  }
  const double end = static_cast<double>(counts.size()) - 0.5;
  script += "end\nunset key\nunset grid\nset size ratio 1\nset tics scale 0\n";
  script += fmt::format("set xtics ({0}) rotate by 45 right\nset ytics ({0})\n", ticks);
  script += fmt::format("set xrange [-0.5:{0}]\nset yrange [{0}:-0.5]\n", end);
  script +=
      "set xlabel 'taken for' textcolor rgb '#222222'\n"
      "set ylabel 'class' textcolor rgb '#222222'\n"
      "set cblabel 'share of the class' textcolor rgb '#222222'\n"
      "set cbrange [0:1]\nset palette defined (0 '#ffffff', 0.5 '#6baed6', 1 '#08306b')\n"
      "plot $counts using 1:2:4 with image pixels, "
      "$counts using 1:2:($4 < 0.5 ? sprintf('%d', $3) : '') with labels textcolor rgb '#000000', "
      "$counts using 1:2:($4 < 0.5 ? '' : sprintf('%d', $3)) with labels textcolor rgb '#ffffff'\n";
  return run_gnuplot(path, script, 860, 760);
}

}  // namespace examples
