#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>

#include <CLI/CLI.hpp>

#include "examples/common/chart.h"
#include "examples/common/dataset.h"
#include "examples/common/options.h"
#include "examples/common/output.h"
#include "examples/common/progress.h"
#include "models/lenet.h"
#include "models/mlp.h"
#include <gradtape/gradtape.h>

// Trains a small network on Fashion-MNIST, or on any data set in MNIST's four files, and says how
// many of the test images it tells right.
namespace {

using namespace gradtape;
using data::datasets::MNIST;

using examples::kFashionMnist;
using examples::print;

constexpr int64_t kSide = 28, kClasses = 10;

struct Options {
  std::string model = "lenet";
  std::string data = kFashionMnist;
  int64_t epochs = 3;
  int64_t batch = 64;
  std::string optimizer = "adam";
  std::optional<double> lr;  // none: the optimizer's own
  uint64_t seed = 1;
  int threads = 0;  // 0: all cores
  std::string out = "out/mnist";
};

void describe(CLI::App& app, Options& options) {
  app.add_option("--model", options.model, "network")
      ->check(CLI::IsMember({"mlp", "lenet"}))
      ->capture_default_str();
  app.add_option("--data", options.data, "folder with the four IDX files, plain or .gz")
      ->capture_default_str();
  app.add_option("--epochs", options.epochs, "passes over the training images")
      ->check(examples::count_up_to(1'000'000))
      ->capture_default_str();
  app.add_option("--batch", options.batch, "images per step")
      ->check(examples::count_up_to(1'000'000))
      ->capture_default_str();
  app.add_option("--optimizer", options.optimizer, "update rule")
      ->check(CLI::IsMember({"sgd", "adam", "adamw"}))
      ->capture_default_str();
  app.add_option("--lr", options.lr, "learning rate (default: sgd 0.05, adam and adamw 0.001)")
      ->check(examples::positive_up_to(1e6));
  app.add_option("--seed", options.seed, "of weights and order")
      ->check(examples::kSeed)
      ->capture_default_str();
  app.add_option("--threads", options.threads, "threads per op (default: one per core)")
      ->check(examples::count_up_to(kMostThreads));
  app.add_option("--out", options.out, "folder for the model and the pictures")
      ->capture_default_str();
}

std::shared_ptr<nn::SequentialImpl> make_model(const Options& options) {
  if (options.model == "mlp") return std::make_shared<models::MLPImpl>();
  return std::make_shared<models::LeNetImpl>();
}

std::unique_ptr<optim::Optimizer> make_optimizer(const Options& options,
                                                 nn::SequentialImpl& model) {
  const auto lr_or = [&](double usual) { return options.lr.value_or(usual); };
  if (options.optimizer == "sgd") {
    return std::make_unique<optim::SGD>(model.parameters(),
                                        optim::SGDOptions(lr_or(0.05)).momentum(0.9));
  }
  if (options.optimizer == "adamw") {
    return std::make_unique<optim::AdamW>(model.parameters(), optim::AdamWOptions(lr_or(1e-3)));
  }
  return std::make_unique<optim::Adam>(model.parameters(), optim::AdamOptions(lr_or(1e-3)));
}

// Each layer in turn, to find where numbers cease to be finite.
std::string first_bad_layer(nn::SequentialImpl& model, Tensor x) {
  const NoGradGuard no_grad;
  const auto layers = model.named_children();
  size_t i = 0;
  for (auto& layer : model) {
    x = layer.forward(x);
    if (!x.isfinite().all().item<bool>()) return layers[i].key();
    ++i;
  }
  return "the loss itself";
}

size_t count_correct(const Tensor& logits, const Tensor& target) {
  return static_cast<size_t>(logits.argmax(1).eq(target).sum().item<int64_t>());
}

// What the curves show, against epochs: training as means over each tenth of an epoch, test at its
// end.
class History {
 public:
  examples::Curve loss{.name = "training loss"};
  examples::Curve test_loss{.name = "test loss"};
  examples::Curve accuracy{.name = "training accuracy"};
  examples::Curve test_accuracy{.name = "test accuracy"};

