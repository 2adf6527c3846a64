#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "examples/common/gnuplot.h"
#include "examples/optimization_lab/landscape_parts.h"

// An animation: who is where after so many gradients.
namespace lab {
namespace {

constexpr size_t kFrames = 64;
constexpr size_t kLastFrames = 8;    // the last one stays
constexpr size_t kTail = 25;         // points drawn in the full colour
constexpr size_t kBestOfFamily = 2;  // with the first rule as many as the palette can tell apart
constexpr int kWidth = 780, kHeight = 460;

struct Racer {
  const RuleMaker* maker;
  const Path* path;
};

bool ahead(const Racer& a, const Racer& b) {
  if (a.path->reached && b.path->reached)
    return a.path->gradients_until_reached() < b.path->gradients_until_reached();
  if (a.path->reached || b.path->reached) return a.path->reached.has_value();
  return a.path->distance < b.path->distance;
}

// The first rule, which is the plainest, and the best of each family.
std::vector<Racer> racers_of(const std::vector<RulePaths>& results, size_t problem) {
  std::vector<Racer> all, racers;
  for (const RulePaths& result : results) all.push_back({result.maker, &result.paths[problem]});
  racers.push_back(all.front());
  std::stable_sort(all.begin() + 1, all.end(), ahead);
  for (size_t i = 1; i < all.size(); ++i) {
    const auto same = std::count_if(racers.begin() + 1, racers.end(), [&](const Racer& racer) {
      return racer.maker->family == all[i].maker->family;
    });
    if (static_cast<size_t>(same) < kBestOfFamily) racers.push_back(all[i]);
  }
  return racers;
}

// The last point after so many gradients.
size_t point_after(const Path& path, size_t gradients) {
  const auto next = std::upper_bound(path.gradients.begin(), path.gradients.end(), gradients);
  return static_cast<size_t>(next - path.gradients.begin()) - 1;
}

std::string data_script(const std::vector<Racer>& racers) {
  std::string script;
  for (size_t i = 0; i < racers.size(); ++i) {
    script += fmt::format("$r{} << end\n", i);
    for (const Point& point : racers[i].path->points)
      script += fmt::format("{:.5g} {:.5g}\n", point[0], point[1]);
    script += "end\n";
  }
  return script;
}

// Half as strong on white.
std::string pale(const std::string& color) {
  std::string result = "#";
  for (size_t i = 1; i < color.size(); i += 2)
    result += fmt::format("{:02x}", (std::stoi(color.substr(i, 2), nullptr, 16) + 255) / 2);
  return result;
}

// Its name, and of several with the same name the family too.
std::string name_among(const std::vector<Racer>& racers, const Racer& racer) {
  const auto same = std::count_if(racers.begin(), racers.end(), [&](const Racer& other) {
    return other.maker->name == racer.maker->name;
  });
  return racer.maker->name + (same > 1 ? " of " + racer.maker->family : "");
}

std::string frame_script(const std::vector<Racer>& racers, const std::string& title,
                         size_t gradients) {
  std::string script = fmt::format("set title {}\n", examples::quoted(title));
  script += "plot $surfacelines using 1:2 with lines linewidth 1 linecolor rgb '#c8ccd2' notitle";
  const auto draw = [&](size_t racer, size_t from, size_t to, const std::string& style) {
    script += fmt::format(", $r{} every ::{}::{} with {}", racer, from, to, style);
  };
  for (size_t i = 0; i < racers.size(); ++i)
    draw(i, 0, point_after(*racers[i].path, gradients),
         fmt::format("lines linewidth 1 linecolor rgb '{}' notitle", pale(examples::palette(i))));
  for (size_t i = 0; i < racers.size(); ++i) {
    const Path& path = *racers[i].path;
    const size_t at = point_after(path, gradients);
    const bool there = path.reached && *path.reached <= at;
    const std::string name =
        name_among(racers, racers[i]) +
        (there ? fmt::format(": {}", path.gradients_until_reached()) : std::string());
    const std::string color = examples::palette(i);
    draw(i, at - std::min(at, kTail), at,
         fmt::format("lines linewidth 2 linecolor rgb '{}' notitle", color));
    draw(i, at, at,
         fmt::format("points pointtype 7 pointsize 1.3 linecolor rgb '{}' title {}", color,
                     examples::quoted(name)));
  }
  return script +
         ", $minima with points pointtype 3 pointsize 1.5 linewidth 2 linecolor rgb '#222222' "
         "title 'minimum'\n";
}

std::string caption_of(const std::vector<Racer>& racers, const Problem& problem, size_t last) {
  std::vector<Racer> order = racers;
  std::stable_sort(order.begin(), order.end(), ahead);
  const auto there = [](const Racer& racer) { return racer.path->reached.has_value(); };
  const auto arrived = static_cast<size_t>(std::count_if(order.begin(), order.end(), there));
  std::string text = fmt::format(
      "The race on {}, {}: the first rule and the {} best of each family, each at its best rate, "
      "after equally many gradients (most rules compute one a step); pale: the way so far; a "
      "number: the gradients after which it stays there. ",
      problem.name, problem.formula, kBestOfFamily);
  if (arrived == 0)
    return text +
           fmt::format("None stays within {:g} of the minimum in {} gradients.", kNear, last);
  text +=
      fmt::format("{} is first to stay within {:g} of the minimum, after {} gradients",
                  name_among(racers, order[0]), kNear, order[0].path->gradients_until_reached());
  if (arrived > 1)
    text += fmt::format(", then {} after {}", name_among(racers, order[1]),
                        order[1].path->gradients_until_reached());
  text += fmt::format("; {} of {} arrive. ", arrived, racers.size());
  if (arrived < racers.size())
    text += fmt::format("{} is still {:.2g} away at the end.", name_among(racers, order.back()),
                        order.back().path->distance);
  return text;
}

}  // namespace

void draw_race(const std::vector<RulePaths>& results, const Problem& problem, Section& section) {
  if (!examples::have_gnuplot()) return;
  const auto racers = racers_of(results, index_of(problem));
  size_t last = 0;
  for (const Racer& racer : racers)
    last = std::max(last, racer.path->reached ? racer.path->gradients_until_reached()
                                              : racer.path->gradients.back());
  const examples::Panel panel = problem_panel(problem, 80, 8);
  std::string script = examples::contour_script(panel.contours, "surface") + data_script(racers);
  script += fmt::format("set xrange [{}:{}]\nset yrange [{}:{}]\nset xlabel 'x'\nset ylabel 'y'\n",
                        panel.x.from, panel.x.to, panel.y.from, panel.y.to);
  script +=
      "unset grid\nset key at screen 0.66, 0.9 left top Left reverse samplen 1 spacing 1.3\n"
      "set lmargin at screen 0.12\nset rmargin at screen 0.63\n$minima << end\n";
  for (const Point& minimum : problem.minima)
    script += fmt::format("{} {}\n", minimum[0], minimum[1]);
  script += "end\n";
  for (size_t frame = 0; frame < kFrames + kLastFrames; ++frame) {
    // More slowly at first, where most happens.
    const double share =
        static_cast<double>(std::min(frame, kFrames - 1)) / static_cast<double>(kFrames - 1);
    const auto gradients =
        static_cast<size_t>(std::lround(static_cast<double>(last) * std::pow(share, 1.8)));
    const std::string title = fmt::format("{} after {} gradients", title_of(problem), gradients);
    script += frame_script(racers, title, gradients);
  }
  const std::string file = "race.gif";
  if (!examples::run_gnuplot(section.folder() / file, script, kWidth, kHeight))
    throw std::runtime_error("no " + file);
  section.picture(file, caption_of(racers, problem, last));
}

}  // namespace lab
