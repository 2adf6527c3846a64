#include <limits>

#include "ops/golden_cases.h"

#include "gradtape/gradtape.h"
#include "gradtape/ops/softmax.h"

namespace gradtape::testing {

TEST_CASE("softmax and log_softmax agree with PyTorch to second order") {
  const GoldenCases golden("softmax.json");
  for (const bool log : {false, true}) {
    const std::string op = log ? "log_softmax " : "softmax ";
    const auto along = [log](int64_t dim) {
      return [=](const Tensor& x) { return log ? x.log_softmax(dim) : x.softmax(dim); };
    };
    golden.check(op + "1", along(1));
    golden.check(op + "0", along(0));
    golden.check(op + "-2", along(-2));
    golden.check(op + "large", along(1));
  }
}

TEST_CASE("float softmax agrees with double for every row length") {
  for (int64_t n = 1; n <= 70; ++n) {
    CAPTURE(n);
    const Tensor x = linspace(-3, 4, 2 * n, kFloat64).reshape({2, n});
    for (const int64_t dim : {0, 1}) {
      CHECK(allclose(x.to(kFloat32).softmax(dim).to(kFloat64), x.softmax(dim), 1e-5, 1e-7));
      CHECK(allclose(x.to(kFloat32).log_softmax(dim).to(kFloat64), x.log_softmax(dim), 1e-5, 1e-6));
      CHECK(std::abs(x.softmax(1).sum().item<double>() - 2) < 1e-12);
    }
  }
}

TEST_CASE("softmax of -inf, of infinities alone, of one number and of nothing") {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const Tensor y = tensor({-kInf, 0.f, 0.f}).softmax(0);
  CHECK(y[0].item<float>() == 0);
  CHECK(y[1].item<float>() == 0.5f);
  CHECK(std::isnan(tensor({-kInf, -kInf}).softmax(0)[0].item<float>()));
  CHECK(tensor(3.).softmax(0).item<float>() == 1);
  CHECK(zeros({2, 0}).softmax(1).sizes().vec() == std::vector<int64_t>{2, 0});
  CHECK(zeros({0, 3}).log_softmax(1).numel() == 0);
}

TEST_CASE("softmax converts to dtype first and needs a floating point one") {
  CHECK(tensor({1, 2}).softmax(0, kFloat64).dtype() == kFloat64);
  CHECK(contains(error_of([] {
                   tensor({1, 2}).softmax(0);
                 }),
                 "softmax: input must be floating point; got Long [2]"));
  CHECK(contains(error_of([] {
                   zeros({2, 3}).log_softmax(2);
                 }),
                 "Dimension out of range (expected to be in range of [-2, 1], but got 2)"));
}

}  // namespace gradtape::testing
