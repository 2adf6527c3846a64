#include <cmath>
#include <stdexcept>

#include <doctest/doctest.h>

#include "optim/golden_runs.h"
#include "optim/steps.h"

#include "gradtape/gradtape.h"
#include "gradtape/optim/lbfgs.h"

using namespace gradtape;
using optim::LBFGS, optim::LBFGSOptions, optim::LBFGSParamState;
using steps::parameter;

namespace {

// The loss p^2.
optim::Optimizer::LossClosure square_of(Tensor& p) {
  return [&p] {
    p.mutable_grad() = 2 * p.detach();
    return p.detach().square().sum();
  };
}

const LBFGSParamState& state_of(LBFGS& optimizer, const Tensor& p) {
  return static_cast<const LBFGSParamState&>(*optimizer.state()[p]);
}

}  // namespace

TEST_SUITE("optim/lbfgs") {
  TEST_CASE("two iterations by hand") {
    Tensor p = full({1}, 2, kFloat64).requires_grad_();
    LBFGS optimizer(std::vector<Tensor>{p}, LBFGSOptions().max_iter(1));
    CHECK(optimizer.step(square_of(p)).item<double>() == 4);
    CHECK(p.item<double>() == 1);  // g = 4, t = 1 / |g|
    optimizer.step(square_of(p));  // s = -1, y = -2: H is the inverse of 2, exactly
    CHECK(p.item<double>() == 0);
    const LBFGSParamState& state = state_of(optimizer, p);
    CHECK(state.n_iter() == 2);
    CHECK(state.func_evals() == 2);
    CHECK(state.H_diag().item<double>() == 0.5);
    CHECK(state.ro()[0].item<double>() == 0.5);
    CHECK(state.old_dirs()[0].item<double>() == -2);
    CHECK(state.old_stps()[0].item<double>() == -1);
  }

  TEST_CASE("500 steps agree with PyTorch in double") { golden_runs::check("LBFGS", 1e-6); }
  TEST_CASE("the recorded runs use each option") { golden_runs::check_options("LBFGS"); }
  TEST_CASE("a run continues from its saved state") { golden_runs::check_continues("LBFGS"); }

  TEST_CASE("known minima are found in a few steps") {
    for (const char* search : {"", "strong_wolfe"}) {
      const auto& problem = optim::problems::rosenbrock();
      Tensor p = steps::start_of(problem);
      LBFGSOptions options;
      if (*search) options.line_search_fn(search);
      LBFGS optimizer(std::vector<Tensor>{p}, options);
      CHECK(steps::distance_after(optimizer, p, problem, 8) < 1e-4);
    }
  }

  TEST_CASE("several parameters of any shape are one vector; without a gradient they stay") {
    Tensor a = full({2, 3}, 4.).requires_grad_(), b = full({3, 2}, -1.).t().requires_grad_(),
           c = ones({2}).requires_grad_();
    REQUIRE_FALSE(b.is_contiguous());
    LBFGS optimizer(std::vector<Tensor>{a, c, b}, LBFGSOptions().line_search_fn("strong_wolfe"));
    optimizer.step([&] {
      optimizer.zero_grad();
      Tensor loss = (a - b - 1).square().sum() + b.square().sum();
      loss.backward();
      return loss;
    });
    CHECK(a.allclose(ones({2, 3}), 0, 1e-4));
    CHECK(b.allclose(zeros({2, 3}), 0, 1e-4));
    CHECK(c.equal(ones({2})));
    CHECK(state_of(optimizer, a).d().numel() == 14);
  }

  TEST_CASE("an unset max_eval is 5 / 4 of max_iter") {
    LBFGS optimizer(std::vector<Tensor>{parameter(1)}, LBFGSOptions().max_iter(8));
    const auto& options = static_cast<LBFGSOptions&>(optimizer.param_groups()[0].options());
    CHECK(options.max_eval() == 10);
    CHECK(static_cast<LBFGSOptions&>(optimizer.defaults()).max_eval() == 10);
  }

  TEST_CASE("if the closure throws, parameters and state are as before the step") {
    for (const char* search : {"", "strong_wolfe"}) {
      for (const int last_call : {1, 2, 3}) {
        CAPTURE(search);
        CAPTURE(last_call);
        const auto& problem = optim::problems::rosenbrock();
        Tensor p = steps::start_of(problem);
        LBFGSOptions options;
        options.max_iter(3);
        if (*search) options.line_search_fn(search);
        options.max_eval(20);
        LBFGS optimizer(std::vector<Tensor>{p}, options);
        steps::distance_after(optimizer, p, problem, 2);
        const Tensor before = p.detach().clone();
        const auto saved = optimizer.state_dict();
        int calls = 0;
        const auto failing = [&] {
          if (++calls == last_call) throw std::runtime_error("no data");
          optimizer.zero_grad();
          Tensor loss = problem.value(p);
          loss.backward();
          return loss;
        };
        CHECK_THROWS_WITH_AS(optimizer.step(failing), "no data", std::runtime_error);
        CHECK(p.equal(before));
        const auto after = optimizer.state_dict();
        REQUIRE(after.keys() == saved.keys());
        for (const auto& entry : saved) CHECK(after[entry.key()].equal(entry.value()));
      }
    }
  }

  TEST_CASE("a step needs a closure that returns the loss") {
    Tensor p = parameter(1);
    LBFGS optimizer(std::vector<Tensor>{p});
    CHECK_THROWS_WITH_AS(optimizer.step(),
                         "step: LBFGS needs a closure that clears the gradients, computes the loss "
                         "and calls backward()",
                         Error);
    CHECK_THROWS_WITH_AS(optimizer.step([] { return Tensor(); }),
                         "step: LBFGS needs a closure that returns the loss, a single number",
                         Error);
    CHECK(optimizer.state().empty());
  }

  TEST_CASE("several groups are refused") {
    const std::vector<optim::OptimizerParamGroup> groups{{{parameter(1)}}, {{parameter(2)}}};
    const char* message = "LBFGS doesn't support per-parameter options (parameter groups)";
    CHECK_THROWS_WITH_AS(LBFGS{groups}, message, Error);
    Tensor p = parameter(1);
    LBFGS optimizer(std::vector<Tensor>{p});
    optimizer.add_param_group(groups[0]);
    CHECK_THROWS_WITH_AS(optimizer.step(square_of(p)), message, Error);
  }

  TEST_CASE("parameters that come later are refused") {
    Tensor p = parameter(1);
    LBFGS optimizer(std::vector<Tensor>{p});
    optimizer.step(square_of(p));
    optimizer.add_parameters({ones({3}, kFloat64).requires_grad_()});
    CHECK_THROWS_WITH_AS(optimizer.step(square_of(p)),
                         "step: LBFGS remembers 1 elements of its parameters, which have 4 now",
                         Error);
  }

  TEST_CASE("bad options are errors that name the value") {
    const auto refused = [](const LBFGSOptions& options, const char* message) {
      CHECK_THROWS_WITH_AS(LBFGS(std::vector<Tensor>{parameter(1)}, options), message, Error);
    };
    refused(LBFGSOptions(-1), "Invalid learning rate: -1; it must be at least 0");
    refused(LBFGSOptions().max_iter(0), "Invalid max_iter value: 0; it must be at least 1");
    refused(LBFGSOptions().max_eval(-3), "Invalid max_eval value: -3; it must be at least 1");
    refused(LBFGSOptions().history_size(0), "Invalid history_size value: 0; it must be at least 1");
    refused(LBFGSOptions().tolerance_grad(-1),
            "Invalid tolerance_grad value: -1; it must be at least 0");
    refused(LBFGSOptions().tolerance_change(NAN),
            "Invalid tolerance_change value: nan; it must be at least 0");
    refused(LBFGSOptions().line_search_fn("armijo"),
            "only 'strong_wolfe' is supported; got line_search_fn 'armijo'");
  }

  TEST_CASE("a state that does not fit is refused, and nothing has changed") {
    Tensor p = full({1}, 3, kFloat64).requires_grad_();
    LBFGS optimizer(std::vector<Tensor>{p}, LBFGSOptions().max_iter(4));
    optimizer.step(square_of(p));
    const auto with = [&](const std::string& name, const Tensor& value) {
      auto dict = optimizer.state_dict();
      OrderedDict<std::string, Tensor> changed;
      for (const auto& entry : dict) {
        if (entry.key() != name) changed.insert(entry.key(), entry.value());
      }
      if (value.defined()) changed.insert(name, value);
      return changed;
    };
    const auto refused = [&](const OrderedDict<std::string, Tensor>& dict, const char* message) {
      CHECK_THROWS_WITH_AS(optimizer.load_state_dict(dict), message, Error);
      CHECK(state_of(optimizer, p).old_dirs().size() == 1);
    };
    refused(with("0.d", zeros({2})),
            "load_state_dict: 0.d must have the shape [1] for a parameter [1]; got [2]");
    refused(with("0.d", Tensor()), "load_state_dict: 0.d is missing");
    refused(with("0.old_stps.0", Tensor()), "load_state_dict: 0.old_stps.0 is missing");
    refused(with("0.num_old", full({}, 2, kInt64)), "load_state_dict: 0.old_dirs.1 is missing");
    refused(with("0.num_old", full({}, -1, kInt64)),
            "load_state_dict: 0.num_old must be the number of pairs in it; got -1");
    refused(with("0.exp_avg", zeros({1})),
            "load_state_dict: 0.exp_avg is no state of this optimizer with 1 parameters in 1 "
            "groups");
  }
}
