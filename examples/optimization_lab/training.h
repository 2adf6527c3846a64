#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "examples/common/figure.h"
#include "examples/optimization_lab/rules.h"
#include "examples/optimization_lab/settings.h"

namespace lab {

/// Normalized images as rows, and their classes.
struct Images {
  gradtape::Tensor train, train_labels;  // [N, pixels] float, [N] int64
  gradtape::Tensor test, test_labels;
  int64_t classes = 0;
  std::string name;

  int64_t size() const { return train.size(0); }
  /// Updates of an epoch; the last batch may be smaller.
  int64_t updates(int64_t batch = 64) const { return (size() + batch - 1) / batch; }
  /// "12000 training and 10000 test images of fashion-mnist".
  std::string text() const;
};

/// The same for all of a process, whose settings do not change: the files are read once.
///
/// Throws: Error if the folder does not have the four files.
const Images& load_images(const Settings& settings);

enum class Order { kShuffledEachEpoch, kShuffledOnce, kSorted, kWithReplacement };

/// One training: a small multilayer perceptron on the images.
struct Training {
  std::string label = {};
  std::function<Rule(std::vector<gradtape::Tensor>)> rule = {};
  std::vector<int64_t> hidden = {64};
  std::function<gradtape::Tensor(const gradtape::Tensor&)> activation = {};  // none: relu
  /// Of logits [B, classes] and labels [B]; none: the mean cross-entropy.
  std::function<gradtape::Tensor(const gradtape::Tensor&, const gradtape::Tensor&)> loss = {};
  /// Sets the first weights; none: PyTorch's.
  std::function<void(gradtape::nn::SequentialImpl&)> init = {};
  /// Its step follows each update; none: the rate is constant.
  std::function<std::unique_ptr<gradtape::optim::LRScheduler>(gradtape::optim::Optimizer&)>
      schedule = {};
  Order order = Order::kShuffledEachEpoch;
  int64_t batch = 64;
  int64_t epochs = 5;
  uint64_t seed = 1;
};

struct History {
  std::string label;
  uint64_t seed = 0;
  // After each epoch, the start included.
  std::vector<double> epoch, seconds, train_loss, test_loss, test_accuracy;
  std::vector<double> step_loss;  // of each update's batch, before it
  std::vector<double> step_rate;  // of each update, with a schedule
  /// The loss became infinite or NaN; what follows is what a guess among the classes gives.
  bool diverged = false;

  double accuracy() const { return test_accuracy.back(); }
};

/// The network of a training; the seed decides its weights.
std::shared_ptr<gradtape::nn::SequentialImpl> make_network(const Training& training,
                                                           const Images& images);

/// On this thread alone; what it returns, but for the seconds, depends on the training alone.
History train(const Training& training, const Images& images,
              gradtape::nn::SequentialImpl& network);
History train(const Training& training, const Images& images);

/// Several at a time, with a progress bar; the histories in the order of the trainings.
std::vector<History> train_all(const std::vector<Training>& trainings, const Images& images,
                               const Settings& settings, const std::string& title);

/// A training's rule: gradient descent, with momentum.
std::function<Rule(std::vector<gradtape::Tensor>)> sgd(double lr, double momentum = 0);

/// The same training once for each seed.
std::vector<Training> with_seeds(const Training& training, const Settings& settings);

/// Mean over the histories of one label, as a curve with a band from the smallest to the largest.
examples::Curve mean_curve(const std::vector<History>& histories, const std::string& label,
                           const std::vector<double> History::*x,
                           const std::vector<double> History::*y);

/// Mean of one number over the histories of one label, and half the distance from its smallest to
/// its largest.
struct MeanValue {
  double mean = 0, half_range = 0;
};
MeanValue mean_value(const std::vector<History>& histories, const std::string& label,
                     const std::function<double(const History&)>& value);

/// "784-64-10": the sizes of a training's network, from the inputs to the classes.
std::string network_text(const Training& training, const Images& images);

/// "12000 training and 10000 test images of fashion-mnist, 5 epochs, 3 seeds", for captions.
std::string conditions(const Images& images, int64_t epochs, const Settings& settings);

}  // namespace lab
