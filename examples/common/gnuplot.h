#pragma once

#include <string>

namespace examples {

/// True if gnuplot can be started.
bool have_gnuplot();

/// A gnuplot string: between single quotes, where only the quote itself is special. A line's end
/// becomes a blank.
std::string quoted(const std::string& text);

/// Makes the picture at path (.svg, .png or .gif) of a script that plots; size in pixels. An SVG
/// follows the viewer's light or dark mode where the script keeps to the colours of kInk and
/// kFaint. Returns false, and says why on stderr, if gnuplot is missing or fails; then no file is
/// left.
bool run_gnuplot(const std::string& path, const std::string& script, int width, int height);

/// Colours of text and axes, and of grids.
inline constexpr const char* kInk = "#222222";
inline constexpr const char* kFaint = "#dddddd";

}  // namespace examples
