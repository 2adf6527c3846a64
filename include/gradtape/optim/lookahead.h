#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct LookaheadOptions : public OptimizerCloneableOptions<LookaheadOptions> {
  /// Steps of the wrapped optimizer per step of the slow weights.
  GRADTAPE_ARG(int64_t, k) = 5;
  /// How far the slow weights go towards the fast ones.
  GRADTAPE_ARG(double, alpha) = 0.5;

 public:
  void check() const override;
  GRADTAPE_FIELDS(k_, alpha_);
};

namespace detail {

// The slow weights and what happens to them.
class SlowWeights {
 public:
  using Groups = std::vector<OptimizerParamGroup>;
  using Dict = OrderedDict<std::string, Tensor>;

  explicit SlowWeights(LookaheadOptions options);
  // Slow weights begin where their parameters are before their first step.
  void begin_step(const Groups& groups);
  void end_step(const Groups& groups);
  void save(const Groups& groups, Dict& dict);
  // What save wrote into dict; the other entries go to rest. Throws: Error if it does not fit.
  SlowWeights loaded(const Groups& groups, const Dict& dict, Dict& rest) const;

 private:
  LookaheadOptions options_;
  int64_t step_ = 0;
  std::unordered_map<ParameterKey, Tensor, ParameterKeyHash> slow_;
};

}  // namespace detail

/// Lookahead around an optimizer: after each k of its steps, s = s + alpha (p - s) and p = s.
///
///     optim::Lookahead<optim::Adam> optimizer(net->parameters(), optim::AdamOptions(1e-3),
///                                             optim::LookaheadOptions().k(5).alpha(0.5));
///
/// The wrapped optimizer's own state (its momentum) is kept when the weights go back.
/// state_dict has "lookahead.k", ".alpha", ".step" and, once stepped, ".0.slow", ... too.
/// Source: Zhang et al. 2019, arXiv:1907.08610, algorithm 1.
template <class Base>
class Lookahead : public Base {
 public:
  /// Throws: Error if an option has no meaning.
  template <class BaseOptions>
  Lookahead(std::vector<Tensor> params, const BaseOptions& defaults, LookaheadOptions options = {})
      : Base(std::move(params), defaults), weights_(std::move(options)) {}
  template <class BaseOptions>
  Lookahead(std::vector<OptimizerParamGroup> param_groups, const BaseOptions& defaults,
            LookaheadOptions options = {})
      : Base(std::move(param_groups), defaults), weights_(std::move(options)) {}

  Tensor step(Optimizer::LossClosure closure = nullptr) override {
    weights_.begin_step(this->param_groups());
    Tensor loss = Base::step(std::move(closure));
    weights_.end_step(this->param_groups());
    return loss;
  }

  OrderedDict<std::string, Tensor> state_dict() override {
    OrderedDict<std::string, Tensor> dict = Base::state_dict();
    weights_.save(this->param_groups(), dict);
    return dict;
  }
  void load_state_dict(const OrderedDict<std::string, Tensor>& dict) override {
    OrderedDict<std::string, Tensor> rest;
    detail::SlowWeights loaded = weights_.loaded(this->param_groups(), dict, rest);
    Base::load_state_dict(rest);
    weights_ = std::move(loaded);
  }

 private:
  detail::SlowWeights weights_;
};

}  // namespace gradtape::optim
