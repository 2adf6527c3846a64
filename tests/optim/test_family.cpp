#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "optim/golden_runs.h"

#include "gradtape/gradtape.h"

using namespace gradtape;

// What every elementwise optimizer of PyTorch has in common.
namespace {

const std::vector<std::string> kKinds{"ASGD",  "Adadelta", "Adagrad", "Adam",  "AdamW", "Adamax",
                                      "NAdam", "RAdam",    "RMSprop", "Rprop", "SGD"};

std::unique_ptr<optim::Optimizer> make(const std::string& kind, double lr, const Tensor& p) {
  return golden_runs::make(kind, {{"lr", lr}}, p);
}

Tensor parameter(ScalarType dtype = kFloat64) {
  return linspace(-1, 2, 7, kFloat64).to(dtype).requires_grad_();
}

void step(optim::Optimizer& optimizer, const std::vector<Tensor>& parameters) {
  for (const Tensor& p : parameters) p.mutable_grad() = (p.detach() - 0.3) * 0.7;
  optimizer.step();
}

}  // namespace

TEST_SUITE("optim/family") {
  TEST_CASE("a parameter without a gradient stays, and counts no steps") {
    for (const std::string& kind : kKinds) {
      CAPTURE(kind);
      Tensor a = parameter(), b = parameter();
      const auto optimizer = make(kind, 0.1, a);
      optimizer->add_parameters({b});
      step(*optimizer, {a});
      CHECK_FALSE(a.equal(parameter()));
      CHECK(b.equal(parameter()));
      const auto saved = optimizer->state_dict();
      if (const Tensor* count = saved.find("1.step")) CHECK(count->item<int64_t>() == 0);
    }
  }

  TEST_CASE("each group goes by its own rate") {
    for (const std::string& kind : kKinds) {
      CAPTURE(kind);
      Tensor a = parameter(), b = parameter(), c = parameter(), d = parameter();
      const auto both = make(kind, 0.1, a), only_a = make(kind, 0.1, c),
                 only_b = make(kind, 0.02, d);
      auto options = both->param_groups()[0].options().clone();
      options->set_lr(0.02);
      CHECK(options->get_lr() == 0.02);
      both->add_param_group(optim::OptimizerParamGroup({b}, std::move(options)));
      for (int i = 0; i < 5; ++i) {
        step(*both, {a, b});
        step(*only_a, {c});
        step(*only_b, {d});
      }
      CHECK(a.equal(c));
      CHECK(b.equal(d));
      CHECK_FALSE(a.equal(b));
    }
  }

  TEST_CASE("maximize goes the other way") {
    for (const std::string& kind : kKinds) {
      CAPTURE(kind);
      Tensor down = parameter(), up = parameter();
      const auto descends = golden_runs::make(kind, {{"lr", 0.1}}, down),
                 climbs = golden_runs::make(kind, {{"lr", 0.1}, {"maximize", true}}, up);
      for (int i = 0; i < 5; ++i) {
        down.mutable_grad() = (down.detach() - 0.3) * 0.7;
        up.mutable_grad() = (up.detach() - 0.3) * -0.7;
        descends->step();
        climbs->step();
      }
      CHECK(up.equal(down));
    }
  }

  TEST_CASE("an infinite weight whose gradient is 0 stays, as PyTorch's") {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const std::string& kind : kKinds) {
      CAPTURE(kind);
      Tensor p = full({1}, -infinity, kFloat64).requires_grad_();
      const auto optimizer = make(kind, 0.1, p);
      for (int i = 0; i < 3; ++i) {
        p.mutable_grad() = zeros({1}, kFloat64);
        optimizer->step();
      }
      CHECK(p.item<double>() == -infinity);
    }
  }

  TEST_CASE("float parameters follow the double ones") {
    for (const std::string& kind : kKinds) {
      CAPTURE(kind);
      Tensor a = parameter(kFloat32), b = parameter();
      const auto single = make(kind, 0.01, a), exact = make(kind, 0.01, b);
      for (int i = 0; i < 20; ++i) {
        step(*single, {a});
        step(*exact, {b});
      }
      CHECK(a.to(kFloat64).allclose(b, 1e-5, 1e-6));
    }
  }
}
