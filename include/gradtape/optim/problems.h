#pragma once

#include <array>
#include <string>
#include <vector>

#include "gradtape/ops/tensor.h"

/// Functions of two variables with known minima, to try optimizers on.
namespace gradtape::optim::problems {

using Point = std::array<double, 2>;

struct Problem {
  std::string name;
  std::string formula;
  /// Shapes: points [*, 2] -> values [*]; differentiable.
  Tensor (*value)(const Tensor& points);
  /// Where one starts, usually as in the literature.
  Point start;
  /// The minima, the global ones first.
  std::vector<Point> minima;
  /// What the window of a picture shows: x and y, each from, to.
  Point x_range, y_range;
};

/// (x^2 + 25 y^2) / 2: curvatures 1 and 25, so that the best rate for y is too small for x.
const Problem& quadratic();

/// (1 - x)^2 + 100 (y - x^2)^2: a curved valley, flat along its floor.
///
/// Source: Rosenbrock, "An automatic method for finding the greatest or least value of a function",
///         The Computer Journal 3, 1960.
const Problem& rosenbrock();

/// (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2: plains with steep rims.
///
/// Source: Beale, "On an iterative method for finding a local minimum of a function of more than
///         one variable", 1958; start as in Moré, Garbow & Hillstrom, ACM TOMS 7, 1981, problem 5.
const Problem& beale();

/// (x^2 + y - 11)^2 + (x + y^2 - 7)^2: four minima of the same depth.
///
/// Source: Himmelblau, "Applied Nonlinear Programming", 1972.
const Problem& himmelblau();

/// x^2 / 2 + y^4 / 4 - y^2 / 2: a saddle at the origin between two minima. The start is almost on
/// the ridge, where the gradient leads to the saddle first.
const Problem& saddle();

/// x^4 / 4 + x^3 / 3 - x^2 + y^2 / 2: the global minimum at x = -2 and a local one at x = 1, which
/// a descent from the right of 0 reaches.
const Problem& two_valleys();

/// All of these.
std::vector<const Problem*> all();

}  // namespace gradtape::optim::problems
