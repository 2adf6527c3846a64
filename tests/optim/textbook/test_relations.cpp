#include <cmath>

#include <doctest/doctest.h>

#include "optim/textbook/blackboard.h"

#include "gradtape/optim/adam.h"
#include "gradtape/optim/sgd.h"

using namespace gradtape;
namespace textbook = gradtape::optim::textbook;

// How the textbook's rules and PyTorch's are related, as docs/optimizers.md says.
namespace {

using Parameters = std::vector<Tensor>;

// Two optimizers side by side from the same start; what(w, other) must be small at every step.
template <class Textbook, class Other, class Difference>
double largest_difference(const std::function<Textbook(Tensor)>& make_textbook,
                          const std::function<Other(Tensor)>& make_other,
                          const Difference& difference) {
  const blackboard::Problem problem;
  Tensor w = problem.start(), p = problem.start();
  Textbook textbook = make_textbook(w);
  Other other = make_other(p);
  const auto gradient = [&](const Tensor& at) { return problem.gradient(at); };
  double largest = 0;
  for (int i = 0; i < 100; ++i) {
    textbook.step(blackboard::closure(w, gradient));
    other.step(blackboard::closure(p, gradient));
    const Tensor apart = difference(w.detach(), p.detach(), textbook).abs().max();
    largest = std::max(largest, apart.template item<double>());
  }
  return largest;
}

const auto apart = [](const Tensor& w, const Tensor& p, const auto&) { return w - p; };

const nlohmann::json& related(const blackboard::Problem& problem, const char* name) {
  return problem.data["related"][name]["values"];
}

}  // namespace

