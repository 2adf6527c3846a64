#include "examples/common/chart.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <numeric>

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace examples {
namespace {

// A gnuplot string: between single quotes, where only the quote itself is special.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

std::string terminal(const std::string& path, int width, int height) {
  if (path.ends_with(".png"))
    return fmt::format("set terminal pngcairo noenhanced size {},{} font 'sans,11'\n", width,
                       height);
  return fmt::format("set terminal svg noenhanced size {},{} font 'sans,13' background '#ffffff'\n",
                     width, height);
}

bool fail(const std::string& path, const std::string& reason) {
  fmt::print(stderr, "no chart {}: {}\n", path, reason);
  return false;
}

// posix_spawn, not fork: a copy of a process with OpenMP threads may hang.
bool run_gnuplot(const std::string& path, const std::string& script) {
  const std::string script_path = path + ".gnuplot";
  std::ofstream file(script_path);
  file << script;
  file.close();
  if (!file) return fail(path, "cannot write " + script_path);
  char name[] = "gnuplot";
  std::string argument = script_path;
  char* arguments[] = {name, argument.data(), nullptr};
  pid_t process = 0;
  const int error = posix_spawnp(&process, name, nullptr, nullptr, arguments, environ);
  int status = -1;
  if (error == 0) waitpid(process, &status, 0);
  std::remove(script_path.c_str());
  if (error == ENOENT) return fail(path, "gnuplot is missing (Debian: gnuplot-nox)");
  if (error != 0) return fail(path, std::strerror(error));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return fail(path, "gnuplot failed");
  return true;
}

std::string plot(const std::string& y_label, const std::string& block,
                 const std::vector<Curve>& curves) {
  std::string data, command;
  for (size_t i = 0; i < curves.size(); ++i) {
    const Curve& curve = curves[i];
    data += fmt::format("${}{} << end\n", block, i);
    for (size_t k = 0; k < curve.x.size(); ++k)
      data += fmt::format("{} {}\n", curve.x[k], curve.y[k]);
    data += "end\n";
    // Points where they can be told apart.
    command +=
        fmt::format("{} ${}{} using 1:2 with {} linestyle {} title {}", i ? "," : "plot", block, i,
                    curve.x.size() <= 50 ? "linespoints" : "lines", i + 1, quoted(curve.name));
  }
  return data + fmt::format("set ylabel {}\n", quoted(y_label)) + command + "\n";
}

}  // namespace

bool write_curves(const std::string& path, const std::string& x_label,
                  const std::vector<Curve>& losses, const std::vector<Curve>& accuracies) {
  std::string script = terminal(path, 1000, 420);
  script += fmt::format("set output {}\nset multiplot layout 1,2\n", quoted(path));
  script +=
      "set style line 1 linewidth 2 pointtype 7 pointsize 0.6 linecolor rgb '#1f77b4'\n"
      "set style line 2 linewidth 2 pointtype 7 pointsize 0.6 linecolor rgb '#d62728'\n"
      "set style line 3 linewidth 2 pointtype 7 pointsize 0.6 linecolor rgb '#2ca02c'\n"
      "set grid linetype 1 linewidth 1 linecolor rgb '#dddddd'\n";
  script += fmt::format("set xlabel {}\nset key top right\nset yrange [0:*]\n", quoted(x_label));
  script += plot("loss", "loss", losses);
  script += "set key bottom right\nset yrange [*:1]\n";
  script += plot("accuracy", "accuracy", accuracies);
  script += "unset multiplot\n";
  return run_gnuplot(path, script);
}

bool write_confusion_matrix(const std::string& path,
                            const std::vector<std::vector<int64_t>>& counts,
                            const std::vector<std::string>& classes) {
  std::string script = terminal(path, 860, 760);
  script += fmt::format("set output {}\n$counts << end\n", quoted(path));
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
  script += "end\nunset key\nset size ratio 1\nset tics scale 0\n";
  script += fmt::format("set xtics ({0}) rotate by 45 right\nset ytics ({0})\n", ticks);
  script += fmt::format("set xrange [-0.5:{0}]\nset yrange [{0}:-0.5]\n", end);
  script +=
      "set xlabel 'taken for'\nset ylabel 'class'\nset cblabel 'share of the class'\n"
      "set cbrange [0:1]\nset palette defined (0 '#ffffff', 0.5 '#6baed6', 1 '#08306b')\n"
      "plot $counts using 1:2:4 with image pixels, "
      "$counts using 1:2:($4 < 0.5 ? sprintf('%d', $3) : '') with labels textcolor rgb '#000000', "
      "$counts using 1:2:($4 < 0.5 ? '' : sprintf('%d', $3)) with labels textcolor rgb '#ffffff'\n";
  return run_gnuplot(path, script);
}

}  // namespace examples
