#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

class LBFGS;

struct SAMOptions : public OptimizerCloneableOptions<SAMOptions> {
  SAMOptions(double rho = 0.05) : rho_(rho) {}
  /// How far away the worst neighbour is sought. With adaptive, about 10 times larger.
  GRADTAPE_ARG(double, rho);
  /// Distances are relative to each weight's size.
  GRADTAPE_ARG(bool, adaptive) = false;
  /// Added to that size.
  GRADTAPE_ARG(double, eta) = 0.01;

 public:
  void check() const override;
  GRADTAPE_FIELDS(rho_, adaptive_, eta_);
};

namespace detail {

// While it lives, the parameters stand where the loss is worst nearby.
struct Ascent : Moved {
  Ascent(const std::vector<OptimizerParamGroup>& groups, const SAMOptions& options);
};

void save_sam(SAMOptions& options, OrderedDict<std::string, Tensor>& dict);
// The options in dict; the other entries go to rest.
SAMOptions load_sam(const SAMOptions& options, const OrderedDict<std::string, Tensor>& dict,
                    OrderedDict<std::string, Tensor>& rest);

}  // namespace detail

/// Sharpness-aware minimization around an optimizer, whose step is taken from p with the gradient
/// at p + e, e = rho g / |g|; adaptive: e = rho t^2 g / |t g| with t = |p| + eta. |.| is the norm
/// over all parameters.
///
///     optim::SAM<optim::SGD> optimizer(net->parameters(), optim::SGDOptions(0.1), 0.05);
///     optimizer.step([&] { optimizer.zero_grad(); ...; loss.backward(); return loss; });
///
/// step() evaluates the closure twice and returns the loss at p. If it throws, the parameters are
/// what they were. Base must step without a closure, so it is neither LBFGS nor a textbook rule
/// that looks ahead. Where a group maximizes, e is turned round. state_dict has "sam.rho",
/// ".adaptive" and ".eta" too.
/// Source: Foret et al. 2021, arXiv:2010.01412, algorithm 1 and equation 2 with p = 2; Kwon et al.
///         2021, arXiv:2102.11600, equation 8. As their implementations, 1e-12 is added to |g|.
template <class Base>
class SAM : public Base {
  static_assert(!std::is_same_v<Base, LBFGS>, "SAM takes one gradient for a step, LBFGS many");

 public:
  /// Throws: Error if an option has no meaning.
  template <class BaseOptions>
  SAM(std::vector<Tensor> params, const BaseOptions& defaults, SAMOptions options = {})
      : Base(std::move(params), defaults), options_(std::move(options)) {
    options_.check();
  }
  template <class BaseOptions>
  SAM(std::vector<OptimizerParamGroup> param_groups, const BaseOptions& defaults,
      SAMOptions options = {})
      : Base(std::move(param_groups), defaults), options_(std::move(options)) {
    options_.check();
  }

  /// Throws: Error if there is no closure.
  Tensor step(Optimizer::LossClosure closure = nullptr) override {
    GRADTAPE_CHECK(closure != nullptr,
                   "step: SAM needs a closure that computes the loss and its gradients; it is "
                   "evaluated twice");
    Tensor loss = detail::evaluate(closure);
    this->check_gradients();
    {
      const detail::Ascent ascent(this->param_groups(), options_);
      detail::evaluate(closure);
    }
    Base::step();
    return loss;
  }

  OrderedDict<std::string, Tensor> state_dict() override {
    OrderedDict<std::string, Tensor> dict = Base::state_dict();
    detail::save_sam(options_, dict);
    return dict;
  }
  void load_state_dict(const OrderedDict<std::string, Tensor>& dict) override {
    OrderedDict<std::string, Tensor> rest;
    SAMOptions loaded = detail::load_sam(options_, dict, rest);
    Base::load_state_dict(rest);
    options_ = std::move(loaded);
  }

 private:
  SAMOptions options_;
};

}  // namespace gradtape::optim
