#include <algorithm>

#include <fmt/format.h>

#include "examples/optimization_lab/comparison.h"
#include "examples/optimization_lab/experiments.h"

// The same images in four orders: what order does to the updates.
namespace lab {

using namespace gradtape;

void order(const Settings& settings, Section& section) {
  const Images images = load_images(settings);
  const std::vector<std::pair<std::string, Order>> orders = {
      {"sorted by class", Order::kSorted},
      {"shuffled once", Order::kShuffledOnce},
      {"shuffled each epoch", Order::kShuffledEachEpoch},
      {"drawn with replacement", Order::kWithReplacement}};
  Comparison comparison(images, settings, /*epochs=*/8);
  for (const auto& [name, order] : orders)
    comparison.add({.label = name, .rule = sgd(0.1), .order = order});
  comparison.run("order");

  examples::Figure figure;
  const auto updates_in_epoch = static_cast<size_t>(images.updates());
  for (const auto& [name, order] : orders) {
    if (order != Order::kSorted && order != Order::kShuffledEachEpoch) continue;
    examples::Panel panel{.title = fmt::format("loss of each update, first two epochs: {}", name),
                          .x = {.label = "update"},
                          .y = {.label = "loss of the batch, before the update", .log = true},
                          .guides = {{static_cast<double>(updates_in_epoch), true, "second epoch"}},
                          .legend = "off"};
    panel.curves.push_back(comparison.step_losses(name, 2 * updates_in_epoch));
    // 0 has no place on a logarithmic axis.
    for (double& loss : panel.curves.back().y) loss = std::max(loss, 1e-6);
    figure.panels.push_back(panel);
  }
  figure.panels.push_back(comparison.panel("training loss", &History::train_loss, "training loss"));
  figure.panels.back().y.log = true;
  figure.panels.back().legend = "off";
  figure.panels.push_back(
      comparison.panel("test accuracy", &History::test_accuracy, "test accuracy"));
  figure.caption = fmt::format(
      "SGD at the rate 0.1, batches of 64 ({}). Sorted by class, each run of equal classes is "
      "learnt in a few updates and the classes before are forgotten: test accuracy {:.3f}. "
      "Shuffled once {:.3f}, shuffled each epoch {:.3f}, drawn with replacement {:.3f}.",
      comparison.where(), comparison.accuracy(orders[0].first).mean,
      comparison.accuracy(orders[1].first).mean, comparison.accuracy(orders[2].first).mean,
      comparison.accuracy(orders[3].first).mean);
  section.figure("orders", figure);
  section.table("orders_table", comparison.table("order"), comparison.where());
}

}  // namespace lab