  explicit History(size_t images) : images_(images) {}

  void add_batch(size_t images, double mean_loss, size_t correct) {
    seen_ += images;
    part_images_ += images;
    part_loss_ += mean_loss * static_cast<double>(images);
    part_correct_ += correct;
    if (part_images_ * 10 < images_ && seen_ % images_ != 0) return;
    const auto count = static_cast<double>(part_images_);
    add(loss, part_loss_ / count);
    add(accuracy, static_cast<double>(part_correct_) / count);
    part_images_ = part_correct_ = 0;
    part_loss_ = 0;
  }
  void add_test(double mean_loss, double share) {
    add(test_loss, mean_loss);
    add(test_accuracy, share);
  }

 private:
  void add(examples::Curve& curve, double y) {
    curve.x.push_back(static_cast<double>(seen_) / static_cast<double>(images_));
    curve.y.push_back(y);
  }

  size_t images_, seen_ = 0, part_images_ = 0, part_correct_ = 0;
  double part_loss_ = 0;
};

template <class Loader>
void train_epoch(nn::SequentialImpl& model, optim::Optimizer& optimizer, Loader& loader,
                 examples::Progress& progress, History& history) {
  model.train();
  int64_t step = 0;
  for (const data::Example<>& batch : loader) {
    ++step;
    optimizer.zero_grad();
    const Tensor logits = model.forward(batch.data);
    const Tensor loss = nn::functional::cross_entropy(logits, batch.target);
    const double value = loss.item<double>();
    if (!std::isfinite(value)) {
      progress.finish();
      throw Error(str("the loss is ", value, " at step ", step,
                      "; the first layer that is not finite is ",
                      first_bad_layer(model, batch.data), ". A smaller --lr may help."));
    }
    loss.backward();
    optimizer.step();
    const auto images = static_cast<size_t>(batch.target.size(0));
    const size_t correct = count_correct(logits, batch.target);
    progress.update(images, value, correct);
    history.add_batch(images, value, correct);
  }
  progress.finish();
}

struct Evaluation {
  double loss = 0, accuracy = 0;
  std::vector<std::vector<int64_t>> confusion;  // [true class][predicted class]
};

template <class Loader>
Evaluation evaluate(nn::SequentialImpl& model, Loader& loader, int64_t classes) {
  const NoGradGuard no_grad;
  model.eval();
  Evaluation result;
  result.confusion.assign(classes, std::vector<int64_t>(classes));
  int64_t images = 0, correct = 0;
  for (const data::Example<>& batch : loader) {
    const Tensor logits = model.forward(batch.data);
    const Tensor predicted = logits.argmax(1);
    const int64_t count = batch.target.size(0);
    result.loss +=
        nn::functional::cross_entropy(logits, batch.target).template item<double>() * count;
    for (int64_t i = 0; i < count; ++i) {
      const auto truth = batch.target[i].template item<int64_t>();
      const auto guess = predicted[i].template item<int64_t>();
      ++result.confusion[truth][guess];
      correct += truth == guess;
    }
    images += count;
  }
  result.loss /= static_cast<double>(images);
  result.accuracy = static_cast<double>(correct) / static_cast<double>(images);
  return result;
}

std::vector<std::string> class_names(const std::string& folder, int64_t classes) {
  if (folder == kFashionMnist) {
    return {"T-shirt", "trouser", "pullover", "dress", "coat",
            "sandal",  "shirt",   "sneaker",  "bag",   "boot"};
  }
  std::vector<std::string> names;
  for (int64_t i = 0; i < classes; ++i) names.push_back(std::to_string(i));
  return names;
}

// What a run leaves.
struct Files {
  std::string weights, curves, confusion;

