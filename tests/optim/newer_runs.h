#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "golden.h"

#include "gradtape/gradtape.h"

// The runs of tests/golden/optim_newer.py, repeated, and what every optimizer is asked.
namespace newer_runs {

using namespace gradtape;
using Make =
    std::function<std::unique_ptr<optim::Optimizer>(std::vector<Tensor>, const nlohmann::json&)>;

// Sets the fields that the data have, and remembers which.
class FromJson : public optim::FieldVisitor {
 public:
  explicit FromJson(const nlohmann::json& from) : from_(from) {}
  using FieldVisitor::field;
  void field(const char* name, double& value) override { set(name, value); }
  void field(const char* name, bool& value) override { set(name, value); }
  void field(const char* name, int64_t& value) override { set(name, value); }
  void field(const char*, Tensor&) override {}
  void field(const char* name, std::tuple<double, double>& values) override {
    if (!from_.contains(name)) return;
    values = {from_[name][0], from_[name][1]};
    used.insert(name);
  }

  std::set<std::string> used;

 private:
  template <class T>
  void set(const char* name, T& value) {
    if (!from_.contains(name)) return;
    value = from_[name].get<T>();
    used.insert(name);
  }

  const nlohmann::json& from_;
};

// Options as the data have them; all must be found in one of the given options.
template <class... Options>
std::tuple<Options...> options_from(const nlohmann::json& from, Options... options) {
  FromJson reader(from);
  (options.visit(reader), ...);
  CHECK(reader.used.size() == from.size());
  return {options...};
}

template <class Optimizer, class Options>
Make maker(Options defaults) {
  return [defaults](std::vector<Tensor> params, const nlohmann::json& from) {
    return std::make_unique<Optimizer>(std::move(params),
                                       std::get<0>(options_from(from, defaults)));
  };
}
template <class Optimizer, class BaseOptions, class Options>
Make maker(BaseOptions base_defaults, Options defaults) {
  return [base_defaults, defaults](std::vector<Tensor> params, const nlohmann::json& from) {
    const auto [base, own] = options_from(from, base_defaults, defaults);
    return std::make_unique<Optimizer>(std::move(params), base, own);
  };
}

// The gradient at p of the data's problem, and a closure that sets it.
struct Problem {
  Problem(const nlohmann::json& data, Tensor parameter, double sign = 1)
      : p(std::move(parameter)), sign(sign) {
    a = tensor(data["a"].get<std::vector<double>>(), kFloat64).view(p.sizes()).to(p.dtype());
    t = tensor(data["t"].get<std::vector<double>>(), kFloat64).view(p.sizes()).to(p.dtype());
    const NoGradGuard no_grad;
    p.copy_(tensor(data["start"].get<std::vector<double>>(), kFloat64).view(p.sizes()));
    p.requires_grad_();
  }
  optim::Optimizer::LossClosure closure() {
    return [this] {
      const NoGradGuard no_grad;
      p.mutable_grad() = sign * (a * (p - t) + 0.05 * p * p * p);
      return Tensor();
    };
  }

