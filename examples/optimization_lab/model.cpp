#include <fmt/format.h>

#include "examples/optimization_lab/comparison.h"
#include "examples/optimization_lab/experiments.h"

// Width, depth and activation: what each does to the same descent.
namespace lab {
namespace {

using namespace gradtape;

constexpr double kRate = 0.1;

// Trains the variants; adds a row of two panels and returns what it saw.
std::string compare(const std::string& what, const Images& images, const Settings& settings,
                    const std::vector<Training>& variants, examples::Figure& figure,
                    Section& section) {
  Comparison comparison(images, settings, /*epochs=*/8);
  for (const Training& variant : variants) comparison.add(variant);
  comparison.run(what);
  figure.panels.push_back(comparison.panel(what, &History::train_loss, "training loss"));
  figure.panels.back().y.to = 2.4;
  figure.panels.push_back(comparison.panel(what, &History::test_accuracy, "test accuracy"));
  figure.panels.back().y.from = 0.5;
  figure.panels.back().y.to = 0.9;
  section.table(what, comparison.table(what), comparison.where());
  const std::string best = comparison.best();
  figure.caption =
      fmt::format("SGD at the rate {:g}, batches of 64 ({}).", kRate, comparison.where());
  return fmt::format(" Best {}: {} with {:.3f}.", what, best, comparison.accuracy(best).mean);
}

}  // namespace

void model(const Settings& settings, Section& section) {
  const Images images = load_images(settings);
  examples::Figure figure;
  std::string seen;
  std::vector<Training> widths, depths, activations;
  for (const int64_t width : {4, 16, 64, 256})
    widths.push_back(
        {.label = fmt::format("one layer of {}", width), .rule = sgd(kRate), .hidden = {width}});
  for (const size_t depth : {0, 1, 2, 4, 8})
    depths.push_back({.label = fmt::format("{} layer{} of 64", depth, depth == 1 ? "" : "s"),
                      .rule = sgd(kRate),
                      .hidden = std::vector<int64_t>(depth, 64)});
  const std::vector<std::pair<std::string, Tensor (*)(const Tensor&)>> functions = {
      {"relu", [](const Tensor& x) { return relu(x); }},
      {"tanh", [](const Tensor& x) { return tanh(x); }},
      {"sigmoid", [](const Tensor& x) { return sigmoid(x); }},
      {"gelu", [](const Tensor& x) { return gelu(x); }},
      {"none", [](const Tensor& x) { return x; }}};
  for (const auto& [name, function] : functions)
    activations.push_back(
        {.label = name, .rule = sgd(kRate), .hidden = {64, 64}, .activation = function});
  seen += compare("width", images, settings, widths, figure, section);
  seen += compare("depth", images, settings, depths, figure, section);
  seen += compare("activation", images, settings, activations, figure, section);
  figure.caption += seen +
                    " Without activation the network is linear, however deep; many layers start "
                    "slowly, because each shrinks the signal on its way (see initialisation).";
  section.figure("models", figure);
}

}  // namespace lab