  explicit Files(const Options& options) {
    const std::filesystem::path out = options.out;
    weights = out / (options.model + ".safetensors");
    curves = out / "curves.svg";
    confusion = out / "confusion.svg";
  }
  // Before the training, not after it.
  void check() const {
    const std::filesystem::path folder = std::filesystem::path(weights).parent_path();
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    GRADTAPE_CHECK(!error, "--out: cannot make the folder ", folder.string(), ": ",
                   error.message());
    for (const std::string& path : {weights, curves, confusion}) io::check_writable(path);
  }
};

void save(const Files& files, const std::string& folder, nn::SequentialImpl& model,
          const History& history, const Evaluation& test) {
  io::NamedTensors state;
  for (const auto& entry : model.state_dict()) state.emplace_back(entry.key(), entry.value());
  io::save_safetensors(files.weights, state, {{"format", "pt"}});
  print("model      {}\n", files.weights);
  if (examples::write_curves(files.curves, "epoch", {history.loss, history.test_loss},
                             {history.accuracy, history.test_accuracy})) {
    print("curves     {}\n", files.curves);
  }
  const auto classes = static_cast<int64_t>(test.confusion.size());
  if (examples::write_confusion_matrix(files.confusion, test.confusion,
                                       class_names(folder, classes))) {
    print("confusion  {}\n", files.confusion);
  }
}

void check_labels(const MNIST& images, const char* which) {
  const int64_t largest = images.targets().max().item<int64_t>();
  GRADTAPE_CHECK(largest < kClasses, "the networks tell ", kClasses, " classes apart; the ", which,
                 " labels go up to ", largest);
}

void run(const Options& options) {
  if (options.threads > 0) set_num_threads(options.threads);
  manual_seed(options.seed);
  const Files files(options);
  files.check();

  const std::string folder = examples::find_dataset(options.data);
  const MNIST train_images(folder, MNIST::Mode::kTrain, kSide);
  const MNIST test_images(folder, MNIST::Mode::kTest, kSide);
  check_labels(train_images, "training");
  check_labels(test_images, "test");
  const size_t images = *train_images.size();
  const Tensor& pixels = train_images.images();
  const data::transforms::Normalize<> normalize(pixels.mean().item<double>(),
                                                pixels.std().item<double>());
  const auto batches_of = [&](MNIST set) {
    return set.map(normalize).map(data::transforms::Stack<>());
  };
  const auto train_loader =
      data::make_data_loader(batches_of(train_images), data::DataLoaderOptions(options.batch));
  const auto test_loader = data::make_data_loader<data::samplers::SequentialSampler>(
      batches_of(test_images), data::DataLoaderOptions(1000));

  const std::shared_ptr<nn::SequentialImpl> model = make_model(options);
  const auto optimizer = make_optimizer(options, *model);
  print("{} on {}: {} training and {} test images, {}, batch {}, {} threads\n", options.model,
        folder, images, *test_images.size(), options.optimizer, options.batch, get_num_threads());

  History history(images);
  Evaluation test;
  double seconds = 0;
  for (int64_t epoch = 1; epoch <= options.epochs; ++epoch) {
    examples::Progress progress(str("epoch ", epoch, "/", options.epochs), images);
    train_epoch(*model, *optimizer, *train_loader, progress, history);
    seconds += progress.seconds();
    test = evaluate(*model, *test_loader, kClasses);
    history.add_test(test.loss, test.accuracy);
    print("  test loss {:.4f}  accuracy {:.4f}\n", test.loss, test.accuracy);
  }
  print("trained    {:.1f} s\n", seconds);
  save(files, folder, *model, history, test);
  print("test accuracy {:.3f}\n", test.accuracy);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains a small network on Fashion-MNIST or any data set in MNIST's four files.");
  Options options;
  describe(app, options);
  CLI11_PARSE(app, argc, argv);
  try {
    run(options);
    examples::finish_output();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mnist: %s\n", error.what());
    return 1;
  }
}
