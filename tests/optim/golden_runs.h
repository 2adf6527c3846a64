#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "golden.h"

#include "gradtape/gradtape.h"
#include "gradtape/optim/adadelta.h"
#include "gradtape/optim/adagrad.h"
#include "gradtape/optim/adamax.h"
#include "gradtape/optim/asgd.h"
#include "gradtape/optim/lbfgs.h"
#include "gradtape/optim/nadam.h"
#include "gradtape/optim/radam.h"
#include "gradtape/optim/rmsprop.h"
#include "gradtape/optim/rprop.h"

// The runs of tests/golden/optim.py, repeated.
namespace golden_runs {

using gradtape::Tensor;
using gradtape::optim::Optimizer;
using nlohmann::json;

// Sets the options that have a name in the data, and remembers all names.
class FromJson : public gradtape::optim::FieldVisitor {
 public:
  explicit FromJson(const json& from) : from_(from) {}
  void field(const char* name, double& value) override { set(name, value); }
  void field(const char* name, bool& value) override {
    if (from_.contains(name) && from_[name].is_string()) {
      value = true;  // line_search_fn: "strong_wolfe" is the only one
      names.insert(name);
    } else {
      set(name, value);
    }
  }
  void field(const char* name, int64_t& value) override { set(name, value); }
  void field(const char*, Tensor&) override {}
  void field(const char* name, std::tuple<double, double>& values) override { set(name, values); }

  std::set<std::string> names;

 private:
  template <class T>
  void set(const char* name, T& value) {
    names.insert(name);
    if (from_.contains(name)) value = from_[name].get<T>();
  }

  const json& from_;
};

template <class Rule, class Options>
std::unique_ptr<Optimizer> make_one(const json& from, const Tensor& p) {
  Options options(from["lr"].get<double>());
  FromJson reader(from);
  options.visit(reader);
  for (const auto& [name, value] : from.items()) {
    CAPTURE(name);
    CHECK(reader.names.contains(name));
  }
  return std::make_unique<Rule>(std::vector<Tensor>{p}, options);
}

// The optimizer with PyTorch's defaults where the data have no option.
inline std::unique_ptr<Optimizer> make(const std::string& kind, const json& from, const Tensor& p) {
  using namespace gradtape::optim;
  static const std::map<std::string, decltype(&make_one<SGD, SGDOptions>)> kinds{
      {"ASGD", make_one<ASGD, ASGDOptions>},
      {"Adadelta", make_one<Adadelta, AdadeltaOptions>},
      {"Adagrad", make_one<Adagrad, AdagradOptions>},
      {"Adam", make_one<Adam, AdamOptions>},
      {"AdamW", make_one<AdamW, AdamWOptions>},
      {"Adamax", make_one<Adamax, AdamaxOptions>},
      {"LBFGS", make_one<LBFGS, LBFGSOptions>},
      {"NAdam", make_one<NAdam, NAdamOptions>},
      {"RAdam", make_one<RAdam, RAdamOptions>},
      {"RMSprop", make_one<RMSprop, RMSpropOptions>},
      {"Rprop", make_one<Rprop, RpropOptions>},
      {"SGD", make_one<SGD, SGDOptions>},
  };
  return kinds.at(kind)(from, p);
}

// One run of the data, with its parameter laid out as the given one is: contiguous or not.
class Run {
 public:
  Run(const json& data, const json& run, Tensor p)
      : kind_(run["kind"]),
        options_(run["options"]),
        a_(golden_vector(data["a"])),
        t_(golden_vector(data["t"])),
        p_(std::move(p)) {
    p_.copy_(golden_vector(data["start"]));
    p_.requires_grad_();
    start();
  }

  // An optimizer that knows nothing of the steps before nor of the options.
  void start_bare() { optimizer_ = make(kind_, {{"lr", 0.5}}, p_); }
  void start() { optimizer_ = make(kind_, options_, p_); }