TEST_SUITE("optim/textbook/relations") {
  TEST_CASE("GradientDescent is SGD") {
    CHECK(largest_difference<textbook::GradientDescent, optim::SGD>(
              [](Tensor w) { return textbook::GradientDescent(Parameters{w}, 0.05); },
              [](Tensor p) { return optim::SGD(Parameters{p}, 0.05); }, apart) < 1e-14);
  }

  TEST_CASE("Momentum is SGD's, with v = -lr b, at a constant rate") {
    const auto make = [](Tensor p) {
      return optim::SGD(Parameters{p}, optim::SGDOptions(0.02).momentum(0.9));
    };
    CHECK(largest_difference<textbook::Momentum, optim::SGD>(
              [](Tensor w) {
                return textbook::Momentum(Parameters{w}, textbook::MomentumOptions(0.02));
              },
              make, apart) < 1e-13);
  }

  TEST_CASE("when the rate changes, Momentum keeps the velocity it has and SGD scales it") {
    Tensor w = blackboard::parameter({1}), p = blackboard::parameter({1});
    textbook::Momentum textbook(Parameters{w}, textbook::MomentumOptions(0.1).momentum(0.5));
    optim::SGD sgd(Parameters{p}, optim::SGDOptions(0.1).momentum(0.5));
    const auto one = [](const Tensor& at) { return ones(at.sizes(), kFloat64); };
    textbook.step(blackboard::closure(w, one));
    sgd.step(blackboard::closure(p, one));
    textbook.param_groups()[0].options().set_lr(0);
    sgd.param_groups()[0].options().set_lr(0);
    textbook.step(blackboard::closure(w, one));
    sgd.step(blackboard::closure(p, one));
    CHECK(w.item<double>() == doctest::Approx(0.9 - 0.05).epsilon(1e-15));
    CHECK(p.item<double>() == doctest::Approx(0.9).epsilon(1e-15));
  }

  TEST_CASE("SGD's Nesterov iterates are the look-ahead points w + e v, at a constant rate") {
    const auto look_ahead = [](const Tensor& w, const Tensor& p, textbook::Nesterov& nesterov) {
      const auto& state =
          static_cast<textbook::MomentumState&>(*nesterov.state()[nesterov.parameters()[0]]);
      CHECK((w - p).abs().max().item<double>() > 1e-6);
      return w + 0.9 * state.velocity() - p;
    };
    CHECK(largest_difference<textbook::Nesterov, optim::SGD>(
              [](Tensor w) {
                return textbook::Nesterov(Parameters{w}, textbook::NesterovOptions(0.02));
              },
              [](Tensor p) {
                return optim::SGD(Parameters{p},
                                  optim::SGDOptions(0.02).momentum(0.9).nesterov(true));
              },
              look_ahead) < 1e-13);
  }

  TEST_CASE("Adam is PyTorch's with eps = delta") {
    CHECK(
        largest_difference<textbook::Adam, optim::Adam>(
            [](Tensor w) { return textbook::Adam(Parameters{w}, 0.05); },
            [](Tensor p) { return optim::Adam(Parameters{p}, optim::AdamOptions(0.05).eps(1e-6)); },
            apart) < 1e-13);
  }

  TEST_CASE("AdaGrad is PyTorch's Adagrad with eps = delta") {
    const blackboard::Problem problem;
    Tensor w = problem.start();
    textbook::AdaGrad optimizer(Parameters{w}, 0.1);
    problem.follow(related(problem, "Adagrad"), w, [&](int) {
      optimizer.step(
          blackboard::closure(w, [&](const Tensor& at) { return problem.gradient(at); }));
    });
  }

  TEST_CASE("RMSProp is PyTorch's where both constants are next to nothing") {
    const blackboard::Problem problem;
    Tensor w = problem.start();
    textbook::RMSProp optimizer(Parameters{w}, textbook::RMSPropOptions(0.01).delta(1e-300));
    problem.follow(related(problem, "RMSprop without eps"), w, [&](int) {
      optimizer.step(
          blackboard::closure(w, [&](const Tensor& at) { return problem.gradient(at); }));
    });
  }

  TEST_CASE("RMSProp's step is PyTorch's times (sqrt(r) + eps) / sqrt(d + r)") {
    const blackboard::Problem problem;
    Tensor w = problem.start();
    const Tensor start = w.detach().clone();
    textbook::RMSProp optimizer(Parameters{w}, 0.01);
    optimizer.step(blackboard::closure(w, [&](const Tensor& at) { return problem.gradient(at); }));
    const auto& state = static_cast<textbook::RMSPropState&>(*optimizer.state()[w]);
    const Tensor r = state.square_mean();
    const auto first = related(problem, "RMSprop")[0].get<std::vector<double>>();
    const Tensor theirs = tensor(first, kFloat64) - start;
    const Tensor expected = theirs * (r.sqrt() + 1e-3) / (r + 1e-6).sqrt();
    CHECK((w.detach() - start).allclose(expected, 1e-12, 1e-16));
    CHECK_FALSE((w.detach() - start).allclose(theirs, 1e-4, 1e-16));
  }

  TEST_CASE("RMSPropNesterov is PyTorch's RMSprop with momentum where the gradient is constant") {
    const blackboard::Problem problem;
    Tensor w = problem.start();
    const Tensor constant = problem.gradient(w.detach());
    textbook::RMSPropNesterov optimizer(Parameters{w},
                                        textbook::RMSPropNesterovOptions(0.01).momentum(0.8));
    problem.follow(related(problem, "RMSprop with momentum, constant gradient"), w, [&](int) {
      optimizer.step(blackboard::closure(w, [&](const Tensor&) { return constant; }));
    });
  }

  TEST_CASE("RMSPropNesterov without momentum is PyTorch's RMSprop without eps") {
    const blackboard::Problem problem;
    Tensor w = problem.start();
    textbook::RMSPropNesterov optimizer(Parameters{w},
                                        textbook::RMSPropNesterovOptions(0.01).momentum(0));
    problem.follow(related(problem, "RMSprop without eps"), w, [&](int) {
      optimizer.step(
          blackboard::closure(w, [&](const Tensor& at) { return problem.gradient(at); }));
    });
  }
}
