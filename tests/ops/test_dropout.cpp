#include "ops/recorded.h"

#include "gradtape/ops/dropout.h"

using namespace gradtape;
using namespace gradtape::testing;

TEST_CASE("dropout drops what PyTorch drops after the same seed") {
  manual_seed(7);
  for (const ScalarType dtype : {kFloat32, kFloat64}) {
    const std::string suffix = dtype == kFloat32 ? "float32" : "float64";
    check_near(dropout(ones({4, 6}, dtype), 0.3, true),
               numbers(recorded("dropout_" + suffix), {4, 6}), 1e-6);
    check_near(feature_dropout(ones({3, 5, 2}, dtype), 0.4, true),
               numbers(recorded("dropout2d_" + suffix), {3, 5, 2}), 1e-6);
  }
}

TEST_CASE("dropout's gradient passes where the value did") {
  const Tensor x = ones({50}).requires_grad_();
  const Tensor y = dropout(x, 0.5, true);
  y.sum().backward();
  CHECK(x.grad().equal(y.detach()));
}

TEST_CASE("evaluation and probability 0 give the input itself, probability 1 zeros") {
  const Tensor x = ones({3});
  CHECK(dropout(x, 0.5, false).is_same(x));
  CHECK(dropout(x, 0, true).is_same(x));
  CHECK(dropout(x, 1, true).equal(zeros({3})));
}

TEST_CASE("in-place dropout writes into its input") {
  Tensor x = ones({4, 4});
  dropout_(x, 1, true);
  CHECK(x.equal(zeros({4, 4})));
}

TEST_CASE("dropout refuses what is no probability") {
  CHECK(error_of([] { dropout(ones({2}), 1.5, true); }) ==
        "dropout probability has to be between 0 and 1, but got 1.5");
  CHECK(starts_with(error_of([] { feature_dropout(ones({2}), 0.5, true); }),
                    "Feature dropout requires at least 2 dimensions in the input"));
}
