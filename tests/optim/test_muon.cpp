#include <cmath>

#include <doctest/doctest.h>

#include "optim/newer_runs.h"

#include "gradtape/optim/muon.h"

using namespace gradtape;

namespace {
const newer_runs::Make kMake = newer_runs::maker<optim::Muon>(optim::MuonOptions(0.02));
}

TEST_SUITE("optim/muon") {
  TEST_CASE("two steps by hand, with and without Nesterov") {
    // Of a 1 x 1 matrix one iteration makes its sign times 3.4445 - 4.775 + 2.0315 = 0.701.
    Tensor p = ones({1, 1}, kFloat64).requires_grad_(), q = ones({1, 1}, kFloat64).requires_grad_();
    const auto options = optim::MuonOptions(0.1).momentum(0.5).ns_steps(1).eps(0);
    optim::Muon with(std::vector<Tensor>{p}, options);
    optim::Muon without(std::vector<Tensor>{q}, optim::MuonOptions(options).nesterov(false));
    newer_runs::step(with, p, 2);  // m = 1, d = 1 + 0.5
    newer_runs::step(without, q, 2);
    CHECK(p.item<double>() == doctest::Approx(1 - 0.0701).epsilon(1e-14));
    CHECK(q.item<double>() == doctest::Approx(1 - 0.0701).epsilon(1e-14));
    newer_runs::step(with, p, -0.8);  // m = 0.5 - 0.4 > 0, d = -0.4 + 0.05 < 0
    newer_runs::step(without, q, -0.8);
    CHECK(p.item<double>() == doctest::Approx(1).epsilon(1e-14));
    CHECK(q.item<double>() == doctest::Approx(1 - 0.1402).epsilon(1e-14));
  }

  TEST_CASE("one iteration by hand") {
    // diag(3, 4) / 5 = diag(0.6, 0.8); a x + b x^3 + c x^5 of each.
    const Tensor x = optim::newton_schulz(tensor({3., 0., 0., 4.}, kFloat64).view({2, 2}), 1, 0);
    const Tensor expected = tensor({1.19326944, 0., 0., 0.97648192}, kFloat64).view({2, 2});
    CHECK(x.allclose(expected, 1e-14, 1e-14));
  }

  TEST_CASE("a tall matrix moves by the root of rows / columns") {
    Tensor p = zeros({4, 1}, kFloat64).requires_grad_();
    optim::Muon optimizer(std::vector<Tensor>{p}, optim::MuonOptions(0.1).ns_steps(1).eps(0));
    newer_runs::step(optimizer, p, 1);  // a column of halves times 0.701, rate 0.1 sqrt(4)
    CHECK(p.allclose(full({4, 1}, -0.2 * 0.701 / 2, kFloat64), 1e-14, 0));
  }

  TEST_CASE("the iteration gives U V^T but for singular values of about 1") {
    manual_seed(3);
    for (const auto& [rows, columns] : {std::pair(10, 6), std::pair(6, 10)}) {
      const Tensor g = randn({rows, columns}, kFloat64);
      const Tensor x = optim::newton_schulz(g);
      // X^T G = V f(S) S V^T is symmetric; X's singular values are stretches of X or X^T.
      const Tensor product = mm(x.t(), g);
      CHECK(product.allclose(product.t(), 1e-10, 1e-10));
      const Tensor narrow = rows > columns ? x : x.t();
      for (int i = 0; i < 20; ++i) {
        Tensor v = randn({6, 1}, kFloat64);
        const double stretch = mm(narrow, v / v.norm()).norm().item<double>();
        CHECK(stretch > 0.68);
        CHECK(stretch < 1.21);
      }
    }
  }

  TEST_CASE("100 steps agree with the published algorithm in NumPy") {
    newer_runs::check("muon", kMake, 4);
  }
  TEST_CASE("it continues from a saved state") { newer_runs::check_continues(kMake, "4x3"); }
  TEST_CASE("float follows double, and what has no gradient stays") {
    newer_runs::check_float_and_skipping(kMake, "3x4");
  }

  TEST_CASE("the nearest matrix is found") {
    manual_seed(5);
    const Tensor target = randn({5, 3}, kFloat64);
    Tensor p = zeros({5, 3}, kFloat64).requires_grad_();
    optim::Muon optimizer(std::vector<Tensor>{p}, 0.1);
    for (int i = 0; i < 300; ++i) {
      optimizer.param_groups()[0].options().set_lr(0.1 * (1 - i / 300.));
      optimizer.step([&] {
        optimizer.zero_grad();
        Tensor loss = (p - target).square().sum();
        loss.backward();
        return loss;
      });
    }
    CHECK((p.detach() - target).norm().item<double>() < 0.01);
  }

  TEST_CASE("what is no matrix is refused by its shape, when it is given and at a step") {
    const Tensor bias = ones({3}).requires_grad_();
    CHECK_THROWS_WITH_AS(optim::Muon(std::vector<Tensor>{bias}),
                         "Muon: a parameter must be a matrix; got shape [3], which belongs in "
                         "another optimizer, such as AdamW",
                         Error);
    Tensor weight = ones({2, 2}).requires_grad_();
    weight.mutable_grad() = ones({2, 2});
    optim::Muon optimizer(std::vector<Tensor>{weight});
    optimizer.add_parameters({ones({4, 2, 3, 3}).requires_grad_()});
    CHECK_THROWS_WITH_AS(optimizer.step(),
                         "Muon: a parameter must be a matrix; got shape [4, 2, 3, 3], which "
                         "belongs in another optimizer, such as AdamW",
                         Error);
    CHECK(weight.equal(ones({2, 2})));
    CHECK_THROWS_WITH_AS(optim::newton_schulz(bias),
                         "newton_schulz: the argument must be a matrix; got [3]", Error);
  }

  TEST_CASE("bad options are errors that name the value") {
    const std::vector<Tensor> p{ones({1, 1}).requires_grad_()};
    CHECK_THROWS_WITH_AS(optim::Muon(p, -1), "Invalid learning rate: -1; it must be at least 0",
                         Error);
    CHECK_THROWS_WITH_AS(optim::Muon(p, optim::MuonOptions().momentum(1)),
                         "Invalid momentum value: 1; it must be in [0, 1)", Error);
    CHECK_THROWS_WITH_AS(optim::Muon(p, optim::MuonOptions().ns_steps(0)),
                         "Invalid ns_steps value: 0; it must be at least 1", Error);
    CHECK_THROWS_WITH_AS(optim::Muon(p, optim::MuonOptions().eps(NAN)),
                         "Invalid epsilon value: nan; it must be at least 0", Error);
    CHECK_THROWS_WITH_AS(optim::Muon(p, optim::MuonOptions().weight_decay(-2)),
                         "Invalid weight_decay value: -2; it must be at least 0", Error);
  }
}
