#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "examples/optimization_lab/comparison.h"
#include "examples/optimization_lab/experiments.h"

// The first weights: the spread of activations and gradients by layer, what becomes of it in
// training, and the different minima that different weights lead to.
namespace lab {
namespace {

using namespace gradtape;

constexpr double kRate = 0.05;
const std::vector<int64_t> kHidden(5, 64);

struct Scheme {
  std::string name;
  void (*set)(Tensor& weight);
};

const std::vector<Scheme>& schemes() {
  static const std::vector<Scheme> all = {
      {"zeros", [](Tensor& w) { nn::init::zeros_(w); }},
      {"constant 0.01", [](Tensor& w) { nn::init::constant_(w, 0.01); }},
      {"too small: normal, 0.01", [](Tensor& w) { nn::init::normal_(w, 0, 0.01); }},
      {"too large: normal, 0.5", [](Tensor& w) { nn::init::normal_(w, 0, 0.5); }},
      {"Xavier", [](Tensor& w) { nn::init::xavier_uniform_(w); }},
      {"Kaiming", [](Tensor& w) { nn::init::kaiming_uniform_(w, 0, kFanIn, kReLU); }},
      {"orthogonal", [](Tensor& w) { nn::init::orthogonal_(w, std::sqrt(2.0)); }},
  };
  return all;
}

Training training_of(const Scheme& scheme) {
  Training training{.label = scheme.name, .rule = sgd(kRate), .hidden = kHidden};
  training.init = [&scheme](nn::SequentialImpl& network) {
    const NoGradGuard no_grad;
    for (auto& parameter : network.named_parameters()) {
      if (parameter.value().dim() == 2)
        scheme.set(parameter.value());
      else
        nn::init::zeros_(parameter.value());
    }
  };
  return training;
}

// Standard deviations of each hidden layer's activations, and of the loss's gradients with respect
// to them, before training.
struct Spread {
  std::vector<double> layer, activation, gradient;
};

Spread spread_of(const Training& training, const Images& images) {
  const auto network = make_network(training, images);
  std::vector<Tensor> activations;
  const int64_t count = std::min<int64_t>(1000, images.size());
  Tensor x = images.train.narrow(0, 0, count);
  size_t i = 0;
  for (auto& layer : *network) {
    x = layer.forward(x);
    if (++i % 2 == 0) {
      x.retain_grad();
      activations.push_back(x);
    }
  }
  nn::functional::cross_entropy(x, images.train_labels.narrow(0, 0, count)).backward();
  Spread spread;
  // Nothing at all has no place on a logarithmic axis.
  const auto spread_or_gap = [](const Tensor& values) {
    const double deviation = values.std().item<double>();
    return deviation > 0 ? deviation : std::nan("");
  };
  for (size_t layer = 0; layer < activations.size(); ++layer) {
    spread.layer.push_back(static_cast<double>(layer + 1));
    spread.activation.push_back(spread_or_gap(activations[layer]));
    spread.gradient.push_back(spread_or_gap(activations[layer].grad()));
  }
  return spread;
}

void spreads_and_training(const Images& images, const Settings& settings, Section& section) {
  examples::Panel activations{.title = "activations before training",
                              .x = {.label = "hidden layer", .step = 1},
                              .y = {.label = "standard deviation", .log = true},
                              .legend = "off"};
  examples::Panel gradients = activations;
  gradients.title = "gradients before training";
  Comparison comparison(images, settings, /*epochs=*/8);
  Table table{.columns = {"first weights", "layer", "activation spread", "gradient spread"}};
  for (const Scheme& scheme : schemes()) {
    Training training = training_of(scheme);
    training.seed = settings.seed;
    const Spread spread = spread_of(training, images);
    activations.curves.push_back({.name = scheme.name,
                                  .x = spread.layer,
                                  .y = spread.activation,
                                  .style = examples::Curve::kLinePoints});
    gradients.curves.push_back({.name = scheme.name,
                                .x = spread.layer,
                                .y = spread.gradient,
                                .style = examples::Curve::kLinePoints});
    for (size_t i = 0; i < spread.layer.size(); ++i)
      table.rows.push_back(
          {scheme.name, spread.layer[i], spread.activation[i], spread.gradient[i]});
    comparison.add(training);
  }
  comparison.run("init");
  examples::Panel losses = comparison.panel("training loss", &History::train_loss, "training loss");
  losses.y = {.label = "training loss", .from = 0, .to = 3};
  losses.legend = "off";
  examples::Panel accuracies =
      comparison.panel("test accuracy", &History::test_accuracy, "test accuracy");
  const std::string best = comparison.best();
  section.figure(
      "init", {.panels = {activations, gradients, losses, accuracies},
               .caption = fmt::format(
                   "A network of {} relu layers of 64, SGD at the rate {:g} ({}). Zeros and a "
                   "constant give all units of a layer the same gradient, so they stay equal "
                   "(zeros: no spread at all, not drawn; the constant's gradients are 0 but for "
                   "rounding, which is what is drawn of them). Too small: the signal fades from "
                   "layer to layer; too large: it explodes. {} ends best with {:.3f}; {} with "
                   "{:.3f}, {} with {:.3f} ({:g} of {} runs broke down).",
                   kHidden.size(), kRate, comparison.where(), best, comparison.accuracy(best).mean,
                   schemes()[2].name, comparison.accuracy(schemes()[2].name).mean,
                   schemes()[3].name, comparison.accuracy(schemes()[3].name).mean,
                   comparison.broken(schemes()[3].name), settings.seeds),
               .panel_height = 380});
  section.table("init_table", comparison.table("first weights"), comparison.where());
  section.table("spreads", table);
}

// The loss along the straight line from the minimum that one seed found to another's.
void between_minima(const Images& images, const Settings& settings, Section& section) {
  examples::Panel panel{
      .title = "training loss on the line between two trained networks",
      .x = {.label = "share of the second network's weights", .from = -0.1, .to = 1.1},
      .y = {.label = "training loss"}};
  constexpr int64_t kEpochs = 8;
  const int64_t epochs = settings.epochs > 0 ? settings.epochs : kEpochs;
  std::vector<std::shared_ptr<nn::SequentialImpl>> networks;
  std::vector<Tensor> minima;
  for (int64_t i = 0; i < 3; ++i) {
    Training training{.rule = sgd(kRate, 0.9), .epochs = epochs};
    training.seed = settings.seed + static_cast<uint64_t>(i);
    networks.push_back(make_network(training, images));
    train(training, images, *networks.back());
    minima.push_back(nn::utils::parameters_to_vector(networks.back()->parameters()).detach());
  }
  const NoGradGuard no_grad;
  double highest = 0, ends = 0;
  for (const auto& [from, to] : {std::pair(0, 1), std::pair(0, 2), std::pair(1, 2)}) {
    examples::Curve curve{
        .name = fmt::format("seed {} to seed {}", settings.seed + from, settings.seed + to)};
    for (int i = -2; i <= 22; ++i) {
      const double share = i / 20.0;
      nn::utils::vector_to_parameters(minima[from] * (1 - share) + minima[to] * share,
                                      networks[0]->parameters());
      const Tensor logits = networks[0]->forward(images.train);
      curve.x.push_back(share);
      curve.y.push_back(nn::functional::cross_entropy(logits, images.train_labels).item<double>());
      if (i == 0 || i == 20) ends = std::max(ends, curve.y.back());
      if (i >= 0 && i <= 20) highest = std::max(highest, curve.y.back());
    }
    panel.curves.push_back(curve);
  }
  section.figure(
      "minima",
      {.panels = {panel},
       .caption = fmt::format(
           "Three seeds lead to three different minima of a {} network ({}, {} epochs): at their "
           "ends the losses are at most {:.2f}, between them there is a ridge of up to {:.2f}.",
           network_text({}, images), images.text(), epochs, ends, highest),
       .panel_width = 720});
}

}  // namespace

void init(const Settings& settings, Section& section) {
  const Images images = load_images(settings);
  spreads_and_training(images, settings, section);
  between_minima(images, settings, section);
}

}  // namespace lab
