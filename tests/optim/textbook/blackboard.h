#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "golden.h"

#include "gradtape/gradtape.h"

// The problem of tests/golden/textbook.py, and what is shorter to say with these.
namespace blackboard {

using namespace gradtape;

inline Tensor parameter(std::vector<double> values) {
  return tensor(values, kFloat64).requires_grad_();
}

// A closure whose gradient is what the function says of the values.
template <class Gradient>
optim::Optimizer::LossClosure closure(Tensor w, Gradient gradient) {
  return [=]() mutable {
    const NoGradGuard no_grad;
    w.mutable_grad() = gradient(w.detach()).clone();
    return (w * w).sum();
  };
}

struct Problem {
  nlohmann::json data = golden::load("textbook.json");
  Tensor a = list("a"), t = list("t"), m = list("m");

  Tensor list(const char* name) const {
    return tensor(data[name].get<std::vector<double>>(), kFloat64);
  }
  Tensor start() const { return list("start").requires_grad_(); }
  Tensor gradient(const Tensor& w) const { return m * (a * (w - t) + 0.05 * w * w * w); }

  // Steps to the last checkpoint, and compares w at each.
  void follow(const nlohmann::json& values, const Tensor& w,
              const std::function<void(int step)>& step) const {
    size_t checkpoint = 0;
    for (int i = 1; checkpoint < values.size(); ++i) {
      step(i);
      if (i != data["checkpoints"][checkpoint]) continue;
      CAPTURE(i);
      for (int64_t k = 0; k < w.numel(); ++k) {
        CHECK(w.data_ptr<double>()[k] ==
              doctest::Approx(values[checkpoint][static_cast<size_t>(k)].get<double>())
                  .epsilon(1e-10));
      }
      ++checkpoint;
    }
  }
};

}  // namespace blackboard
