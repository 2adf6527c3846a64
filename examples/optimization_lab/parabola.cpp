#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "examples/optimization_lab/experiments.h"
#include <gradtape/gradtape.h>

// y = x^2 - x - 2: the exact minimum, and gradient descent towards it at several rates.
namespace lab {
namespace {

using namespace gradtape;

Tensor parabola_of(const Tensor& x) { return x * x - x - 2; }

double slope_at(double x) {
  const Tensor point = full({}, x, kFloat64).requires_grad_();
  parabola_of(point).backward();
  return point.grad().item<double>();
}

struct Descent {
  double lr;
  std::vector<double> x = {}, y = {}, error = {};  // one entry for each step, the start included
  bool converged = false;
};

constexpr int kMostSteps = 60;
constexpr double kTolerance = 1e-6;

Descent descend(double start, double lr, double minimum) {
  Descent result{.lr = lr};
  Tensor x = full({}, start, kFloat64).requires_grad_();
  optim::SGD sgd(std::vector<Tensor>{x}, lr);
  for (int step = 0; step <= kMostSteps; ++step) {
    sgd.zero_grad();
    const Tensor y = parabola_of(x);
    y.backward();
    result.x.push_back(x.item<double>());
    result.y.push_back(y.item<double>());
    result.error.push_back(std::abs(result.x.back() - minimum));
    if (result.error.back() < kTolerance) {
      result.converged = true;
      break;
    }
    sgd.step();
  }
  return result;
}

const char* verdict(const Descent& descent, double limit) {
  if (descent.lr > limit) return "diverges";
  if (descent.lr == limit) return "swings for ever";
  if (descent.lr > limit / 2) return "oscillates";
  return descent.converged ? "converges" : "creeps";
}

examples::Curve parabola_curve(double from, double to) {
  examples::Curve curve{.name = "y = x^2 - x - 2", .color = "#7f7f7f"};
  for (int i = 0; i <= 200; ++i) {
    curve.x.push_back(from + (to - from) * i / 200);
    curve.y.push_back(parabola_of(full({}, curve.x.back(), kFloat64)).item<double>());
  }
  return curve;
}

}  // namespace

void parabola(const Settings& settings, Section& section) {
  // The slope is linear in x, so two of its values give its zero and the curvature.
  const double at_0 = slope_at(0), curvature = slope_at(1) - at_0;
  const double minimum = -at_0 / curvature;
  const double lowest = parabola_of(full({}, minimum, kFloat64)).item<double>();
  const double limit = 2 / curvature;
  manual_seed(settings.seed);
  const double start = minimum + (rand({}, kFloat64).item<double>() < 0.5 ? -1 : 1) *
                                     (2 + rand({}, kFloat64).item<double>());
  section.say(
      fmt::format("The tape gives the slope {:g} at x = 0 and the curvature {:g}; the slope is "
                  "zero at x = {:g}, where y = {:g}. Gradient descent converges at rates below 2 "
                  "/ curvature = {:g}. It starts at x = {:.4f} (seed {}).",
                  at_0, curvature, minimum, lowest, limit, start, settings.seed));

  examples::Figure figure{.columns = 2};
  Table table{
      .columns = {"learning rate", "what it does", "steps", "x at the end", "y at the end"}};
  examples::Panel errors{.title = "distance from the minimum",
                         .x = {.label = "step"},
                         .y = {.label = "|x - 1/2|", .log = true, .from = 1e-7, .to = 1e3}};
  for (const double lr : {0.02, 0.2, 0.45, 0.9, 1.0, 1.05}) {
    const Descent descent = descend(start, lr, minimum);
    const auto steps = static_cast<double>(descent.x.size() - 1);
    table.rows.push_back({lr, verdict(descent, limit), steps, descent.x.back(), descent.y.back()});
    examples::Curve error{.name = fmt::format("a = {:g}: {}", lr, verdict(descent, limit)),
                          .y = descent.error};
    for (size_t i = 0; i < descent.error.size(); ++i) error.x.push_back(static_cast<double>(i));
    errors.curves.push_back(error);
    if (lr == 0.2 || lr == 1.0) continue;  // their paths look like their neighbours'
    examples::Panel path{
        .title = fmt::format("learning rate {:g}: {}", lr, verdict(descent, limit)),
        .x = {.label = "x", .from = -5, .to = 6},
        .y = {.label = "y", .from = -5, .to = 25},
        .curves = {parabola_curve(-5, 6),
                   {.name = "gradient descent",
                    .x = descent.x,
                    .y = descent.y,
                    .style = examples::Curve::kLinePoints}}};
    figure.panels.push_back(path);
  }
  figure.caption = fmt::format(
      "Gradient descent on y = x^2 - x - 2 from x = {:.3f}, at most {} steps: a small rate "
      "creeps, one near 1 / curvature = {:g} goes straight to the minimum, a larger one jumps "
      "from side to side, and above 2 / curvature = {:g} each jump is longer than the one before.",
      start, kMostSteps, limit / 2, limit);
  section.figure("paths", figure);

  examples::Panel factors{.title = "what a step leaves of the distance",
                          .x = {.label = "learning rate a", .from = 0, .to = 1.2},
                          .y = {.label = "|1 - a curvature|", .from = 0, .to = 1.5},
                          .guides = {{limit, true, "2 / curvature"}, {1, false, "no progress"}},
                          .legend = "off"};
  examples::Curve factor;
  for (int i = 0; i <= 120; ++i) {
    factor.x.push_back(i / 100.0);
    factor.y.push_back(std::abs(1 - factor.x.back() * curvature));
  }
  factors.curves.push_back(factor);
  errors.legend = "below maxcols 2 Left reverse font ',11'";
  section.figure("rates",
                 {.panels = {errors, factors},
                  .caption = fmt::format("Left: the distance from the minimum shrinks by the same "
                                         "factor at each step, a straight line on this scale. "
                                         "Right: that factor is |1 - a * curvature|; it is 0 at "
                                         "{:g} and reaches 1 at {:g}, the limit beyond which "
                                         "descent diverges.",
                                         limit / 2, limit)});
  section.table(
      "rates_table", table,
      fmt::format("At most {} steps, or until |x - 1/2| < {:g}.", kMostSteps, kTolerance));
  section.json("parabola", {{"minimum", {minimum, lowest}},
                            {"curvature", curvature},
                            {"limit", limit},
                            {"start", start},
                            {"seed", settings.seed}});
}

}  // namespace lab
