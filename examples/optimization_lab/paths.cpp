#include "examples/optimization_lab/paths.h"

#include <algorithm>
#include <cmath>

namespace lab {
namespace {

using namespace gradtape;

constexpr double kLost = 1e6;      // a coordinate beyond which a path has diverged
constexpr double kSettled = 1e-7;  // a distance from which nothing is to be seen any more
constexpr size_t kSettledSteps = 20;

Tensor as_tensor(const std::vector<Point>& points) {
  Tensor result = empty({static_cast<int64_t>(points.size()), 2}, kFloat64);
  std::copy_n(points.front().data(), 2 * points.size(), result.data_ptr<double>());
  return result;
}

std::vector<double> values_of(const Problem& problem, const std::vector<Point>& points) {
  const NoGradGuard no_grad;
  const Tensor values = problem.value(as_tensor(points)).contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + points.size()};
}

// More than half the window's size outside of it.
bool far(const Problem& problem, const Point& point) {
  const auto beyond = [](const Point& range, double x) {
    const double margin = (range[1] - range[0]) / 2;
    return x < range[0] - margin || x > range[1] + margin;
  };
  return beyond(problem.x_range, point[0]) || beyond(problem.y_range, point[1]);
}

bool lost(const Point& point) {
  return !(std::abs(point[0]) < kLost && std::abs(point[1]) < kLost);
}

void judge(Path& path, const Problem& problem) {
  size_t away = path.points.size();  // one behind the last point that is not near
  while (away > 0 && nearest_minimum(problem, path.points[away - 1]).distance < kNear) --away;
  const size_t tail = std::max<size_t>(1, path.points.size() / 10);
  if (away + tail <= path.points.size()) path.reached = away;
  for (size_t i = path.points.size() - tail; i < path.points.size(); ++i)
    path.distance += nearest_minimum(problem, path.points[i]).distance / static_cast<double>(tail);
}

bool better(const Path& a, const Path& b) {
  if (a.diverged != b.diverged) return b.diverged;
  if (a.strayed != b.strayed) return b.strayed;
  if (a.reached && b.reached) return a.gradients_until_reached() < b.gradients_until_reached();
  if (a.reached || b.reached) return a.reached.has_value();
  return a.distance < b.distance;
}

}  // namespace

Path follow(const MakeRule& make, const Problem& problem, Point start, size_t gradients) {
  // A matrix, so that rules for matrices work as they do on weights.
  Tensor point = as_tensor({start}).requires_grad_();
  Rule rule = make({point});
  size_t computed = 0, settled = 0;
  const auto here = [&] { return Point{point.data_ptr<double>()[0], point.data_ptr<double>()[1]}; };
  std::vector<Point> visited;
  const Rule::Closure closure = [&] {
    visited.push_back(here());
    rule.zero_grad();
    const Tensor value = problem.value(point).sum();
    value.backward();
    return value;
  };
  Path path;
  path.points = {start};
  path.gradients = {0};
  while (computed < gradients && settled < kSettledSteps) {
    visited.clear();
    rule.step(closure);
    rule.train(false);
    visited.push_back(here());
    rule.train(true);
    const bool descent = visited.size() > 3;
    for (size_t i = descent ? 1 : visited.size() - 1; i < visited.size(); ++i) {
      path.diverged = path.diverged || lost(visited[i]);
      if (path.diverged) break;
      path.points.push_back(visited[i]);
      path.gradients.push_back(computed + i);
      path.strayed = path.strayed || far(problem, visited[i]);
    }
    if (path.diverged) break;
    computed += visited.size() - 1;
    const Point& now = path.points.back();
    settled = nearest_minimum(problem, now).distance < kSettled ? settled + 1 : 0;
  }
  path.values = values_of(problem, path.points);
  judge(path, problem);
  return path;
}

