#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "golden.h"

#include "gradtape/gradtape.h"

// The runs of tests/golden/schedulers.py, repeated.
namespace golden_schedules {

using gradtape::optim::Optimizer;

// Two groups, of rates 0.1 and 0.03 and momentum 0.5; with Adam both are its defaults but the
// rates.
inline std::unique_ptr<Optimizer> make_optimizer(bool adam = false) {
  using namespace gradtape::optim;
  std::vector<OptimizerParamGroup> groups;
  const auto add = [&](auto options) {
    groups.emplace_back(std::vector<gradtape::Tensor>{gradtape::zeros({1}).requires_grad_()},
                        std::make_unique<decltype(options)>(options));
  };
  if (adam) {
    add(AdamOptions(0.1));
    add(AdamOptions(0.03));
    return std::make_unique<Adam>(groups, AdamOptions(0.1));
  }
  add(SGDOptions(0.1).momentum(0.5));
  add(SGDOptions(0.03).momentum(0.5));
  return std::make_unique<SGD>(groups, SGDOptions(0.1).momentum(0.5));
}

inline double momentum_of(const gradtape::optim::OptimizerOptions& options) {
  if (const auto* adam = dynamic_cast<const gradtape::optim::AdamOptions*>(&options))
    return std::get<0>(adam->betas());
  return static_cast<const gradtape::optim::SGDOptions&>(options).momentum();
}

inline void check_row(const nlohmann::json& row, const Optimizer& optimizer) {
  for (size_t i = 0; i < 2; ++i) {
    const auto& options = optimizer.param_groups()[i].options();
    const auto about = [](double value) {
      return doctest::Approx(value).epsilon(1e-12).scale(std::abs(value) + 1e-9);
    };
    CHECK(options.get_lr() == about(row[i].get<double>()));
    CHECK(momentum_of(options) == about(row.size() > 2 ? row[i + 2].get<double>() : 0.5));
  }
}

// Follows the run to its end; with another optimizer and scheduler, which load the state of the
// first two, from step 77 on.
template <class Make, class Step>
void check(const std::string& name, const Make& make, const Step& step, bool adam = false) {
  CAPTURE(name);
  const nlohmann::json data = golden::load("schedulers.json");
  REQUIRE(data["runs"].contains(name));
  const nlohmann::json& rows = data["runs"][name];
  std::unique_ptr<Optimizer> optimizer = make_optimizer(adam);
  auto scheduler = make(*optimizer);
  for (size_t t = 0; t < rows.size(); ++t) {
    CAPTURE(t);
    check_row(rows[t], *optimizer);
    CHECK(scheduler->get_last_lr()[1] == optimizer->param_groups()[1].options().get_lr());
    if (t == 77) {
      std::unique_ptr<Optimizer> resumed = make_optimizer(adam);
      auto resumed_scheduler = make(*resumed);
      resumed->load_state_dict(optimizer->state_dict());
      resumed_scheduler->load_state_dict(scheduler->state_dict());
      scheduler = std::move(resumed_scheduler);
      optimizer = std::move(resumed);
    }
    if (t + 1 < rows.size()) step(*scheduler, t);
  }
  CHECK(rows.size() == 201);
}

template <class Make>
void check(const std::string& name, const Make& make, bool adam = false) {
  check(
      name, make, [](auto& scheduler, size_t) { scheduler.step(); }, adam);
}

// Makes a scheduler of this type with these arguments.
template <class Scheduler, class... Args>
auto maker(Args... args) {
  return [=](Optimizer& optimizer) { return std::make_shared<Scheduler>(optimizer, args...); };
}

}  // namespace golden_schedules
