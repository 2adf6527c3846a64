#include <charconv>
#include <cmath>
#include <fstream>
#include <locale>

#include <fmt/format.h>

#include "examples/common/output.h"
#include "examples/common/process.h"
#include "examples/optimization_lab/comparison.h"
#include "examples/optimization_lab/experiments.h"

// The batch: all images, some, or one at a time.
namespace lab {
namespace {

using namespace gradtape;

constexpr double kRate = 0.01;
constexpr int kDraws = 60;  // of the gradient's noise

std::string name_of(int64_t batch, const Images& images) {
  if (batch >= images.size()) return "full batch";
  return batch == 1 ? "one instance" : fmt::format("batch {}", batch);
}

std::vector<int64_t> sizes_of(const Images& images) {
  std::vector<int64_t> sizes = {1, 16, 64, 256, 1024};
  std::erase_if(sizes, [&](int64_t size) { return size >= images.size(); });
  sizes.push_back(images.size());
  return sizes;
}

// Starts this program again for one epoch; it says what its training took.
double peak_megabytes(int64_t batch, const Settings& settings) {
  const examples::Finished finished =
      examples::run_process({examples::this_program(), "one-epoch", "--batch",
                             std::to_string(batch), "--images", std::to_string(settings.images),
                             "--seed", std::to_string(settings.seed), "--data", settings.data});
  GRADTAPE_CHECK(finished.status == 0, "batch: the process for batch ", batch, " ended with ",
                 finished.status);
  double megabytes = 0;
  const char* begin = finished.output.data();
  std::from_chars(begin, begin + finished.output.size(), megabytes);
  return megabytes;
}

// Linux's mark of the most memory that this process has had, and its reset. (What wait4 says of a
// child begins with what its parent had when it started it.)
double memory_mark() {
  std::ifstream status("/proc/self/status");
  status.imbue(std::locale::classic());
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes / 1024;
  }
  throw Error("batch: /proc/self/status has no VmHWM");
}
void reset_memory_mark() { std::ofstream("/proc/self/clear_refs") << 5; }

void descents(const Images& images, const Settings& settings, Section& section) {
  const std::vector<int64_t> sizes = sizes_of(images);
  Comparison comparison(images, settings, /*epochs=*/8);
  for (const int64_t size : sizes)
    comparison.add({.label = name_of(size, images), .rule = sgd(kRate), .batch = size});
  comparison.run("batch");

  examples::Figure zigzag;
  for (const int64_t size : {int64_t{1}, int64_t{64}, images.size()}) {
    examples::Panel panel{
        .title = name_of(size, images),
        .x = {.label = "update"},
        .y = {.label = "loss of the batch, before the update", .from = 0, .to = 4},
        .legend = "off"};
    panel.curves.push_back(comparison.step_losses(name_of(size, images), 400));
    examples::Curve& curve = panel.curves.back();
    if (curve.x.size() < 50) curve.style = examples::Curve::kLinePoints;
    zigzag.panels.push_back(panel);
  }
  zigzag.columns = 3;
  zigzag.panel_width = 400;
  zigzag.caption = fmt::format(
      "The loss of each update (seed {}, at most 400 of them; rate {:g}): one image at a time it "
      "jumps from image to image, over 64 the jumps average out, over all images it falls "
      "smoothly, {} updates in all.",
      settings.seed, kRate, zigzag.panels.back().curves[0].x.size());
  section.figure("zigzag", zigzag);

  examples::Panel seconds{.title = "time of an epoch, without tests",
                          .x = {.label = "batch size", .log = true},
                          .y = {.label = "seconds", .log = true},
                          .legend = "off"};
  examples::Panel memory{.title = "peak memory, a process of its own for each",
                         .x = {.label = "batch size", .log = true},
                         .y = {.label = "megabytes"},
                         .legend = "off"};
  examples::Curve time{.style = examples::Curve::kLinePoints}, peak = time;
  Table table{.columns = {"batch", "updates per epoch", "training loss", "test accuracy", "+-",
                          "seconds per epoch", "peak memory / MB"}};
  for (const int64_t size : sizes) {
    const std::string name = name_of(size, images);
    const History& any = comparison.histories()[0];
    const double per_epoch = comparison.seconds(name).mean / any.epoch.back();
    const double megabytes = peak_megabytes(size, settings);
    time.x.push_back(static_cast<double>(size));
    time.y.push_back(per_epoch);
    peak.x.push_back(static_cast<double>(size));
    peak.y.push_back(megabytes);
    table.rows.push_back({name, static_cast<double>(images.updates(size)),
                          comparison.train_loss(name).mean, comparison.accuracy(name).mean,
                          comparison.accuracy(name).half_range, per_epoch, megabytes});
  }
  seconds.curves.push_back(time);
  memory.curves.push_back(peak);
  memory.y.from = 0;
  memory.y.to = 1.2 * *std::max_element(peak.y.begin(), peak.y.end());
  examples::Panel losses = comparison.panel("training loss", &History::train_loss, "training loss");
  examples::Panel against_time =
      comparison.panel("training loss against time", &History::seconds, "training time / s",
                       &History::train_loss, "training loss");
  against_time.legend = "off";
  const std::string best = comparison.best();
  section.figure(
      "sizes",
      {.panels = {losses, against_time, seconds, memory},
       .caption = fmt::format(
           "SGD at the rate {:g} ({}). Small batches make many updates in an epoch, large ones "
           "cheap images: an epoch takes {:.2f} s one by one and {:.3f} s in one batch. {} ends "
           "with the best test accuracy, {:.3f}. Most of the memory is the images; the largest "
           "batch adds a copy of its own.",
           kRate, comparison.where(), time.y.front(), time.y.back(), best,
           comparison.accuracy(best).mean)});
  section.table("sizes_table", table, comparison.where() + ", one thread.");
}

// How far the gradient of a batch is from that of all images: E |g_B - g|^2 / |g|^2.
void gradient_noise(const Images& images, const Settings& settings, Section& section) {
  Training training{.rule = sgd(kRate), .epochs = 2};
  training.seed = settings.seed;
  const auto network = make_network(training, images);
  const auto gradient = [&](const Tensor& rows) {
    network->zero_grad();
    const Tensor logits = network->forward(images.train.index_select(0, rows));
    nn::functional::cross_entropy(logits, images.train_labels.index_select(0, rows)).backward();
    std::vector<Tensor> parts;
    for (const Tensor& parameter : network->parameters())
      parts.push_back(parameter.grad().flatten());
    return cat(parts).to(kFloat64);
  };
  Generator generator = make_generator(settings.seed);
  examples::Panel panel{.title = "noise of the gradient",
                        .x = {.label = "batch size B", .log = true},
                        .y = {.label = "E |g_B - g|^2 / |g|^2", .log = true}};
  Table table{.columns = {"batch", "when", "noise", "noise times B"}};
  for (const bool trained : {false, true}) {
    if (trained) train(training, images, *network);
    const Tensor full = gradient(arange(images.size(), kInt64));
    const double norm = full.square().sum().item<double>();
    examples::Curve curve{
        .name = trained ? fmt::format("after {} epochs", training.epochs) : "before training",
        .style = examples::Curve::kLinePoints};
    for (const int64_t size : sizes_of(images)) {
      if (size == images.size()) continue;
      double sum = 0;
      for (int i = 0; i < kDraws; ++i) {
        const Tensor rows = randint(0, images.size(), {size}, generator, kInt64);
        sum += (gradient(rows) - full).square().sum().item<double>();
      }
      const double noise = sum / kDraws / norm;
      curve.x.push_back(static_cast<double>(size));
      curve.y.push_back(noise);
      table.rows.push_back(
          {static_cast<double>(size), curve.name, noise, noise * static_cast<double>(size)});
    }
    panel.curves.push_back(curve);
  }
  section.figure(
      "noise",
      {.panels = {panel},
       .caption = fmt::format(
           "The variance of the mini-batch gradient against the full one, {} batches drawn with "
           "replacement for each size: it falls as 1 / B, a straight line on these scales, and is "
           "larger, relative to the gradient, once the loss is low.",
           kDraws),
       .panel_width = 720});
  section.table("noise_table", table);
}

// Sum against mean over the batch. The sizes divide the images, so that no batch is smaller.
void sum_and_mean(const Images& images, const Settings& settings, Section& section) {
  const auto summed = [](const Tensor& logits, const Tensor& labels) {
    using F = nn::functional::CrossEntropyFuncOptions;
    return nn::functional::cross_entropy(logits, labels, F().reduction(kSum));
  };
  Comparison comparison(images, settings, /*epochs=*/4);
  std::vector<std::string> means, sums, kept;
  for (const int64_t size : {10, 50, 250}) {
    const auto add = [&](std::vector<std::string>& labels, const std::string& label, double lr,
                         const auto& loss) {
      labels.push_back(label);
      comparison.add({.label = label, .rule = sgd(lr), .loss = loss, .batch = size});
    };
    const auto b = static_cast<double>(size);
    add(means, fmt::format("mean, B = {}, a = {:g}", size, kRate), kRate,
        decltype(Training::loss)());
    add(sums, fmt::format("sum, B = {0}, a = {1:g} / {0}", size, kRate), kRate / b, summed);
    if (size == 10)
      kept.push_back(sums.back());  // the same training
    else
      add(kept, fmt::format("sum, B = {}, a = {:g} / 10", size, kRate), kRate / 10, summed);
  }
  comparison.run("sum and mean");
  examples::Figure figure{.columns = 3, .panel_width = 400};
  const auto add_panel = [&](const std::string& title, const std::vector<std::string>& labels) {
    figure.panels.push_back(comparison.panel(title, &History::train_loss, "training loss", labels));
    figure.panels.back().y = {.label = "training loss", .from = 0, .to = 2.5};
  };
  add_panel("mean over the batch, rate a", means);
  add_panel("sum over the batch, rate a / B", sums);
  add_panel("sum over the batch, rate a / 10", kept);
  double difference = 0;
  for (size_t i = 0; i < means.size(); ++i) {
    difference = std::max(difference, std::abs(comparison.train_loss(means[i]).mean -
                                               comparison.train_loss(sums[i]).mean));
  }
  figure.caption = fmt::format(
      "The gradient of a sum is B times that of the mean. With the rate a / B the descents are "
      "the same (their last training losses differ by {:.1g} at most); with the rate of B = 10 "
      "kept, larger batches take steps that are as many times longer: at B = {} the last training "
      "loss is {:.2f} instead of {:.2f} ({}).",
      difference, 250, comparison.train_loss(kept.back()).mean,
      comparison.train_loss(sums.back()).mean, comparison.where());
  section.figure("sum_and_mean", figure);
  section.table("sum_and_mean_table", comparison.table("loss"), comparison.where());
}

}  // namespace

void batch(const Settings& settings, Section& section) {
  const Images images = load_images(settings);
  descents(images, settings, section);
  gradient_noise(images, settings, section);
  sum_and_mean(images, settings, section);
}

void one_epoch(const Settings& settings, int64_t batch) {
  const Images images = load_images(settings);
  set_num_threads(1);
  Training training{.rule = sgd(kRate), .batch = std::min(batch, images.size()), .epochs = 1};
  training.seed = settings.seed;
  empty_cache();  // what loading needed
  reset_memory_mark();
  train(training, images);
  examples::print("{:.1f}\n", memory_mark());
}

}  // namespace lab
