#include "gradtape/optim/problems.h"

#include "gradtape/ops/arithmetic.h"
#include "gradtape/ops/math.h"

namespace gradtape::optim::problems {

namespace {

// The two coordinates of points [*, 2], each [*].
Tensor x_of(const Tensor& points) { return points.select(-1, 0); }
Tensor y_of(const Tensor& points) { return points.select(-1, 1); }

}  // namespace

const Problem& quadratic() {
  static const Problem problem{
      .name = "quadratic",
      .formula = "(x^2 + 25 y^2) / 2",
      .value = [](const Tensor& p) { return (x_of(p).square() + 25 * y_of(p).square()) / 2; },
      .start = {-4, 1.5},
      .minima = {{0, 0}},
      .x_range = {-5, 3},
      .y_range = {-2, 2}};
  return problem;
}

const Problem& rosenbrock() {
  static const Problem problem{.name = "rosenbrock",
                               .formula = "(1 - x)^2 + 100 (y - x^2)^2",
                               .value =
                                   [](const Tensor& p) {
                                     const Tensor x = x_of(p);
                                     return (1 - x).square() + 100 * (y_of(p) - x * x).square();
                                   },
                               .start = {-1.2, 1},
                               .minima = {{1, 1}},
                               .x_range = {-2, 2},
                               .y_range = {-1, 3}};
  return problem;
}

const Problem& beale() {
  static const Problem problem{
      .name = "beale",
      .formula = "(1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2",
      .value =
          [](const Tensor& p) {
            const Tensor x = x_of(p), y = y_of(p), y2 = y * y;
            return (1.5 - x + x * y).square() + (2.25 - x + x * y2).square() +
                   (2.625 - x + x * y2 * y).square();
          },
      .start = {1, 1},
      .minima = {{3, 0.5}},
      .x_range = {-0.5, 4},
      .y_range = {-1.5, 1.5}};
  return problem;
}

const Problem& himmelblau() {
  // The three that have no closed form are roots to double precision.
  static const Problem problem{.name = "himmelblau",
                               .formula = "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
                               .value =
                                   [](const Tensor& p) {
                                     const Tensor x = x_of(p), y = y_of(p);
                                     return (x * x + y - 11).square() + (x + y * y - 7).square();
                                   },
                               .start = {0, 0},
                               .minima = {{3, 2},
                                          {-2.805118086952745, 3.131312518250573},
                                          {-3.779310253377747, -3.283185991286170},
                                          {3.584428340330492, -1.848126526964404}},
                               .x_range = {-5, 5},
                               .y_range = {-5, 5}};
  return problem;
}

const Problem& saddle() {
  static const Problem problem{.name = "saddle",
                               .formula = "x^2 / 2 + y^4 / 4 - y^2 / 2",
                               .value =
                                   [](const Tensor& p) {
                                     const Tensor y2 = y_of(p).square();
                                     return (x_of(p).square() - y2) / 2 + y2.square() / 4;
                                   },
                               .start = {-1.5, 0.001},
                               .minima = {{0, 1}, {0, -1}},
                               .x_range = {-2, 2},
                               .y_range = {-1.6, 1.6}};
  return problem;
}

const Problem& two_valleys() {
  static const Problem problem{.name = "two_valleys",
                               .formula = "x^4 / 4 + x^3 / 3 - x^2 + y^2 / 2",
                               .value =
                                   [](const Tensor& p) {
                                     const Tensor x = x_of(p), x2 = x * x;
                                     return x2 * x2 / 4 + x2 * x / 3 - x2 + y_of(p).square() / 2;
                                   },
                               .start = {0.3, 1.2},
                               .minima = {{-2, 0}, {1, 0}},
                               .x_range = {-3, 2},
                               .y_range = {-1.8, 1.8}};
  return problem;
}

std::vector<const Problem*> all() {
  return {&quadratic(), &rosenbrock(), &beale(), &himmelblau(), &saddle(), &two_valleys()};
}

}  // namespace gradtape::optim::problems
