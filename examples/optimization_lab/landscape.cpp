#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "examples/common/progress.h"
#include "examples/optimization_lab/experiments.h"
#include "examples/optimization_lab/landscape_parts.h"

// Paths of all rules over functions of two variables.
namespace lab {
namespace {

using namespace gradtape;

constexpr size_t kGradients = 1000;
constexpr size_t kMostPaths = 8;  // in one panel

std::vector<RulePaths> all_paths() {
  const auto problems = optim::problems::all();
  std::vector<RulePaths> results;
  examples::ProgressBar bar("paths", rules().size() * problems.size());
  for (const RuleMaker& maker : rules()) {
    results.push_back({&maker, {}});
    for (const Problem* problem : problems) {
      results.back().paths.push_back(best_path(maker, *problem, kGradients));
      bar.advance(1, maker.name);
    }
  }
  bar.finish();
  return results;
}

using Group = std::vector<const RulePaths*>;

// The rules of a family in groups of equal size that one can still tell apart.
std::vector<Group> groups(const std::vector<RulePaths>& results, const std::string& family) {
  Group all;
  for (const RulePaths& result : results)
    if (result.maker->family == family) all.push_back(&result);
  const size_t count = (all.size() + kMostPaths - 1) / kMostPaths;
  std::vector<Group> parts(count);
  for (size_t i = 0; i < all.size(); ++i) parts[i * count / all.size()].push_back(all[i]);
  return parts;
}

std::string reached_text(const Path& path) {
  return path.reached ? fmt::format("{}", path.gradients_until_reached()) : "-";
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return text;
}

// "quadratic: Adam after 31".
std::string fastest_text(const Group& group, size_t problem) {
  const RulePaths* fastest = nullptr;
  for (const RulePaths* result : group) {
    const Path& path = result->paths[problem];
    if (path.reached && (!fastest || path.gradients_until_reached() <
                                         fastest->paths[problem].gradients_until_reached()))
      fastest = result;
  }
  const std::string title = title_of(*optim::problems::all()[problem]);
  if (!fastest) return title + ": none";
  return fmt::format("{}: {} after {}", title, fastest->maker->name,
                     fastest->paths[problem].gradients_until_reached());
}

void draw_group(const Group& group, const std::string& name, Section& section) {
  const auto problems = optim::problems::all();
  examples::Figure figure{.panel_height = 440};
  std::vector<std::string> fastest;
  for (size_t p = 0; p < problems.size(); ++p) {
    examples::Panel panel = problem_panel(*problems[p], 80, 9);
    panel.legend = "below maxcols 2 Left reverse samplen 1.2 width -3 font ',11'";
    for (const RulePaths* result : group)
      panel.curves.push_back(
          path_curve(result->paths[p], *problems[p],
                     fmt::format("{} ({})", result->maker->name, reached_text(result->paths[p]))));
    add_marks(panel, *problems[p], true);
    figure.panels.push_back(panel);
    fastest.push_back(fastest_text(group, p));
  }
  figure.caption = fmt::format(
      "Rules ({}), each at the best rate for the problem; in brackets the gradients (most rules "
      "take one a step) after which it stays within {:g} of a minimum (-: not in {}); ring: "
      "start, stars: minima. Soonest there: {}.",
      group.front()->maker->family, kNear, kGradients, fmt::join(fastest, "; "));
  section.figure(file_name(name), figure);
}

void write_tables(const std::vector<RulePaths>& results, Section& section) {
  const auto problems = optim::problems::all();
  Table wide{.columns = {"rule", "family"}};
  Table every{.columns = {"rule", "family", "problem", "rate", "gradients", "final value",
                          "final distance"}};
  for (const Problem* problem : problems) wide.columns.push_back(title_of(*problem));
  for (const RulePaths& result : results) {
    wide.rows.push_back({result.maker->name, result.maker->family});
    for (size_t p = 0; p < problems.size(); ++p) {
      const Path& path = result.paths[p];
      wide.rows.back().push_back(
          path.reached ? fmt::format("{} at {:.2g}", path.gradients_until_reached(), path.lr)
                       : fmt::format("- at {:.2g}, {:.1e} away", path.lr, path.distance));
      every.rows.push_back({result.maker->name, result.maker->family, problems[p]->name, path.lr,
                            reached_text(path), path.values.back(), path.distance});
    }
  }
  section.table(
      "gradients", wide,
      fmt::format("Gradients after which a rule stays within {:g} of a minimum, at its best rate "
                  "for the problem; -: not within {} gradients, and how far from the nearest "
                  "minimum it is at the end (mean of the last tenth of its way).",
                  kNear, kGradients));
  section.table("results", every);
}

void say_what_happened(const std::vector<RulePaths>& results, Section& section) {
  const auto problems = optim::problems::all();
  std::vector<std::string> counts;
  nlohmann::json json;
  for (size_t p = 0; p < problems.size(); ++p) {
    size_t reached = 0;
    for (const RulePaths& result : results) {
      const Path& path = result.paths[p];
      reached += path.reached.has_value();
      nlohmann::json entry = {
          {"rate", path.lr}, {"value", path.values.back()}, {"distance", path.distance}};
      if (path.reached) entry["gradients"] = path.gradients_until_reached();
      json[problems[p]->name][result.maker->family][result.maker->name] = entry;
    }
    counts.push_back(fmt::format("{} {}", title_of(*problems[p]), reached));
  }
  section.say(fmt::format(
      "{} rules on {} problems, {} gradients each (a step of most rules takes one), at the best "
      "of 17 rates from 0.0001 to 100 for the problem that does not throw it out of the picture. "
      "So many rules stay within {:g} of a minimum: {}. A constant rate keeps rules whose steps "
      "do not shrink with the gradient from settling.",
      results.size(), problems.size(), kGradients, kNear, listed(counts)));
  section.json("landscape", json);
}

}  // namespace

size_t index_of(const Problem& problem) {
  const auto problems = optim::problems::all();
  const auto at = std::find_if(problems.begin(), problems.end(),
                               [&](const Problem* p) { return p->name == problem.name; });
  return static_cast<size_t>(at - problems.begin());
}

void landscape(const Settings&, Section& section) {
  const std::vector<RulePaths> results = all_paths();
  say_what_happened(results, section);
  for (const std::string& family : families()) {
    const auto parts = groups(results, family);
    for (size_t i = 0; i < parts.size(); ++i)
      draw_group(parts[i], parts.size() == 1 ? family : fmt::format("{}_{}", family, i + 1),
                 section);
  }
  write_tables(results, section);
  draw_race(results, optim::problems::rosenbrock(), section);
  draw_starts(section);
  draw_rules(results, section);
}

}  // namespace lab
