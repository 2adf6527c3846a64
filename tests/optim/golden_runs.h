#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "golden/golden.h"

#include "gradtape/gradtape.h"

// The runs of tests/golden/optim.py, repeated.
namespace golden_runs {

template <class Options>
void set_adam_options(Options& options, const nlohmann::json& from) {
  options.lr(from["lr"].get<double>());
  options.eps(from.value("eps", options.eps()));
  options.weight_decay(from.value("weight_decay", options.weight_decay()));
  options.amsgrad(from.value("amsgrad", false)).maximize(from.value("maximize", false));
  if (from.contains("betas")) options.betas({from["betas"][0], from["betas"][1]});
}

inline std::unique_ptr<gradtape::optim::Optimizer> make(const std::string& kind,
                                                        const nlohmann::json& from,
                                                        const gradtape::Tensor& p) {
  using namespace gradtape::optim;
  const std::vector<gradtape::Tensor> params{p};
  if (kind == "SGD") {
    SGDOptions options(from["lr"].get<double>());
    options.momentum(from.value("momentum", 0.)).dampening(from.value("dampening", 0.));
    options.weight_decay(from.value("weight_decay", 0.)).nesterov(from.value("nesterov", false));
    options.maximize(from.value("maximize", false));
    return std::make_unique<SGD>(params, options);
  }
  if (kind == "Adam") {
    AdamOptions options;
    set_adam_options(options, from);
    return std::make_unique<Adam>(params, options);
  }
  AdamWOptions options;
  set_adam_options(options, from);
  return std::make_unique<AdamW>(params, options);
}

// One run of the data with parameters laid out as p is: contiguous or not.
inline void repeat(const nlohmann::json& data, const nlohmann::json& run, gradtape::Tensor p) {
  const auto a = data["a"].get<std::vector<double>>(), t = data["t"].get<std::vector<double>>();
  const int64_t stride = p.stride(0), n = static_cast<int64_t>(a.size());
  double* values = p.data_ptr<double>();
  for (int64_t i = 0; i < n; ++i) values[i * stride] = data["start"][i];
  p.requires_grad_();
  const auto optimizer = make(run["kind"], run["options"], p);
  const double sign = run["options"].value("maximize", false) ? -1 : 1;
  size_t checkpoint = 0;
  for (int step = 1; checkpoint < data["checkpoints"].size(); ++step) {
    std::vector<double> grad(a.size());
    for (int64_t i = 0; i < n; ++i) {
      const double x = values[i * stride];
      grad[i] = sign * (a[i] * (x - t[i]) + 0.05 * x * x * x);
    }
    p.mutable_grad() = gradtape::tensor(grad, gradtape::kFloat64);
    optimizer->step();
    if (step != data["checkpoints"][checkpoint]) continue;
    for (int64_t i = 0; i < n; ++i) {
      CAPTURE(step);
      CHECK(values[i * stride] ==
            doctest::Approx(run["values"][checkpoint][i].get<double>()).epsilon(1e-10));
    }
    ++checkpoint;
  }
}

inline void check(const std::string& kind) {
  const nlohmann::json data = golden::load("optim.json");
  int runs = 0;
  for (const auto& run : data["runs"]) {
    if (run["kind"] != kind) continue;
    CAPTURE(run["options"].dump());
    const int64_t n = static_cast<int64_t>(data["start"].size());
    repeat(data, run, gradtape::zeros({n}, gradtape::kFloat64));
    repeat(data, run, gradtape::zeros({n, 2}, gradtape::kFloat64).select(1, 1));
    ++runs;
  }
  CHECK(runs >= 3);
}

}  // namespace golden_runs
