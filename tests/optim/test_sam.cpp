#include <stdexcept>

#include <doctest/doctest.h>

#include "optim/newer_runs.h"

#include "gradtape/optim/muon.h"
#include "gradtape/optim/sam.h"
#include "gradtape/optim/schedule_free.h"

using namespace gradtape;

namespace {

const newer_runs::Make kMake =
    newer_runs::maker<optim::SAM<optim::SGD>>(optim::SGDOptions(0.05), optim::SAMOptions());

// The closure of |p|^2 / 2 over parameters.
optim::Optimizer::LossClosure half_square(optim::Optimizer& optimizer) {
  return [&optimizer] {
    optimizer.zero_grad();
    Tensor loss = zeros({}, kFloat64);
    for (const Tensor& p : optimizer.parameters()) loss = loss + p.square().sum() / 2;
    loss.backward();
    return loss;
  };
}

}  // namespace

TEST_SUITE("optim/sam") {
  TEST_CASE("two steps by hand over two parameters") {
    Tensor a = full({1}, 3, kFloat64).requires_grad_(), b = full({1}, 4, kFloat64).requires_grad_();
    optim::SAM<optim::SGD> optimizer(std::vector<Tensor>{a, b}, 0.1, 0.5);
    // |g| = 5, e = 0.5 (3, 4) / 5 = (0.3, 0.4), the gradient there (3.3, 4.4).
    const Tensor loss = optimizer.step(half_square(optimizer));
    CHECK(loss.item<double>() == doctest::Approx(12.5));
    CHECK(a.item<double>() == doctest::Approx(2.67).epsilon(1e-12));
    CHECK(b.item<double>() == doctest::Approx(3.56).epsilon(1e-12));
    // |g| = 4.45, the same e: a - 0.1 (2.67 + 0.3).
    optimizer.step(half_square(optimizer));
    CHECK(a.item<double>() == doctest::Approx(2.373).epsilon(1e-12));
    CHECK(b.item<double>() == doctest::Approx(3.164).epsilon(1e-12));
  }

  TEST_CASE("two adaptive steps by hand") {
    Tensor p = full({1}, 2, kFloat64).requires_grad_();
    optim::SAM<optim::SGD> optimizer(std::vector<Tensor>{p}, 0.1,
                                     optim::SAMOptions(0.5).adaptive(true).eta(1));
    // t = 3, e = 0.5 9 2 / |3 2| = 1.5, the gradient there 3.5.
    optimizer.step(half_square(optimizer));
    CHECK(p.item<double>() == doctest::Approx(1.65).epsilon(1e-12));
    // t = 2.65, e = 0.5 2.65 = 1.325, the gradient there 2.975.
    optimizer.step(half_square(optimizer));
    CHECK(p.item<double>() == doctest::Approx(1.3525).epsilon(1e-12));
  }

  TEST_CASE("100 steps agree with the papers' equations in NumPy") {
    newer_runs::check("sam", kMake, 4);
  }
  TEST_CASE("it continues from a saved state") {
    newer_runs::check_continues(
        newer_runs::maker<optim::SAM<optim::Adam>>(optim::AdamOptions(0.05), optim::SAMOptions()),
        "5");
  }
  TEST_CASE("float follows double, and what has no gradient stays") {
    newer_runs::check_float_and_skipping(kMake, "5");
  }

  TEST_CASE("without a closure it is an error") {
    Tensor p = ones({1}).requires_grad_();
    optim::SAM<optim::SGD> optimizer(std::vector<Tensor>{p}, 0.1);
    p.mutable_grad() = ones({1});
    CHECK_THROWS_WITH_AS(optimizer.step(),
                         "step: SAM needs a closure that computes the loss and its gradients; it "
                         "is evaluated twice",
                         Error);
    CHECK(p.item<double>() == 1);
  }

  TEST_CASE("parameters are what they were, bit for bit, if the closure throws at either call") {
    for (const int fails_at : {1, 2}) {
      Tensor p = full({3}, 0.1, kFloat64).requires_grad_();
      optim::SAM<optim::SGD> optimizer(std::vector<Tensor>{p}, 0.1, 0.7);
      int calls = 0;
      Tensor seen;
      CHECK_THROWS_AS(optimizer.step([&]() -> Tensor {
        seen = p.detach().clone();
        if (++calls == fails_at) throw std::runtime_error("no data");
        return half_square(optimizer)();
      }),
                      std::runtime_error);
      CHECK(calls == fails_at);
      CHECK(seen.equal(p) == (fails_at == 1));
      CHECK(p.equal(full({3}, 0.1, kFloat64)));
    }
  }

  TEST_CASE("a parameter that stands twice in a group goes back where it was") {
    Tensor p = full({3}, 0.1, kFloat64).requires_grad_();
    optim::SAM<optim::SGD> optimizer(std::vector<Tensor>{p}, 0., 0.7);
    optimizer.parameters().push_back(p);  // past the optimizer's own check
    optimizer.step(half_square(optimizer));
    CHECK(p.equal(full({3}, 0.1, kFloat64)));
  }

  TEST_CASE("a state of the wrapped optimizer alone is refused") {
    Tensor p = ones({1}).requires_grad_();
    optim::SAM<optim::SGD> optimizer(std::vector<Tensor>{p}, 0.1);
    CHECK_THROWS_WITH_AS(
        optimizer.load_state_dict(optim::SGD(std::vector<Tensor>{p}, 0.5).state_dict()),
        "load_state_dict: there is no sam.rho: this is no state of a SAM", Error);
    CHECK(optimizer.param_groups()[0].options().get_lr() == 0.1);
  }

  TEST_CASE("a gradient of another shape is refused before any parameter moves") {
    Tensor a = ones({2}).requires_grad_(), b = ones({2}).requires_grad_();
    optim::SAM<optim::SGD> optimizer(std::vector<Tensor>{a, b}, 0.1);
    CHECK_THROWS_WITH_AS(
        optimizer.step([&] {
          a.mutable_grad() = ones({2});
          b.mutable_grad() = ones({3});
          return Tensor();
        }),
        "step: a gradient must have its parameter's shape and dtype; got parameter "
        "Float [2], gradient Float [3]",
        Error);
    CHECK(a.equal(ones({2})));
  }

  TEST_CASE("options are in the state and are restored") {
    Tensor p = ones({1}).requires_grad_();
    const auto options = optim::SAMOptions(0.7).adaptive(true).eta(0.3);
    auto saved = optim::SAM<optim::SGD>(std::vector<Tensor>{p}, 0.1, options).state_dict();
    CHECK(saved["sam.rho"].item<double>() == 0.7);
    optim::SAM<optim::SGD> other(std::vector<Tensor>{p}, 0.5);
    other.load_state_dict(saved);
    auto restored = other.state_dict();
    CHECK(restored["sam.rho"].item<double>() == 0.7);
    CHECK(restored["sam.adaptive"].item<bool>());
    CHECK(restored["sam.eta"].item<double>() == 0.3);
    CHECK(restored["param_groups.0.lr"].item<double>() == 0.1);
    saved["sam.rho"] = full({}, -1);
    CHECK_THROWS_WITH_AS(other.load_state_dict(saved),
                         "Invalid rho value: -1; it must be at least 0", Error);
  }

  TEST_CASE("it wraps any optimizer; what the wrapped one refuses leaves the parameters alone") {
    Tensor p = ones({2}, kFloat64).requires_grad_();
    optim::SAM<optim::SGDScheduleFree> optimizer(std::vector<Tensor>{p}, 0.1);
    optimizer.step(half_square(optimizer));
    optimizer.eval();
    const Tensor before = p.detach().clone();
    CHECK_THROWS_AS(optimizer.step(half_square(optimizer)), Error);
    CHECK(p.equal(before));
    Tensor matrix = ones({2, 2}, kFloat64).requires_grad_();
    optim::SAM<optim::Muon> muon(std::vector<Tensor>{matrix}, 0.1);
    muon.step(half_square(muon));
    CHECK(matrix.sum().item<double>() < 4);
  }

  TEST_CASE("the quadratic's minimum is found") {
    const auto& problem = optim::problems::quadratic();
    Tensor p = newer_runs::start_of(problem);
    optim::SAM<optim::SGD> optimizer(std::vector<Tensor>{p}, 0.03, 0.01);
    CHECK(newer_runs::distance_to_optimum(optimizer, p, problem, 1000) < 1e-3);
  }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{ones({1}).requires_grad_()};
    using SAM = optim::SAM<optim::SGD>;
    CHECK_THROWS_WITH_AS(SAM(p, 0.1, -1), "Invalid rho value: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(SAM(p, 0.1, optim::SAMOptions().eta(-1)),
                         "Invalid eta value: -1; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(SAM(p, -1), "Invalid learning rate: -1; it must be at least 0", Error);
  }
}
