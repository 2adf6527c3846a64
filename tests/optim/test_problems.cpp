#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;
using optim::problems::Point;

namespace {
Tensor at(const Point& point) { return tensor({point[0], point[1]}, kFloat64); }
}  // namespace

TEST_SUITE("optim/problems") {
  TEST_CASE("values by hand") {
    using namespace optim::problems;
    const auto value = [](const Problem& problem, double x, double y) {
      return problem.value(at({x, y})).item<double>();
    };
    CHECK(value(quadratic(), 2, 1) == doctest::Approx(14.5));
    CHECK(value(rosenbrock(), -1.2, 1) == doctest::Approx(24.2));
    CHECK(value(beale(), 1, 1) == doctest::Approx(14.203125));
    CHECK(value(himmelblau(), 0, 0) == doctest::Approx(170));
    CHECK(value(saddle(), 1, 1) == doctest::Approx(0.25));
    CHECK(value(two_valleys(), -2, 0) == doctest::Approx(-8. / 3));
    CHECK(value(two_valleys(), 1, 2) == doctest::Approx(2 - 5. / 12));
  }

  TEST_CASE("a grid of points is one call") {
    const Tensor grid = rand({4, 5, 2}, kFloat64);
    for (const optim::problems::Problem* problem : optim::problems::all()) {
      CAPTURE(problem->name);
      const Tensor values = problem->value(grid);
      CHECK(values.sizes() == IntArrayRef{4, 5});
      CHECK(values[2][3].equal(problem->value(grid[2][3])));
    }
  }

  TEST_CASE("gradients are checked; at the minima they vanish, and all around it is higher") {
    for (const optim::problems::Problem* problem : optim::problems::all()) {
      CAPTURE(problem->name);
      CHECK(autograd::gradcheck(problem->value, at(problem->start).requires_grad_()));
      for (const Point& minimum : problem->minima) {
        Tensor p = at(minimum).requires_grad_();
        const Tensor value = problem->value(p);
        value.backward();
        CHECK(p.grad().abs().max().item<double>() < 1e-10);
        const Tensor around = p.detach() + 0.1 * randn({100, 2}, kFloat64);
        CHECK((problem->value(around) > value.detach()).all().item<bool>());
        CHECK(value.item<double>() >=
              problem->value(at(problem->minima[0])).item<double>() - 1e-12);
      }
    }
  }
}
