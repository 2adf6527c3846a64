#pragma once

#include <optional>
#include <string>
#include <vector>

#include "examples/common/figure.h"
#include "examples/optimization_lab/rules.h"

namespace lab {

using gradtape::optim::problems::Point;
using gradtape::optim::problems::Problem;

/// The way of a rule over a function of two variables.
struct Path {
  double lr = 0;
  // After each step, the start included. A step of more than two gradients is a descent of its own
  // (LBFGS): there, each point where it took one.
  std::vector<Point> points;
  std::vector<double> values;
  std::vector<size_t> gradients;  // computed so far
  bool diverged = false;
  bool strayed = false;  // far from the problem's window at some time
  /// The point from which on it stays within kNear of a minimum; none: it does not in the last
  /// tenth.
  std::optional<size_t> reached;
  /// From the nearest minimum, the mean over the last tenth of the points.
  double distance = 0;

  /// Gradients computed until reached.
  size_t gradients_until_reached() const { return gradients[*reached]; }
};

inline constexpr double kNear = 1e-3;

using MakeRule = std::function<Rule(std::vector<gradtape::Tensor>)>;

/// From start, until it has computed so many gradients, diverges or has settled.
Path follow(const MakeRule& make, const Problem& problem, Point start, size_t gradients);

/// The path, from the problem's start, at the rate that reaches a minimum with the fewest
/// gradients, or else ends nearest to one: of a grid of two rates a decade and the best one's
/// neighbours. A path that strays is taken only if all do: weight decay at a huge rate, for one,
/// throws everything to the origin, where a minimum may be.
Path best_path(const RuleMaker& maker, const Problem& problem, size_t gradients);

/// Which of the problem's minima is nearest, and how far it is.
struct Nearest {
  size_t minimum;
  double distance;
};
Nearest nearest_minimum(const Problem& problem, const Point& point);

/// A panel over the problem's window with contours, from so many points a side.
examples::Panel problem_panel(const Problem& problem, size_t resolution, size_t levels);

/// Stars for the minima and, where wanted, a ring for the start; to be added last.
void add_marks(examples::Panel& panel, const Problem& problem, bool with_start);

/// Its points as a curve. Points that hardly differ in a picture of the problem are left out, and
/// so is what follows a point far outside of it.
examples::Curve path_curve(const Path& path, const Problem& problem, const std::string& name);

/// The problem's name as a title: "two valleys".
std::string title_of(const Problem& problem);

}  // namespace lab