  void step() {
    const double sign = options_.value("maximize", false) ? -1 : 1;
    if (kind_ == "LBFGS") {
      optimizer_->step([&] {
        optimizer_->zero_grad();
        const int64_t last = p_.numel() - 1;
        const Tensor x = p_.narrow(0, 0, last), next = p_.narrow(0, 1, last);
        Tensor loss = sign * (100 * (next - x.square()).square() + (1 - x).square()).sum();
        loss.backward();
        return loss;
      });
    } else {
      const Tensor x = p_.detach();
      p_.mutable_grad() = sign * (a_ * (x - t_) + 0.05 * x * x * x);
      optimizer_->step();
    }
  }

  const Tensor& parameter() const { return p_; }
  Optimizer& optimizer() { return *optimizer_; }

 private:
  static Tensor golden_vector(const json& values) {
    return gradtape::tensor(values.get<std::vector<double>>(), gradtape::kFloat64);
  }

  std::string kind_;
  json options_;
  Tensor a_, t_, p_;
  std::unique_ptr<Optimizer> optimizer_;
};

inline std::vector<json> runs_of(const json& data, const std::string& kind) {
  std::vector<json> runs;
  for (const json& run : data["runs"]) {
    if (run["kind"] == kind) runs.push_back(run);
  }
  REQUIRE(runs.size() >= 3);
  return runs;
}

// The largest relative difference of a parameter from PyTorch's.
inline double largest_error(const json& data, const json& run, const Tensor& p) {
  Run repeated(data, run, p);
  double error = 0;
  int step = 0;
  for (size_t i = 0; i < data["checkpoints"].size(); ++i) {
    for (; step < data["checkpoints"][i].get<int>(); ++step) repeated.step();
    for (int64_t j = 0; j < p.numel(); ++j) {
      const double want = run["values"][i][static_cast<size_t>(j)];
      const double got = repeated.parameter()[j].item<double>();
      error = std::max(error, std::abs(got - want) / std::abs(want));
    }
  }
  return error;
}

inline void check(const std::string& kind, double tolerance = 1e-9) {
  const json data = golden::load("optim.json");
  const auto n = static_cast<int64_t>(data["start"].size());
  for (const json& run : runs_of(data, kind)) {
    CAPTURE(run["options"].dump());
    CHECK(largest_error(data, run, gradtape::zeros({n}, gradtape::kFloat64)) < tolerance);
    CHECK(largest_error(data, run, gradtape::zeros({n, 2}, gradtape::kFloat64).select(1, 1)) <
          tolerance);
  }
}

// Each option stands in a run of the data.
inline void check_options(const std::string& kind) {
  const json data = golden::load("optim.json");
  std::set<std::string> used;
  for (const json& run : runs_of(data, kind)) {
    for (const auto& [name, value] : run["options"].items()) used.insert(name);
  }
  FromJson reader(data);
  const auto optimizer = make(kind, {{"lr", 0.5}}, gradtape::zeros({1}));
  optimizer->param_groups()[0].options().visit(reader);
  CHECK(used == reader.names);
}

// Saved after 7 steps and loaded into a bare optimizer, a run goes on as if it had never stopped.
inline void check_continues(const std::string& kind) {
  const json data = golden::load("optim.json");
  const Tensor p =
      gradtape::zeros({static_cast<int64_t>(data["start"].size())}, gradtape::kFloat64);
  for (const json& run : runs_of(data, kind)) {
    CAPTURE(run["options"].dump());
    Run through(data, run, p.clone()), stopped(data, run, p.clone());
    for (int i = 0; i < 7; ++i) {
      through.step();
      stopped.step();
    }
    const auto saved = stopped.optimizer().state_dict();
    stopped.start_bare();
    stopped.optimizer().load_state_dict(saved);
    for (int i = 0; i < 7; ++i) {
      through.step();
      stopped.step();
    }
    CHECK(stopped.parameter().equal(through.parameter()));
  }
}

}  // namespace golden_runs
