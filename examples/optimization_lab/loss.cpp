#include <fmt/format.h>

#include "examples/optimization_lab/comparison.h"
#include "examples/optimization_lab/experiments.h"

// Mean squared error against cross-entropy, on the same network.
namespace lab {

using namespace gradtape;

void loss(const Settings& settings, Section& section) {
  const Images images = load_images(settings);
  const int64_t classes = images.classes;
  const auto squared = [classes](const Tensor& outputs, const Tensor& labels) {
    return mse_loss(outputs, one_hot(labels, classes).to(kFloat32));
  };
  Comparison comparison(images, settings, /*epochs=*/8);
  std::vector<std::string> entropies, squares;
  for (const double lr : {0.01, 0.03, 0.1, 0.3, 1.0}) {
    entropies.push_back(fmt::format("cross-entropy, a = {:g}", lr));
    squares.push_back(fmt::format("squared error, a = {:g}", lr));
    comparison.add({.label = entropies.back(), .rule = sgd(lr)});
    comparison.add({.label = squares.back(), .rule = sgd(lr), .loss = squared});
  }
  comparison.run("loss");

  examples::Figure figure;
  for (const auto& labels : {entropies, squares}) {
    examples::Panel panel = comparison.panel(
        labels == entropies ? "trained with cross-entropy" : "trained with squared error",
        &History::test_accuracy, "test accuracy", labels);
    // What fails is at chance.
    panel.y = {.label = "test accuracy", .from = 0, .to = 1};
    figure.panels.push_back(panel);
  }
  const std::string entropy = comparison.best(entropies), square = comparison.best(squares);
  figure.caption = fmt::format(
      "A {} network, SGD with batches of 64 ({}). Best: {} with {:.3f}; {} with {:.3f}. The "
      "squared error's gradient is divided by the {} outputs and fades where an output is near "
      "its target, so it wants a larger rate.",
      network_text({}, images), comparison.where(), entropy, comparison.accuracy(entropy).mean,
      square, comparison.accuracy(square).mean, classes);
  section.figure("accuracy", figure);
  section.table("losses", comparison.table("loss"),
                comparison.where() + ". Training loss is the mean cross-entropy for all.");
}

}  // namespace lab
