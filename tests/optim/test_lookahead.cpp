#include <doctest/doctest.h>

#include "optim/newer_runs.h"

#include "gradtape/optim/lookahead.h"

using namespace gradtape;

namespace {
const newer_runs::Make kMake = newer_runs::maker<optim::Lookahead<optim::SGD>>(
    optim::SGDOptions(0.05), optim::LookaheadOptions());
const newer_runs::Make kAdam = newer_runs::maker<optim::Lookahead<optim::Adam>>(
    optim::AdamOptions(0.05), optim::LookaheadOptions());
}  // namespace

TEST_SUITE("optim/lookahead") {
  TEST_CASE("two steps of the slow weights by hand") {
    Tensor p = full({1}, 4, kFloat64).requires_grad_();
    optim::Lookahead<optim::SGD> optimizer(std::vector<Tensor>{p}, 0.5,
                                           optim::LookaheadOptions().k(2).alpha(0.25));
    newer_runs::step(optimizer, p, 1);
    CHECK(p.item<double>() == 3.5);
    newer_runs::step(optimizer, p, 1);  // 3, then 4 + (3 - 4) / 4
    CHECK(p.item<double>() == 3.75);
    newer_runs::step(optimizer, p, 1);
    newer_runs::step(optimizer, p, 1);  // 2.75, then 3.75 - 1 / 4
    CHECK(p.item<double>() == 3.5);
  }

  TEST_CASE("100 steps agree with the paper's algorithm in NumPy") {
    newer_runs::check("lookahead", kMake, 2);
  }
  TEST_CASE("it continues from a saved state, also between two steps of the slow weights") {
    newer_runs::check_continues(kMake, "5");
    newer_runs::check_continues(kAdam, "4x3");
  }
  TEST_CASE("float follows double, and what has no gradient stays") {
    newer_runs::check_float_and_skipping(kAdam, "5");
  }

  TEST_CASE("it is an optimizer of the wrapped kind: groups, options, closure, zero_grad") {
    Tensor a = ones({1}).requires_grad_(), b = ones({1}).requires_grad_();
    std::vector<optim::OptimizerParamGroup> groups;
    groups.emplace_back(std::vector<Tensor>{a});
    groups.emplace_back(std::vector<Tensor>{b}, std::make_unique<optim::SGDOptions>(0.5));
    optim::Lookahead<optim::SGD> optimizer(groups, optim::SGDOptions(0.25),
                                           optim::LookaheadOptions().k(1).alpha(1));
    optim::Optimizer& base = optimizer;
    const Tensor loss = base.step([&] {
      base.zero_grad();
      Tensor sum = a.sum() + b.sum();
      sum.backward();
      return sum;
    });
    CHECK(loss.item<double>() == 2);
    CHECK(a.item<double>() == 0.75);
    CHECK(b.item<double>() == 0.5);
    CHECK(base.param_groups()[1].options().get_lr() == 0.5);
  }

  TEST_CASE("slow weights and options are in the state, and a state that does not fit is refused") {
    Tensor p = full({2}, 4, kFloat64).requires_grad_();
    optim::Lookahead<optim::SGD> optimizer(std::vector<Tensor>{p}, 0.5,
                                           optim::LookaheadOptions().k(2).alpha(0.25));
    newer_runs::step(optimizer, p, 1);
    auto saved = optimizer.state_dict();
    CHECK(saved["lookahead.0.slow"].equal(full({2}, 4, kFloat64)));
    CHECK(saved["lookahead.step"].item<int64_t>() == 1);
    CHECK(saved["lookahead.k"].item<int64_t>() == 2);
    CHECK(saved["lookahead.alpha"].item<double>() == 0.25);

    const auto refused = [&](const OrderedDict<std::string, Tensor>& state, const char* message) {
      CHECK_THROWS_WITH_AS(optimizer.load_state_dict(state), message, Error);
    };
    const auto with = [&](const std::string& key, const Tensor& value) {
      OrderedDict<std::string, Tensor> state;
      for (const auto& entry : saved) {
        if (entry.key() != key) state.insert(entry.key(), entry.value());
      }
      state.insert(key, value);
      return state;
    };
    refused(optim::SGD(std::vector<Tensor>{p}, 0.5).state_dict(),
            "load_state_dict: there is no lookahead.step: this is no state of a Lookahead");
    refused(
        with("lookahead.0.slow", zeros({3})),
        "load_state_dict: lookahead.0.slow must have the shape [2] for a parameter [2]; got [3]");
    refused(
        with("lookahead.1.slow", zeros({2})),
        "load_state_dict: lookahead.1.slow is no state of this optimizer with 1 parameters in 1 "
        "groups");
    OrderedDict<std::string, Tensor> without_slow = saved;
    without_slow.erase("lookahead.0.slow");
    refused(without_slow, "load_state_dict: lookahead.0.slow is missing");
    refused(with("lookahead.step", zeros({2}, kInt64)),
            "load_state_dict: lookahead.step must be a single number; got shape [2]");
    refused(with("lookahead.alpha", full({}, 2)), "Invalid alpha value: 2; it must be in [0, 1]");
    refused(with("param_groups.0.lr", full({}, -1)),
            "Invalid learning rate: -1; it must be at least 0");
    newer_runs::step(optimizer, p, 1);  // as by hand above
    CHECK(p.equal(full({2}, 3.75, kFloat64)));
  }

  TEST_CASE("a parameter that came after the last step is saved as what the next one begins from") {
    Tensor p = full({1}, 4, kFloat64).requires_grad_(), q = full({1}, 3.).requires_grad_();
    optim::Lookahead<optim::SGD> optimizer(std::vector<Tensor>{p}, 0.5);
    newer_runs::step(optimizer, p, 1);
    optimizer.add_parameters({q});
    const auto saved = optimizer.state_dict();
    CHECK(saved["lookahead.1.slow"].equal(q));
    optimizer.load_state_dict(saved);
  }

  TEST_CASE("Rosenbrock's minimum is found") {
    const auto& problem = optim::problems::rosenbrock();
    Tensor p = newer_runs::start_of(problem);
    optim::Lookahead<optim::Adam> optimizer(std::vector<Tensor>{p}, 0.05);
    CHECK(newer_runs::distance_to_optimum(optimizer, p, problem, 5000) < 1e-2);
  }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{ones({1}).requires_grad_()};
    using Lookahead = optim::Lookahead<optim::SGD>;
    CHECK_THROWS_WITH_AS(Lookahead(p, 0.1, optim::LookaheadOptions().k(0)),
                         "Invalid k value: 0; it must be at least 1", Error);
    CHECK_THROWS_WITH_AS(Lookahead(p, 0.1, optim::LookaheadOptions().alpha(1.5)),
                         "Invalid alpha value: 1.5; it must be in [0, 1]", Error);
    CHECK_THROWS_WITH_AS(Lookahead(p, -1), "Invalid learning rate: -1; it must be at least 0",
                         Error);
  }
}
