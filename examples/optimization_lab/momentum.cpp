#include <cmath>
#include <map>

#include <fmt/format.h>

#include "examples/optimization_lab/comparison.h"
#include "examples/optimization_lab/experiments.h"

// The coefficient of momentum: what it speeds up, and what it overshoots.
namespace lab {
namespace {

using namespace gradtape;

constexpr int kMostSteps = 2000;
constexpr double kTolerance = 1e-3;

optim::SGDOptions options(double lr, double coefficient, bool nesterov) {
  return optim::SGDOptions(lr).momentum(coefficient).nesterov(nesterov && coefficient > 0);
}

struct Path {
  std::vector<double> step, distance;
  double steps = 0;      // until within the tolerance for good
  double overshoot = 0;  // farthest beyond the minimum along x
};

// Down the ill-conditioned quadratic from its start.
Path descend(double lr, double coefficient, bool nesterov) {
  const optim::problems::Problem& problem = optim::problems::quadratic();
  Tensor p = tensor({problem.start[0], problem.start[1]}, kFloat64).requires_grad_();
  optim::SGD sgd(std::vector<Tensor>{p}, options(lr, coefficient, nesterov));
  Path path;
  for (int step = 0; step <= kMostSteps; ++step) {
    const double x = p[0].item<double>(), y = p[1].item<double>();
    path.step.push_back(step);
    path.distance.push_back(std::hypot(x, y));
    if (path.distance.back() > kTolerance) path.steps = step + 1;
    path.overshoot = std::max(path.overshoot, x * (problem.start[0] < 0 ? 1 : -1));
    sgd.zero_grad();
    problem.value(p).backward();
    sgd.step();
  }
  return path;
}

// Speed and overshoot on the quadratic, for each coefficient.
void on_the_quadratic(Section& section) {
  constexpr double kRate = 0.01;
  examples::Panel distance{
      .title = fmt::format("distance from the minimum, a = {:g}", kRate),
      .x = {.label = "step", .from = 0, .to = 400},
      .y = {.label = "distance", .log = true, .from = 1e-4, .to = 10},
  };
  examples::Panel steps{
      .title = fmt::format("steps until the distance stays below {:g}", kTolerance),
      .x = {.label = "momentum e"},
      .y = {.label = "steps", .log = true, .from = 50, .to = 3000}};
  examples::Panel overshoot{.title = "overshoot",
                            .x = {.label = "momentum e"},
                            .y = {.label = "farthest beyond the minimum along x"}};
  Table table{.columns = {"momentum", "rule", "steps", "overshoot", "effective rate a / (1 - e)"}};
  double best = 0, fewest = kMostSteps, plain = 0;
  for (const bool nesterov : {false, true}) {
    const std::string name = nesterov ? "Nesterov" : "momentum";
    examples::Curve step_curve{.name = name, .style = examples::Curve::kLinePoints};
    examples::Curve overshoot_curve = step_curve;
    for (const double e : {0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99}) {
      const Path path = descend(kRate, e, nesterov);
      if (!nesterov && (e == 0 || e == 0.5 || e == 0.8 || e == 0.9 || e == 0.97))
        distance.curves.push_back(
            {.name = fmt::format("e = {:g}", e), .x = path.step, .y = path.distance});
      step_curve.x.push_back(e);
      // What has not arrived has no point.
      step_curve.y.push_back(path.steps > kMostSteps ? std::nan("") : path.steps);
      overshoot_curve.x.push_back(e);
      overshoot_curve.y.push_back(path.overshoot);
      table.rows.push_back({e, name, path.steps, path.overshoot, kRate / (1 - e)});
      if (e == 0) plain = path.steps;
      if (!nesterov && path.steps < fewest) {
        fewest = path.steps;
        best = e;
      }
    }
    steps.curves.push_back(step_curve);
    overshoot.curves.push_back(overshoot_curve);
  }
  examples::Panel effective{
      .title = "the same effective rate a / (1 - e)",
      .x = {.label = "step", .from = 0, .to = 400},
      .y = {.label = "distance", .log = true, .from = 1e-4, .to = 10},
  };
  constexpr double kEffective = 0.05;
  for (const double e : {0.0, 0.5, 0.8, 0.9}) {
    const Path path = descend(kEffective * (1 - e), e, false);
    effective.curves.push_back({.name = fmt::format("e = {:g}, a = {:g}", e, kEffective * (1 - e)),
                                .x = path.step,
                                .y = path.distance});
  }
  section.figure(
      "quadratic",
      {.panels = {distance, steps, overshoot, effective},
       .caption = fmt::format(
           "Momentum on the quadratic with curvatures 1 and 25, at the constant rate {:g}. "
           "Without momentum it takes {:g} steps; the fewest, {:g}, are taken with e = {:g}. More "
           "than that overshoots and swings. Lower right: where a / (1 - e) is kept at {:g} the "
           "descents are alike as long as they do not swing: momentum multiplies the rate by 1 / "
           "(1 - e).",
           kRate, plain, fewest, best, kEffective)});
  section.table("quadratic_table", table);
}

void on_images(const Settings& settings, Section& section) {
  const Images images = load_images(settings);
  constexpr double kRate = 0.01;
  const std::vector<double> coefficients = {0, 0.5, 0.9, 0.95, 0.99};
  const auto label = [](double e, bool nesterov) {
    return fmt::format("{} {:g}", nesterov ? "Nesterov" : "momentum", e);
  };
  Comparison comparison(images, settings, /*epochs=*/6);
  for (const bool nesterov : {false, true}) {
    for (const double e : coefficients) {
      comparison.add({.label = label(e, nesterov), .rule = [=](std::vector<Tensor> parameters) {
                        return Rule(std::make_unique<optim::SGD>(std::move(parameters),
                                                                 options(kRate, e, nesterov)));
                      }});
    }
  }
  comparison.run("momentum");
  examples::Figure figure;
  std::map<std::string, double> coefficient_of;
  for (const bool nesterov : {false, true}) {
    std::vector<std::string> labels;
    for (const double e : coefficients) {
      labels.push_back(label(e, nesterov));
      coefficient_of[labels.back()] = e;
    }
    figure.panels.push_back(comparison.panel(nesterov ? "Nesterov" : "momentum",
                                             &History::train_loss, "training loss", labels));
    figure.panels.back().y = {.label = "training loss", .from = 0.2, .to = 1.2};
  }
  const std::string best = comparison.best();
  figure.caption = fmt::format(
      "The same on images ({}), SGD at the constant rate {:g}: mean and range of the seeds. The "
      "best test accuracy, {:.3f}, is that of {}, whose effective rate is {:g}.",
      comparison.where(), kRate, comparison.accuracy(best).mean, best,
      kRate / (1 - coefficient_of.at(best)));
  section.figure("images", figure);
  section.table("images_table", comparison.table("rule"), comparison.where());
}

}  // namespace

void momentum(const Settings& settings, Section& section) {
  on_the_quadratic(section);
  on_images(settings, section);
}

}  // namespace lab
