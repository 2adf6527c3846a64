#include <vector>

#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {

struct Setup {
  Setup() {
    manual_seed(1);
    x = randn({12, 5}, kFloat64);
    y = randint(3, {12}, kInt64);
    model = nn::Sequential(nn::Linear(5, 7), nn::Tanh(), nn::Linear(7, 3));
    model->to(kFloat64);
  }
  // The mean over the rows from begin on.
  Tensor loss(int64_t begin, int64_t rows) {
    return nn::functional::cross_entropy(model->forward(x.narrow(0, begin, rows)),
                                         y.narrow(0, begin, rows));
  }
  std::vector<Tensor> grads() {
    std::vector<Tensor> result;
    for (const Tensor& parameter : model->parameters()) result.push_back(parameter.grad().clone());
    return result;
  }

  Tensor x, y;
  nn::Sequential model{nullptr};
};

}  // namespace

TEST_SUITE("optim/gradient accumulation") {
  TEST_CASE("k micro-batches with loss / k give the gradient of the whole batch") {
    Setup setup;
    setup.loss(0, 12).backward();
    const std::vector<Tensor> whole = setup.grads();
    REQUIRE(whole.size() == 4);
    for (int64_t k : {2, 3, 12}) {
      CAPTURE(k);
      setup.model->zero_grad();
      for (int64_t i = 0; i < k; ++i) (setup.loss(i * (12 / k), 12 / k) / k).backward();
      const std::vector<Tensor> parts = setup.grads();
      for (size_t i = 0; i < whole.size(); ++i) CHECK(parts[i].allclose(whole[i], 1e-12, 1e-15));
    }
  }

  TEST_CASE("a training with accumulated gradients follows the one with whole batches") {
    Setup whole, parts;
    optim::Adam of_whole(whole.model->parameters(), 0.01);
    optim::Adam of_parts(parts.model->parameters(), 0.01);
    for (int step = 0; step < 20; ++step) {
      of_whole.zero_grad();
      whole.loss(0, 12).backward();
      nn::utils::clip_grad_norm_(whole.model->parameters(), 0.1);
      of_whole.step();
      of_parts.zero_grad();
      for (int64_t i = 0; i < 4; ++i) (parts.loss(i * 3, 3) / 4).backward();
      nn::utils::clip_grad_norm_(parts.model->parameters(), 0.1);
      of_parts.step();
    }
    const std::vector<Tensor> a = whole.model->parameters(), b = parts.model->parameters();
    for (size_t i = 0; i < a.size(); ++i) CHECK(a[i].allclose(b[i], 1e-9, 1e-12));
  }
}
