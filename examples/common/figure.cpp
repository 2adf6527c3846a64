#include "examples/common/figure.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "examples/common/gnuplot.h"

namespace examples {
namespace {

constexpr int kLineHeight = 18;

std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "NaN"; }

std::string axis_script(const Axis& axis, const char* name) {
  // A range of the panel before may not fit this one's scale.
  std::string script =
      fmt::format("set {0}range [*:*]\n{1} logscale {0}\n", name, axis.log ? "set" : "unset");
  if (axis.from != axis.to)
    script += fmt::format("set {}range [{}:{}]\n", name, axis.from, axis.to);
  script += fmt::format("set format {} '%g'\n", name);
  script += fmt::format("set {}label {} {} textcolor rgb '{}'\n", name, quoted(axis.label),
                        *name == 'x' ? "offset 0,0.4" : "", kInk);
  if (axis.names.empty())
    return script + fmt::format("set {}tics {} norotate\n", name,
                                axis.step > 0 ? fmt::format("{}", axis.step) : "autofreq");
  std::string tics;
  for (size_t i = 0; i < axis.names.size(); ++i)
    tics += fmt::format("{}{} {}", i ? ", " : "", quoted(axis.names[i]), i);
  return script +
         fmt::format("set {}tics ({}){}\n", name, tics, *name == 'x' ? " rotate by 35 right" : "");
}

std::string curve_data(const Curve& curve, const std::string& block) {
  std::string data = fmt::format("${} << end\n", block);
  for (size_t i = 0; i < std::min(curve.x.size(), curve.y.size()); ++i) {
    data += number(curve.x[i]) + ' ' + number(curve.y[i]);
    if (!curve.low.empty()) data += ' ' + number(curve.low[i]) + ' ' + number(curve.high[i]);
    data += '\n';
  }
  return data + "end\n";
}

std::string curve_style(const Curve& curve, const std::string& color) {
  const std::string line = fmt::format("linewidth {} linecolor rgb '{}'", curve.width, color);
  const std::string point =
      fmt::format("pointtype {} pointsize {} ", curve.point, curve.point_size);
  switch (curve.style) {
    case Curve::kLine:
      return "with lines " + line;
    case Curve::kDashed:
      return "with lines dashtype 2 " + line;
    case Curve::kPoints:
      return "with points " + point + line;
    case Curve::kLinePoints:
      return "with linespoints " + point + line;
    case Curve::kBars:
      return fmt::format("with boxes fill solid 0.7 noborder linecolor rgb '{}'", color);
  }
  return "";
}

// Whether a vertical guide's label would leave the panel on its right.
bool far_right(const Guide& guide, const Axis& x) {
  if (x.log || x.from == x.to) return false;
  return guide.at > x.from + 0.7 * (x.to - x.from);
}

std::string guides_script(const std::vector<Guide>& guides, const Axis& x) {
  std::string script;
  for (const Guide& guide : guides) {
    const char* beside = far_right(guide, x) ? "right offset -0.5,0" : "left offset 0.5,0";
    const auto [from, to] = guide.vertical ? std::pair(fmt::format("{}, graph 0", guide.at),
                                                       fmt::format("{}, graph 1", guide.at))
                                           : std::pair(fmt::format("graph 0, first {}", guide.at),
                                                       fmt::format("graph 1, first {}", guide.at));
    script += fmt::format("set arrow from {} to {} nohead dashtype 2 linecolor rgb '#888888'\n",
                          from, to);
    script +=
        fmt::format("set label {} at {} {} textcolor rgb '#888888' front\n", quoted(guide.label),
                    guide.vertical ? fmt::format("{}, graph 0.96", guide.at)
                                   : fmt::format("graph 0.02, first {}", guide.at),
                    guide.vertical ? beside : "left offset 0,0.6");
  }
  return script;
}

// The caption in lines that fit.
std::vector<std::string> wrapped(const std::string& text, size_t columns) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    size_t end = text.size();
    if (end - at > columns) {
      end = text.rfind(' ', at + columns);
      if (end == std::string::npos || end <= at) end = at + columns;
    }
    lines.push_back(text.substr(at, end - at));
    at = end + (end < text.size() && text[end] == ' ');
  }
  return lines;
}

}  // namespace

std::string palette(size_t n) {
  static constexpr std::array colors = {"#1f77b4", "#d95f02", "#2ca02c", "#c0392b", "#9467bd",
                                        "#b8860b", "#e377c2", "#17a2b8", "#7f7f7f", "#6b8e23"};
  return colors[n % colors.size()];
}