  Tensor p, a, t;
  double sign;
};

inline double largest_difference(const Tensor& got, const nlohmann::json& expected) {
  const auto values = expected.get<std::vector<double>>();
  const Tensor flat = got.detach().reshape({-1}).to(kFloat64);
  REQUIRE(flat.numel() == static_cast<int64_t>(values.size()));
  double largest = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double value = flat[static_cast<int64_t>(i)].item<double>();
    const double difference = std::abs(value - values[i]) / std::abs(values[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

// compare(optimizer, parameter, recorded values) gives the relative difference at a checkpoint.
template <class Compare>
double largest_difference(const std::string& kind, const Make& make, int least_runs,
                          const Compare& compare) {
  const nlohmann::json data = golden::load("optim_newer.json");
  int runs = 0;
  double largest = 0;
  for (const auto& run : data["runs"]) {
    if (run["kind"] != kind) continue;
    ++runs;
    const nlohmann::json& problem = data["problems"][run["problem"].get<std::string>()];
    const auto sizes = problem["shape"].get<std::vector<int64_t>>();
    std::vector<int64_t> twice = sizes;
    twice.push_back(2);
    const double sign = run["options"].value("maximize", false) ? -1 : 1;
    // Contiguous and not.
    for (const Tensor& p : {zeros(sizes, kFloat64), zeros(twice, kFloat64).select(-1, 1)}) {
      Problem with(problem, p, sign);
      const auto optimizer = make({p}, run["options"]);
      size_t checkpoint = 0;
      for (int step = 1; checkpoint < data["checkpoints"].size(); ++step) {
        optimizer->step(with.closure());
        if (step != data["checkpoints"][checkpoint]) continue;
        const double difference = compare(*optimizer, p, run["values"][checkpoint++]);
        CAPTURE(run["options"].dump());
        CAPTURE(step);
        CHECK(difference < 1e-9);
        if (!(difference <= largest)) largest = difference;
      }
    }
  }
  CHECK(runs >= least_runs);
  return largest;
}

inline void check(const std::string& kind, const Make& make, int least_runs) {
  CHECK(largest_difference(kind, make, least_runs,
                           [](optim::Optimizer&, const Tensor& p, const nlohmann::json& values) {
                             return largest_difference(p, values[0]);
                           }) < 1e-9);
}

// What a program does with a saved optimizer: steps after loading are those of the one saved.
inline void check_continues(const Make& make, const std::string& problem) {
  const nlohmann::json data = golden::load("optim_newer.json")["problems"][problem];
  const auto sizes = data["shape"].get<std::vector<int64_t>>();
  Problem saved(data, zeros(sizes, kFloat64)), resumed(data, zeros(sizes, kFloat64));
  const auto first = make({saved.p}, nlohmann::json::object());
  for (int i = 0; i < 7; ++i) first->step(saved.closure());
  OrderedDict<std::string, Tensor> state;
  for (const auto& entry : first->state_dict()) state.insert(entry.key(), entry->clone());
  resumed.p.set_data(saved.p.detach().clone());
  const auto second = make({resumed.p}, nlohmann::json::object());
  second->load_state_dict(state);
  for (int i = 0; i < 7; ++i) {
    first->step(saved.closure());
    second->step(resumed.closure());
    CHECK(saved.p.equal(resumed.p));
  }
  CHECK(first->state_dict().keys() == second->state_dict().keys());
}

// Float parameters follow double ones; one without a gradient stays.
inline void check_float_and_skipping(const Make& make, const std::string& problem) {
  const nlohmann::json data = golden::load("optim_newer.json")["problems"][problem];
  const auto sizes = data["shape"].get<std::vector<int64_t>>();
  Problem f32(data, zeros(sizes, kFloat32)), f64(data, zeros(sizes, kFloat64));
  Tensor idle = ones({2, 2}).requires_grad_();
  const auto first = make({f32.p, idle}, nlohmann::json::object());
  const auto second = make({f64.p}, nlohmann::json::object());
  const Tensor start = f64.p.detach().clone();
  for (int i = 0; i < 20; ++i) {
    first->step(f32.closure());
    second->step(f64.closure());
  }
  CHECK(f32.p.to(kFloat64).allclose(f64.p, 1e-4, 1e-4));
  CHECK_FALSE(f64.p.allclose(start, 1e-3, 1e-3));
  CHECK(idle.equal(ones({2, 2})));
}

// Steps along the tape's gradient of one of optim::problems, at rates that fall to 0 linearly.
inline double distance_to_optimum(optim::Optimizer& optimizer, Tensor p,
                                  const optim::problems::Problem& problem, int steps,
                                  bool falling = true) {
  const double lr = optimizer.param_groups()[0].options().get_lr();
  for (int i = 0; i < steps; ++i) {
    if (falling) optimizer.param_groups()[0].options().set_lr(lr * (1 - double(i) / steps));
    optimizer.step([&] {
      optimizer.zero_grad();
      Tensor loss = problem.value(p);
      loss.backward();
      return loss;
    });
  }
  const auto [x, y] = problem.minima[0];
  return (p.detach() - tensor({x, y}, kFloat64)).norm().item<double>();
}

inline Tensor start_of(const optim::problems::Problem& problem) {
  return tensor({problem.start[0], problem.start[1]}, kFloat64).requires_grad_();
}

// One step of a single number along a given gradient.
inline void step(optim::Optimizer& optimizer, Tensor& p, double grad) {
  p.mutable_grad() = full(p.sizes(), grad, kFloat64);
  optimizer.step();
}

}  // namespace newer_runs
