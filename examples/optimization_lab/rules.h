#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gradtape/gradtape.h>

namespace lab {

/// An optimizer as an experiment drives it: one for all parameters, or several that share them.
class Rule {
 public:
  using Closure = gradtape::optim::Optimizer::LossClosure;

  Rule(std::unique_ptr<gradtape::optim::Optimizer> optimizer) { add(std::move(optimizer)); }
  void add(std::unique_ptr<gradtape::optim::Optimizer> optimizer) {
    parts_.push_back(std::move(optimizer));
  }

  void zero_grad() {
    for (auto& part : parts_) part->zero_grad();
  }
  /// The closure computes loss and gradients; it is run where the rule wants the gradient.
  gradtape::Tensor step(const Closure& closure) {
    gradtape::Tensor loss = parts_[0]->step(closure);
    for (size_t i = 1; i < parts_.size(); ++i) parts_[i]->step();
    return loss;
  }
  gradtape::optim::Optimizer& optimizer() { return *parts_[0]; }

  /// Called with false before a test and true after it, for a rule that keeps other weights to
  /// test.
  void set_mode(std::function<void(bool)> mode) { mode_ = std::move(mode); }
  void train(bool on) {
    if (mode_) mode_(on);
  }

 private:
  std::vector<std::unique_ptr<gradtape::optim::Optimizer>> parts_;
  std::function<void(bool)> mode_;
};

/// How a rule is made, and the rates to try it with.
struct RuleMaker {
  std::string name;
  std::string family;  // one of families()
  Rule (*make)(std::vector<gradtape::Tensor> parameters, double lr);
  std::vector<double> rates;  // for the small network on images
};

const std::vector<RuleMaker>& rules();
/// Of the rules, in their order.
std::vector<std::string> families();

/// Throws: Error if there is no such rule.
const RuleMaker& rule(const std::string& name);

}  // namespace lab