std::string shade(double share) {
  share = std::clamp(share, 0.0, 1.0);
  const auto mix = [&](int from, int to) {
    return static_cast<int>(std::lround(from + share * (to - from)));
  };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(0x2b, 0xf0), mix(0x55, 0xb4), mix(0xb4, 0x1e));
}

std::string contour_script(const Contours& contours, const std::string& block) {
  std::string script = fmt::format("${}grid << end\n", block);
  for (size_t row = 0; row < contours.y.size(); ++row) {
    for (size_t column = 0; column < contours.x.size(); ++column)
      script += fmt::format("{:.5g} {:.5g} {:.6g}\n", contours.x[column], contours.y[row],
                            contours.z[row][column]);
    script += '\n';
  }
  script += "end\nset contour base\nunset surface\nset cntrparam levels discrete ";
  for (size_t i = 0; i < contours.levels.size(); ++i)
    script += fmt::format("{}{:.6g}", i ? "," : "", contours.levels[i]);
  return script + fmt::format(
                      "\nset table ${0}lines\nsplot ${0}grid with lines\nunset table\n"
                      "unset contour\nset surface\n",
                      block);
}

std::string panel_script(const Panel& panel, const std::string& block) {
  std::string script = axis_script(panel.x, "x") + axis_script(panel.y, "y");
  script += guides_script(panel.guides, panel.x);
  script += fmt::format("set title {} textcolor rgb '{}'\n", quoted(panel.title), kInk);
  const std::string legend = panel.legend == "below"
                                 ? "below maxcols 3 Left reverse samplen 1.5 width -2 font ',11'"
                                 : panel.legend;
  script += legend == "off"
                ? "unset key\n"
                : fmt::format("set key default\nset key {} textcolor rgb '{}'\n", legend, kInk);
  std::string plots;
  const auto add = [&](const std::string& plot) {
    plots += (plots.empty() ? "plot " : ", ") + plot;
  };
  if (!panel.contours.levels.empty()) {
    script += contour_script(panel.contours, block);
    add(fmt::format("${}lines using 1:2 with lines linewidth 1 linecolor rgb '#9aa0a6' notitle",
                    block));
  }
  size_t colors = 0;
  for (size_t i = 0; i < panel.curves.size(); ++i) {
    const Curve& curve = panel.curves[i];
    if (curve.x.empty()) continue;
    const std::string name = fmt::format("{}c{}", block, i);
    const std::string color = curve.color.empty() ? palette(colors++) : curve.color;
    script += curve_data(curve, name);
    if (!curve.low.empty())
      add(
          fmt::format("${} using 1:3:4 with filledcurves fill transparent solid 0.18 noborder "
                      "linecolor rgb '{}' notitle",
                      name, color));
    add(fmt::format("${} using 1:2 {} {}", name, curve_style(curve, color),
                    curve.name.empty() ? "notitle" : "title " + quoted(curve.name)));
  }
  // gnuplot refuses to choose a range without a point.
  if (plots.empty()) plots = "set xrange [1:10]\nset yrange [1:10]\nplot NaN notitle";
  return script + panel.script + plots + '\n';
}

bool write_figure(const std::string& path, const Figure& figure) {
  const size_t columns = std::min(figure.columns, figure.panels.size());
  const size_t rows = (figure.panels.size() + columns - 1) / columns;
  const int width = figure.panel_width * static_cast<int>(columns);
  const auto caption = wrapped(figure.caption, static_cast<size_t>(width) / 7);
  const int caption_height = static_cast<int>(caption.size()) * kLineHeight + 10;
  const int height = figure.panel_height * static_cast<int>(rows) + caption_height;
  const double bottom = static_cast<double>(caption_height) / height;

  std::string caption_script;
  for (size_t i = 0; i < caption.size(); ++i) {
    caption_script += fmt::format(
        "set label {} at screen {:.5f},{:.5f} left textcolor rgb '{}'\n", quoted(caption[i]),
        14.0 / width, bottom - (static_cast<double>(i) + 0.7) * kLineHeight / height, kInk);
  }
  std::string script = "set style fill solid\nset boxwidth 0.7\nset multiplot\n" + caption_script;
  for (size_t i = 0; i < figure.panels.size(); ++i) {
    const double w = 1.0 / static_cast<double>(columns);
    const double h = (1 - bottom) / static_cast<double>(rows);
    script += fmt::format("set origin {:.5f},{:.5f}\nset size {:.5f},{:.5f}\n",
                          w * static_cast<double>(i % columns),
                          1 - h * static_cast<double>(i / columns + 1), w, h);
    script += panel_script(figure.panels[i], fmt::format("p{}", i));
    script += "unset label\nunset arrow\nunset object\n";
  }
  return run_gnuplot(path, script + "unset multiplot\n", width, height);
}

}  // namespace examples
