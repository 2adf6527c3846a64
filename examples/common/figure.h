#pragma once

#include <string>
#include <vector>

namespace examples {

/// A line of a panel.
struct Curve {
  std::string name = {};  // empty: not in the legend
  std::vector<double> x = {}, y = {};
  /// A band around the line, where given.
  std::vector<double> low = {}, high = {};
  enum Style { kLine, kDashed, kPoints, kLinePoints, kBars } style = kLine;
  /// "#rrggbb"; empty: the next of a palette that is readable on light and dark.
  std::string color = {};
  double width = 2;
  /// Gnuplot's number of the point's shape (7: a disc, 6: a ring, 3: a star), and its size.
  int point = 7;
  double point_size = 0.6;
};

struct Axis {
  std::string label = {};  // with its unit
  bool log = false;
  double from = 0, to = 0;  // equal: as the data are
  double step = 0;          // between two numbers; 0: as it looks good
  /// Names at 0, 1, 2, ... instead of numbers.
  std::vector<std::string> names = {};
};

/// A dashed line across the panel.
struct Guide {
  double at;
  bool vertical;
  std::string label;
};

/// Lines of equal height of a surface: z is [y.size()][x.size()].
struct Contours {
  std::vector<double> x = {}, y = {};
  std::vector<std::vector<double>> z = {};
  std::vector<double> levels = {};
};

struct Panel {
  std::string title = {};
  Axis x = {}, y = {};
  std::vector<Curve> curves = {};
  std::vector<Guide> guides = {};
  Contours contours = {};
  std::string legend = "below";  // gnuplot's position, as "top right"; "off": none
  std::string script = {};       // gnuplot commands of one's own, before the plot
};

/// Panels in rows, and under them a sentence that says what one sees.
struct Figure {
  std::vector<Panel> panels = {};
  std::string caption = {};
  size_t columns = 2;
  int panel_width = 480, panel_height = 360;  // pixels
};

/// The colour of the n-th curve.
std::string palette(size_t n);
/// A colour between blue (0) and yellow (1).
std::string shade(double share);

/// The gnuplot commands that put the lines of the contours into $<block>lines.
std::string contour_script(const Contours& contours, const std::string& block);

/// The gnuplot commands for one panel, for a script of one's own.
std::string panel_script(const Panel& panel, const std::string& block);

/// Draws the figure (.svg or .png). Returns false, and says why on stderr, if gnuplot is missing or
/// fails.
bool write_figure(const std::string& path, const Figure& figure);

}  // namespace examples