Path best_path(const RuleMaker& maker, const Problem& problem, size_t gradients) {
  const auto at = [&](double lr, size_t budget) {
    Path path = follow([&](std::vector<Tensor> p) { return maker.make(std::move(p), lr); }, problem,
                       problem.start, budget);
    path.lr = lr;
    return path;
  };
  Path best = at(1e-4, gradients);
  const auto attempt = [&](double lr) {
    // Not near when the best was: not worth the rest.
    if (best.reached && !best.strayed) {
      const Path part = at(lr, best.gradients_until_reached());
      if (nearest_minimum(problem, part.points.back()).distance > kNear) return;
    }
    Path path = at(lr, gradients);
    if (better(path, best)) best = std::move(path);
  };
  for (const double decade : {1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0}) {
    attempt(3 * decade);
    attempt(10 * decade);
  }
  const double coarse = best.lr;
  for (const double factor : {0.5, 0.7, 1.4, 2.0}) attempt(coarse * factor);
  return best;
}

Nearest nearest_minimum(const Problem& problem, const Point& point) {
  Nearest nearest{0, std::numeric_limits<double>::infinity()};
  for (size_t i = 0; i < problem.minima.size(); ++i) {
    const Point& minimum = problem.minima[i];
    const double distance = std::hypot(point[0] - minimum[0], point[1] - minimum[1]);
    if (distance < nearest.distance) nearest = {i, distance};
  }
  return nearest;
}

examples::Panel problem_panel(const Problem& problem, size_t resolution, size_t levels) {
  const auto [x_from, x_to] = problem.x_range;
  const auto [y_from, y_to] = problem.y_range;
  examples::Panel panel{.title = title_of(problem),
                        .x = {.label = "x", .from = x_from, .to = x_to},
                        .y = {.label = "y", .from = y_from, .to = y_to}};
  examples::Contours& contours = panel.contours;
  std::vector<Point> points;
  for (size_t i = 0; i < resolution; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(resolution - 1);
    contours.x.push_back(x_from + share * (x_to - x_from));
    contours.y.push_back(y_from + share * (y_to - y_from));
  }
  for (const double y : contours.y)
    for (const double x : contours.x) points.push_back({x, y});
  std::vector<double> z = values_of(problem, points);
  for (size_t row = 0; row < resolution; ++row)
    contours.z.emplace_back(z.begin() + static_cast<std::ptrdiff_t>(row * resolution),
                            z.begin() + static_cast<std::ptrdiff_t>((row + 1) * resolution));
  // Levels at quantiles, closer at the bottom: every surface shows its valleys.
  std::sort(z.begin(), z.end());
  for (size_t k = 1; k <= levels; ++k) {
    const double share = std::pow(static_cast<double>(k) / static_cast<double>(levels + 1), 1.3);
    contours.levels.push_back(z[static_cast<size_t>(share * static_cast<double>(z.size() - 1))]);
  }
  return panel;
}

void add_marks(examples::Panel& panel, const Problem& problem, bool with_start) {
  examples::Curve mark{
      .style = examples::Curve::kPoints, .color = "#888888", .width = 2.5, .point = 3};
  mark.point_size = 1.1;
  for (const Point& minimum : problem.minima) {
    mark.x.push_back(minimum[0]);
    mark.y.push_back(minimum[1]);
  }
  panel.curves.push_back(mark);
  if (!with_start) return;
  mark.x = {problem.start[0]};
  mark.y = {problem.start[1]};
  mark.point = 6;
  panel.curves.push_back(mark);
}

examples::Curve path_curve(const Path& path, const Problem& problem, const std::string& name) {
  const double width = problem.x_range[1] - problem.x_range[0];
  const double height = problem.y_range[1] - problem.y_range[0];
  examples::Curve curve{.name = name, .width = 1.6};
  for (size_t i = 0; i < path.points.size(); ++i) {
    const auto [x, y] = path.points[i];
    const bool last = i + 1 == path.points.size();
    if (!last && !curve.x.empty() &&
        std::hypot((x - curve.x.back()) / width, (y - curve.y.back()) / height) < 0.004)
      continue;
    curve.x.push_back(x);
    curve.y.push_back(y);
    if (far(problem, path.points[i])) break;
  }
  return curve;
}

std::string title_of(const Problem& problem) {
  std::string title = problem.name;
  std::replace(title.begin(), title.end(), '_', ' ');
  return title;
}

}  // namespace lab
