#include "examples/common/gnuplot.h"

#include <fmt/format.h>

#include "examples/common/process.h"
#include <gradtape/core/error.h>
#include <gradtape/io/file.h>

namespace examples {
namespace {

// gnuplot writes colours as attributes, which a style sheet overrides.
constexpr const char* kDarkMode =
    "<style>@media (prefers-color-scheme: dark) {"
    " rect[fill='#ffffff'] { fill: #16181d; }"
    " [color='black'] { color: #d5d8de; }"
    " [fill='rgb(34,34,34)'], [fill='black'] { fill: #d5d8de; }"
    " [stroke='rgb( 34,  34,  34)'] { stroke: #d5d8de; }"
    " [stroke='rgb(221, 221, 221)'] { stroke: #3a3e47; }"
    " [stroke='rgb(154, 160, 166)'] { stroke: #656b75; }"  // contours: paths must stand out
    "}</style>\n";

std::string terminal(const std::string& path, int width, int height) {
  if (path.ends_with(".png"))
    return fmt::format("set terminal pngcairo noenhanced size {},{} font 'sans,11'\n", width,
                       height);
  if (path.ends_with(".gif"))
    return fmt::format("set terminal gif noenhanced animate delay 6 loop 0 size {},{}\n", width,
                       height);
  return fmt::format("set terminal svg noenhanced size {},{} font 'sans,13' background '#ffffff'\n",
                     width, height);
}

// False if it is no whole picture.
bool add_dark_mode(std::string& svg) {
  const size_t at = svg.find("<g id=\"gnuplot_canvas\">");
  if (at == std::string::npos || svg.rfind("</svg>") == std::string::npos) return false;
  svg.insert(at, kDarkMode);
  return true;
}

bool fail(const std::string& path, const std::string& reason) {
  fmt::print(stderr, "no chart {}: {}\n", path, reason);
  return false;
}

}  // namespace

bool have_gnuplot() {
  static const bool found = run_process({"gnuplot", "--version"}).started;
  return found;
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'')
      result += "''";
    else  // a line's end would end the string, and what follows be commands
      result += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
  }
  return result + "'";
}

bool run_gnuplot(const std::string& path, const std::string& script, int width, int height) {
  if (!have_gnuplot()) return fail(path, "gnuplot is missing (Debian: gnuplot-nox)");
  const std::string whole = terminal(path, width, height) +
                            fmt::format(
                                "set border linecolor rgb '{0}'\nset tics textcolor rgb '{0}'\n"
                                "set grid linetype 1 linewidth 1 linecolor rgb '{1}'\n{2}\n"
                                "unset output\n",
                                kInk, kFaint, script);
  // -d: without the user's own settings. The picture comes through the pipe, so that no path is
  // part of the script and two programs that draw into one folder share no file.
  Finished gnuplot = run_process({"gnuplot", "-d"}, whole);
  if (!gnuplot.started || gnuplot.status != 0 || gnuplot.output.empty())
    return fail(path, "gnuplot failed");
  if (path.ends_with(".svg") && !add_dark_mode(gnuplot.output))
    return fail(path, "gnuplot ended early");
  try {
    gradtape::io::write_file(path, gnuplot.output);
  } catch (const gradtape::Error& error) {
    return fail(path, error.what());
  }
  return true;
}

}  // namespace examples
