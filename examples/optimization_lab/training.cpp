#include "examples/optimization_lab/training.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "examples/common/dataset.h"
#include "examples/common/progress.h"

namespace lab {
namespace {

using namespace gradtape;
using data::datasets::MNIST;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The order of the images in one epoch.
Tensor order_of(const Training& training, const Images& images, Generator& generator) {
  switch (training.order) {
    case Order::kSorted:
      return std::get<1>(images.train_labels.sort());
    case Order::kWithReplacement:
      return randint(0, images.size(), {images.size()}, generator, kInt64);
    default:
      return randperm(images.size(), generator, kInt64);
  }
}

Tensor loss_of(const Training& training, const Tensor& logits, const Tensor& labels) {
  return training.loss ? training.loss(logits, labels)
                       : nn::functional::cross_entropy(logits, labels);
}

// Mean cross-entropy, whatever is trained with, and the share told right.
struct Score {
  double loss, accuracy;
};

Score score(nn::SequentialImpl& network, const Tensor& images, const Tensor& labels) {
  const NoGradGuard no_grad;
  constexpr int64_t kPart = 2000;
  double loss = 0;
  int64_t correct = 0;
  const int64_t count = images.size(0);
  for (int64_t begin = 0; begin < count; begin += kPart) {
    const int64_t part = std::min(kPart, count - begin);
    const Tensor logits = network.forward(images.narrow(0, begin, part));
    const Tensor target = labels.narrow(0, begin, part);
    loss +=
        nn::functional::cross_entropy(logits, target).item<double>() * static_cast<double>(part);
    correct += logits.argmax(1).eq(target).sum().item<int64_t>();
  }
  return {loss / static_cast<double>(count),
          static_cast<double>(correct) / static_cast<double>(count)};
}

Images read_images(const Settings& settings) {
  const std::string folder = examples::find_dataset(settings.data);
  const MNIST train(folder, MNIST::Mode::kTrain), test(folder, MNIST::Mode::kTest);
  Images result;
  const int64_t count = std::min(settings.images, train.images().size(0));
  const Tensor pixels = train.images().narrow(0, 0, count).flatten(1);
  const double mean = pixels.mean().item<double>(), deviation = pixels.std().item<double>();
  result.train = (pixels - mean) / deviation;
  result.train_labels = train.targets().narrow(0, 0, count).contiguous();
  result.test = (test.images().flatten(1) - mean) / deviation;
  result.test_labels = test.targets();
  result.classes = train.targets().max().item<int64_t>() + 1;
  const int64_t largest = test.targets().max().item<int64_t>();
  GRADTAPE_CHECK(largest < result.classes, "the training labels go up to ", result.classes - 1,
                 "; the test labels go up to ", largest);
  result.name = std::filesystem::path(folder).filename();
  return result;
}

}  // namespace

std::string Images::text() const {
  return fmt::format("{} training and {} test images of {}", train.size(0), test.size(0), name);
}

const Images& load_images(const Settings& settings) {
  static const Images images = read_images(settings);
  return images;
}

std::shared_ptr<nn::SequentialImpl> make_network(const Training& training, const Images& images) {
  // The default generator is everybody's.
  static std::mutex generator;
  const std::lock_guard lock(generator);
  manual_seed(training.seed);
  auto network = std::make_shared<nn::SequentialImpl>();
  int64_t width = images.train.size(1);
  for (const int64_t next : training.hidden) {
    network->push_back(nn::Linear(width, next));
    if (training.activation)
      network->push_back(nn::Functional(training.activation));
    else
      network->push_back(nn::ReLU());
    width = next;
  }
  network->push_back(nn::Linear(width, images.classes));
  if (training.init) training.init(*network);
  return network;
}

History train(const Training& training, const Images& images) {
  return train(training, images, *make_network(training, images));
}

std::function<Rule(std::vector<Tensor>)> sgd(double lr, double momentum) {
  return [=](std::vector<Tensor> parameters) {
    return Rule(std::make_unique<optim::SGD>(std::move(parameters),
                                             optim::SGDOptions(lr).momentum(momentum)));
  };
}

History train(const Training& training, const Images& images, nn::SequentialImpl& network) {
  Rule rule = training.rule(network.parameters());
  const auto schedule = training.schedule ? training.schedule(rule.optimizer()) : nullptr;
  Generator generator = make_generator(training.seed);
  History history;
  history.label = training.label;
  history.seed = training.seed;
  double seconds = 0;
  const auto record = [&](int64_t epoch) {
    rule.train(false);
    const Score test = score(network, images.test, images.test_labels);
    history.epoch.push_back(static_cast<double>(epoch));
    history.seconds.push_back(seconds);
    history.train_loss.push_back(score(network, images.train, images.train_labels).loss);
    history.test_loss.push_back(test.loss);
    history.test_accuracy.push_back(test.accuracy);
    history.diverged = history.diverged || !std::isfinite(history.train_loss.back());
    rule.train(true);
  };
  record(0);
  Tensor order;
  for (int64_t epoch = 1; epoch <= training.epochs && !history.diverged; ++epoch) {
    const auto start = Clock::now();
    if (epoch == 1 || training.order != Order::kShuffledOnce)
      order = order_of(training, images, generator);
    for (int64_t begin = 0; begin < images.size(); begin += training.batch) {
      const Tensor rows = order.narrow(0, begin, std::min(training.batch, images.size() - begin));
      const Tensor x = images.train.index_select(0, rows);
      const Tensor labels = images.train_labels.index_select(0, rows);
      const Tensor loss = rule.step([&] {
        rule.zero_grad();
        Tensor value = loss_of(training, network.forward(x), labels);
        value.backward();
        return value;
      });
      history.step_loss.push_back(loss.item<double>());
      if (!std::isfinite(history.step_loss.back())) break;
      if (schedule) {
        history.step_rate.push_back(rule.optimizer().param_groups()[0].options().get_lr());
        schedule->step();
      }
    }
    seconds += seconds_since(start);
    record(epoch);
  }
  return history;
}

std::vector<History> train_all(const std::vector<Training>& trainings, const Images& images,
                               const Settings& settings, const std::string& title) {
  std::vector<History> histories(trainings.size());
  examples::ProgressBar progress(title, trainings.size());
  std::mutex lock;
  std::atomic<size_t> next = 0;
  std::exception_ptr error;
  const auto work = [&] {
    set_num_threads(1);
    for (size_t i = next++; i < trainings.size(); i = next++) {
      try {
        histories[i] = train(trainings[i], images);
      } catch (...) {
        const std::lock_guard guard(lock);
        if (!error) error = std::current_exception();
        next = trainings.size();
        return;
      }
      const std::lock_guard guard(lock);
      progress.advance(
          1, fmt::format("{}: accuracy {:.3f}", trainings[i].label, histories[i].accuracy()));
    }
  };
  const size_t workers =
      settings.parallel > 0 ? settings.parallel : std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < std::min(workers, trainings.size()); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  progress.finish();
  if (error) std::rethrow_exception(error);
  return histories;
}

std::vector<Training> with_seeds(const Training& training, const Settings& settings) {
  std::vector<Training> result(static_cast<size_t>(settings.seeds), training);
  for (size_t i = 0; i < result.size(); ++i) result[i].seed = settings.seed + i;
  return result;
}

examples::Curve mean_curve(const std::vector<History>& histories, const std::string& label,
                           const std::vector<double> History::*x,
                           const std::vector<double> History::*y) {
  examples::Curve curve{.name = label};
  double count = 0;
  for (const History& history : histories) {
    if (history.label != label) continue;
    const auto &xs = history.*x, &ys = history.*y;
    if (count == 0) {
      curve.x = xs;
      curve.y = curve.low = curve.high = ys;
    } else {
      // One that diverged is shorter; the mean is over the part that all have.
      const size_t size = std::min(curve.y.size(), ys.size());
      for (auto* values : {&curve.x, &curve.y, &curve.low, &curve.high}) values->resize(size);
      for (size_t i = 0; i < size; ++i) {
        curve.x[i] += xs[i];
        curve.y[i] += ys[i];
        curve.low[i] = std::min(curve.low[i], ys[i]);
        curve.high[i] = std::max(curve.high[i], ys[i]);
      }
    }
    ++count;
  }
  for (double& value : curve.x) value /= count;
  for (double& value : curve.y) value /= count;
  return curve;
}

MeanValue mean_value(const std::vector<History>& histories, const std::string& label,
                     const std::function<double(const History&)>& value) {
  double sum = 0, low = 0, high = 0;
  int count = 0;
  for (const History& history : histories) {
    if (history.label != label) continue;
    const double x = value(history);
    low = count == 0 ? x : std::min(low, x);
    high = count == 0 ? x : std::max(high, x);
    sum += x;
    ++count;
  }
  return {sum / std::max(count, 1), (high - low) / 2};
}

std::string network_text(const Training& training, const Images& images) {
  std::string text = fmt::format("{}", images.train.size(1));
  for (const int64_t width : training.hidden) text += fmt::format("-{}", width);
  return text + fmt::format("-{}", images.classes);
}

std::string conditions(const Images& images, int64_t epochs, const Settings& settings) {
  return fmt::format("{}, {} epoch{}, {} seed{}", images.text(), epochs, epochs == 1 ? "" : "s",
                     settings.seeds, settings.seeds == 1 ? "" : "s");
}

}  // namespace lab
