#include <chrono>
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "examples/common/dataset.h"
#include "examples/common/gnuplot.h"
#include "examples/common/options.h"
#include "examples/common/output.h"
#include "examples/optimization_lab/experiments.h"
#include "examples/optimization_lab/training.h"
#include <gradtape/gradtape.h>

// How optimizers work: experiments that write data, pictures and one report.
namespace lab {

const std::vector<Experiment>& experiments() {
  static const std::vector<Experiment> all = {
      {"parabola", "One parabola, several learning rates", parabola},
      {"landscape", "Paths of all rules over landscapes of two variables", landscape},
      {"optimizers", "Every rule on the same network", optimizers},
      {"momentum", "What momentum speeds up, and what it overshoots", momentum},
      {"loss", "Squared error against cross-entropy", loss},
      {"model", "Width, depth and activation", model},
      {"batch", "All images, some, or one at a time", batch},
      {"order", "The order of the images", order},
      {"init", "The first weights", init},
      {"rate", "The learning rate and its schedules", rate},
      {"search", "Hyper-parameter search", search},
      {"backprop", "What the tape records, and how backward replays it", backprop},
  };
  return all;
}

namespace {

const CLI::Range kCount = examples::count_up_to(1'000'000);

void describe(CLI::App& app, Settings& settings) {
  app.add_option("--seed", settings.seed, "of the first run; the others follow it")
      ->check(examples::kSeed)
      ->capture_default_str();
  app.add_option("--seeds", settings.seeds, "runs of each setting")
      ->check(kCount)
      ->capture_default_str();
  app.add_option("--epochs", settings.epochs, "passes over the images (default: each experiment's)")
      ->check(kCount);
  app.add_option("--images", settings.images, "training images")
      ->check(kCount)
      ->capture_default_str();
  app.add_option("--parallel", settings.parallel, "runs at a time (default: one per core)")
      ->check(examples::count_up_to(gradtape::kMostThreads));
  app.add_option("--data", settings.data, "folder with the four IDX files, plain or .gz")
      ->capture_default_str();
  app.add_option("--out", settings.out, "folder for data, pictures and report")
      ->capture_default_str();
}

Section run(const Experiment& experiment, const Settings& settings) {
  examples::print("== {}: {}\n", experiment.name, experiment.title);
  Section section(settings.out / experiment.name, experiment.title);
  experiment.run(settings, section);
  section.write_summary(settings);
  examples::print("written to {}\n", section.folder().string());
  return section;
}

void run_all(const Settings& settings) {
  const auto start = std::chrono::steady_clock::now();
  load_images(settings);  // what is wrong with them should not turn up after minutes
  const auto file = settings.out / "report" / "index.html";
  check_report(file);
  std::vector<Section> sections;
  for (const Experiment& experiment : experiments()) sections.push_back(run(experiment, settings));
  write_report(file, sections,
               fmt::format("Seed {}, {} runs of each setting, gradtape {}.", settings.seed,
                           settings.seeds, gradtape::version()));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  examples::print("{} ({:.0f} s)\n", file.string(), seconds.count());
}

// CLI11 would only say that an argument was not expected.
void check_name(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  if (name.empty() || name[0] == '-' || name == "all" || name == "one-epoch") return;
  std::string known = "all";
  for (const Experiment& experiment : experiments()) {
    if (experiment.name == name) return;
    known += ", " + experiment.name;
  }
  throw gradtape::Error("there is no experiment \"" + name + "\"; there are " + known);
}

}  // namespace
}  // namespace lab

int main(int argc, char** argv) {
  try {
    lab::check_name(argc, argv);
    lab::Settings settings{.data = examples::kFashionMnist, .out = "out/optimization_lab"};
    CLI::App app(
        "Experiments on how a loss is brought down. Each writes its data (CSV, JSON) and pictures "
        "(SVG) to a folder of its own.");
    app.require_subcommand(1);
    for (const lab::Experiment& experiment : lab::experiments())
      lab::describe(*app.add_subcommand(experiment.name, experiment.title), settings);
    lab::describe(*app.add_subcommand("all", "All of them, and report/index.html"), settings);
    // Not in the help: what the batch experiment starts to measure.
    int64_t batch = 0;
    CLI::App* one_epoch = app.add_subcommand("one-epoch")->group("");
    lab::describe(*one_epoch, settings);
    one_epoch->add_option("--batch", batch)->required()->check(lab::kCount);
    CLI11_PARSE(app, argc, argv);

    // In the process of a search's trial this does not return.
    lab::run_search_trial(settings);
    if (*one_epoch) {
      lab::one_epoch(settings, batch);
      examples::finish_output();
      return 0;
    }
    if (!examples::have_gnuplot())
      fmt::print(
          stderr,
          "gnuplot is missing (Debian: gnuplot-nox): data are written, pictures are skipped\n");
    if (app.got_subcommand("all")) lab::run_all(settings);
    for (const lab::Experiment& experiment : lab::experiments())
      if (app.got_subcommand(experiment.name)) lab::run(experiment, settings);
    examples::finish_output();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "optimization_lab: %s\n", error.what());
    return 1;
  }
}
