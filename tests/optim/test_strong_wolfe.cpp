#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "optim/strong_wolfe.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using optim::LinePoint;

namespace {

// A line along which only the loss and its slope matter.
template <class Loss, class Slope>
auto line(Loss loss, Slope slope) {
  return [=](double t) { return LinePoint{t, loss(t), Tensor(), slope(t)}; };
}

// (t - 3)^2 + sin(4 t): several valleys.
const auto kWavy = line([](double t) { return (t - 3) * (t - 3) + std::sin(4 * t); },
                        [](double t) { return 2 * (t - 3) + 4 * std::cos(4 * t); });

}  // namespace

TEST_SUITE("optim/strong_wolfe") {
  TEST_CASE("the minimum of a cubic is exact, in either order") {
    const auto cubic =
        line([](double t) { return t * t * t - 3 * t; }, [](double t) { return 3 * t * t - 3; });
    CHECK(optim::cubic_minimum(cubic(0), cubic(2), 0, 2) == doctest::Approx(1).epsilon(1e-14));
    CHECK(optim::cubic_minimum(cubic(2), cubic(0), 0, 2) == doctest::Approx(1).epsilon(1e-14));
    CHECK(optim::cubic_minimum(cubic(0), cubic(2), 1.5, 2) == 1.5);
  }

  TEST_CASE("a cubic without a minimum gives the middle") {
    const auto cubic =
        line([](double t) { return t * t * t + t; }, [](double t) { return 3 * t * t + 1; });
    CHECK(optim::cubic_minimum(cubic(-1), cubic(2), -1, 2) == 0.5);
  }

  TEST_CASE("the point found fulfils both conditions, from whatever length") {
    const LinePoint start = kWavy(0);
    REQUIRE(start.slope < 0);
    for (const double t : {1e-3, 0.1, 0.5, 1., 3., 10., 100.}) {
      CAPTURE(t);
      const optim::LineSearch search = optim::strong_wolfe(kWavy, start, t, 1, 1e-9, 1e-4, 0.1);
      const LinePoint& found = search.point;
      CHECK(found.loss <= start.loss + 1e-4 * found.t * start.slope);
      CHECK(std::abs(found.slope) <= 0.1 * std::abs(start.slope));
      CHECK(search.evaluations <= 26);
    }
  }

  TEST_CASE("evaluations are counted, and end") {
    int calls = 0;
    // Falls forever: no point is flat.
    const auto falling = [&](double t) {
      ++calls;
      return LinePoint{t, -t, Tensor(), -1};
    };
    const LinePoint start{0, 0, Tensor(), -1};
    const optim::LineSearch search = optim::strong_wolfe(falling, start, 1, 1);
    CHECK(search.evaluations == calls);
    CHECK(calls == 26);
    CHECK(search.point.t > 1);
  }

  TEST_CASE("a loss that is no number or infinite is too high") {
    for (const double wall : {std::nan(""), std::numeric_limits<double>::infinity()}) {
      const auto walled = line([=](double t) { return t < 2 ? (t - 1) * (t - 1) : wall; },
                               [=](double t) { return t < 2 ? 2 * (t - 1) : wall; });
      const optim::LineSearch search = optim::strong_wolfe(walled, walled(0), 10, 1);
      CHECK(search.point.t < 2);
      CHECK(search.point.loss < 1);
    }
  }
}
