#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {

// A training step of convolutions (by Winograd and not), batch norm and linear layers: the loss,
// all gradients, and products that the libraries make.
std::vector<Tensor> step_on(int threads) {
  set_num_threads(threads);
  manual_seed(0);
  nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(3, 32, 5).padding(2)), nn::ReLU(),
                     nn::Conv2d(nn::Conv2dOptions(32, 32, 3).padding(1)), nn::BatchNorm2d(32),
                     nn::MaxPool2d(2), nn::Flatten(), nn::Linear(32 * 14 * 14, 10));
  const Tensor x = randn({16, 3, 28, 28});
  const Tensor loss = nn::functional::cross_entropy(net->forward(x), randint(10, {16}, kLong));
  loss.backward();
  std::vector<Tensor> results{loss};
  for (const Tensor& parameter : net->parameters()) results.push_back(parameter.grad());
  for (const ScalarType dtype : {kFloat32, kFloat64}) {
    const Tensor a = randn({600, 700}, dtype), b = randn({700, 800}, dtype);
    results.push_back(a.mm(b));
    results.push_back(a.t().mm(a));
    results.push_back(a.slice(0, 0, 3).mm(b));
  }
  return results;
}

}  // namespace

TEST_CASE("with deterministic algorithms a step is the same number for number on any threads") {
  const int before = get_num_threads();
  CHECK_FALSE(are_deterministic_algorithms_enabled());
  use_deterministic_algorithms(true);
  const std::vector<Tensor> one = step_on(1), two = step_on(2), three = step_on(3);
  use_deterministic_algorithms(false);
  set_num_threads(before);
  for (size_t i = 0; i < one.size(); ++i) {
    CAPTURE(i);
    CHECK(one[i].equal(two[i]));
    CHECK(one[i].equal(three[i]));
  }
}
