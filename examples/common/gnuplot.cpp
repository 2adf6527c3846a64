#include "examples/common/gnuplot.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "examples/common/process.h"

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

// False if the file is no whole picture, or there is no room for it.
bool add_dark_mode(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  std::string svg = text.str();
  const size_t at = svg.find("<g id=\"gnuplot_canvas\">");
  if (at == std::string::npos || svg.rfind("</svg>") == std::string::npos) return false;
  svg.insert(at, kDarkMode);
  std::ofstream file(path);
  file << svg;
  file.close();
  return static_cast<bool>(file);
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
  for (const char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

bool run_gnuplot(const std::string& path, const std::string& script, int width, int height) {
  if (!have_gnuplot()) return fail(path, "gnuplot is missing (Debian: gnuplot-nox)");
  const std::string script_path = path + ".gnuplot", partial = path + ".part";
  std::ofstream file(script_path);
  file << terminal(path, width, height) << "set output " << quoted(partial) << '\n'
       << "set border linecolor rgb '" << kInk << "'\n"
       << "set tics textcolor rgb '" << kInk << "'\n"
       << "set grid linetype 1 linewidth 1 linecolor rgb '" << kFaint << "'\n"
       << script << "\nunset output\n";
  file.close();
  if (!file) {
    std::error_code ignored;
    std::filesystem::remove(script_path, ignored);
    return fail(path, "cannot write " + script_path);
  }
  const Finished gnuplot = run_process({"gnuplot", script_path});
  std::filesystem::remove(script_path);
  if (gnuplot.status != 0) {
    std::filesystem::remove(partial);
    return fail(path, "gnuplot failed");
  }
  if (path.ends_with(".svg") && !add_dark_mode(partial)) {
    std::filesystem::remove(partial);
    return fail(path, "cannot write " + partial);
  }
  std::filesystem::rename(partial, path);
  return true;
}

}  // namespace examples
