#include "ops/golden_cases.h"

#include "gradtape/gradtape.h"
#include "gradtape/ops/loss.h"

namespace gradtape::testing {
namespace {

const GoldenCases& recorded() {
  static const GoldenCases cases("loss.json");
  return cases;
}

// The arguments that tests/golden/loss.py uses.
Tensor classes() { return tensor({2, 0, 1, 2}); }
Tensor pixels() { return tensor({{{0, 1}, {2, 2}}, {{1, 0}, {2, 1}}}); }
Tensor weights() { return tensor({0.5, 2., 1.}, kFloat64); }
Tensor probabilities() {
  return tensor({{.1, .2, .7}, {.3, .3, .4}, {0., 1., 0.}, {.5, .25, .25}}, kFloat64);
}

constexpr int64_t kReductions[] = {Reduction::None, Reduction::Mean, Reduction::Sum};
const char* const kNames[] = {" none", " mean", " sum"};

}  // namespace

TEST_CASE("nll_loss agrees with PyTorch") {
  for (const int64_t r : kReductions) {
    recorded().check(std::string("nll") + kNames[r],
                     [r](const Tensor& x) { return nll_loss(x, classes(), {}, r); });
    recorded().check(std::string("nll weight ignore") + kNames[r],
                     [r](const Tensor& x) { return nll_loss(x, classes(), weights(), r, 2); });
    recorded().check(std::string("nll image") + kNames[r],
                     [r](const Tensor& x) { return nll_loss(x, pixels(), weights(), r, 1); });
  }
  recorded().check("nll single", [](const Tensor& x) { return nll_loss(x, tensor(2)); });
}

TEST_CASE("cross entropy agrees with PyTorch") {
  for (const int64_t r : kReductions) {
    const std::string reduction = kNames[r];
    recorded().check("ce" + reduction,
                     [r](const Tensor& x) { return cross_entropy_loss(x, classes(), {}, r); });
    recorded().check("ce image" + reduction,
                     [r](const Tensor& x) { return cross_entropy_loss(x, pixels(), {}, r); });
    recorded().check("ce smooth" + reduction, [r](const Tensor& x) {
      return cross_entropy_loss(x, classes(), {}, r, -100, 0.1);
    });
    recorded().check("ce smooth weight ignore" + reduction, [r](const Tensor& x) {
      return cross_entropy_loss(x, classes(), weights(), r, 2, 0.1);
    });
    recorded().check("ce smooth image ignore" + reduction, [r](const Tensor& x) {
      return cross_entropy_loss(x, pixels(), {}, r, 1, 0.1);
    });
    recorded().check("ce prob" + reduction, [r](const Tensor& x) {
      return cross_entropy_loss(x, probabilities(), {}, r);
    });
    recorded().check("ce prob smooth weight" + reduction, [r](const Tensor& x) {
      return cross_entropy_loss(x, probabilities(), weights(), r, -100, 0.2);
    });
  }
}

TEST_CASE("cross entropy of rows is nll_loss of log_softmax, its gradient too") {
  // Widths with and without a rest of a vector; logits whose largest is far away.
  for (const int64_t classes : {1, 10, 16, 50, 3000}) {
    for (const int64_t r : kReductions) {
      CAPTURE(str(classes, " classes, reduction ", r));
      const Tensor logits = randn({40, classes}).mul(30).add(1000);
      const Tensor target = randint(classes, {40}, kLong), weight = rand({classes}).add(0.1);
      target[3].fill_(-100);
      const Tensor x = logits.clone().requires_grad_(), y = logits.clone().requires_grad_();
      const Tensor fused = cross_entropy_loss(x, target, weight, r);
      const Tensor composed = nll_loss(log_softmax(y, 1), target, weight, r);
      CHECK(allclose(fused, composed));
      const Tensor grad = randn(fused.sizes());
      fused.backward(grad);
      composed.backward(grad);
      CHECK(allclose(x.grad(), y.grad(), 1e-4, 1e-6));
    }
  }
}

TEST_CASE("logits may change between cross entropy and its backward, as in PyTorch") {
  const Tensor x = randn({4, 3}).requires_grad_(), target = tensor({0, 2, 1, 1});
  const Tensor logits = x.add(0);
  const Tensor loss = cross_entropy_loss(logits, target);
  logits.zero_();
  loss.backward();
  const Tensor expected = (softmax(x, 1) - eye(3).index_select(0, target)).div(4).detach();
  CHECK(allclose(x.grad(), expected));
}

TEST_CASE("losses against values agree with PyTorch") {
  for (const int64_t r : kReductions) {
    const std::string reduction = kNames[r];
    const Tensor p = probabilities(), w = weights();
    recorded().check("mse" + reduction, [&](const Tensor& x) { return mse_loss(x, p, r); });
    recorded().check("l1" + reduction, [&](const Tensor& x) { return l1_loss(x, p, r); });
    recorded().check("bce" + reduction,
                     [&](const Tensor& x) { return binary_cross_entropy(x, p, w, r); });
    recorded().check("bce edges" + reduction,
                     [&](const Tensor& x) { return binary_cross_entropy(x, p, {}, r); });
    recorded().check("bce logits" + reduction, [&](const Tensor& x) {
      return binary_cross_entropy_with_logits(x, p, w, w.add(1), r);
    });
    recorded().check("bce logits zero" + reduction, [&](const Tensor& x) {
      return binary_cross_entropy_with_logits(x, p, {}, {}, r);
    });
  }
}

TEST_CASE("a batch of no elements, or of ignored ones alone, has the mean NaN and the sum 0") {
  const Tensor none = zeros({0, 3}), no_classes = zeros({0}, kInt64);
  CHECK(std::isnan(cross_entropy_loss(none, no_classes).item<float>()));
  CHECK(cross_entropy_loss(none, no_classes, {}, Reduction::Sum).item<float>() == 0);
  CHECK(std::isnan(cross_entropy_loss(zeros({2, 3}), tensor({-100, -100})).item<float>()));
  CHECK(std::isnan(mse_loss(none, none).item<float>()));
}

TEST_CASE("where every target is ignored the mean's gradient is 0, of both orders") {
  const Tensor none = full({2}, -100, kInt64);
  for (const double smoothing : {0., 0.1}) {
    const Tensor x = tensor({1., 2., 3., 4., 5., 6.}).view({2, 3}).requires_grad_();
    const Tensor loss = cross_entropy_loss(x, none, {}, Reduction::Mean, -100, smoothing);
    const Tensor grad = autograd::grad({loss}, {x}, {}, true, /*create_graph=*/true)[0];
    CHECK(equal(grad, zeros({2, 3})));
    grad.sum().backward();
    CHECK(equal(x.grad(), zeros({2, 3})));
  }
}

TEST_CASE("a target or weight that is written after the loss is an error of its gradient") {
  const Tensor x = zeros({2, 3}).requires_grad_(), images = zeros({2, 3, 1}).requires_grad_();
  const auto refused = [](const Tensor& loss, const Tensor& written) {
    written.fill_(100);
    const std::string text = error_of([&] { loss.backward(); });
    CAPTURE(text);
    CHECK(contains(text, "has been modified by an inplace operation"));
  };
  Tensor target = tensor({0, 1}), weight = ones({3});
  refused(cross_entropy_loss(x, target), target);
  refused(cross_entropy_loss(x, tensor({0, 1}), weight), weight);
  target = zeros({2, 1}, kInt64);
  refused(cross_entropy_loss(images, target), target);
}

TEST_CASE("class weights that need a gradient are refused") {
  const Tensor x = zeros({2, 3}), weight = ones({3}).requires_grad_();
  for (const auto& loss : {nll_loss, nll_loss_nd}) {
    CHECK(contains(error_of([&] {
                     loss(x, tensor({0, 1}), weight, Reduction::Mean, -100);
                   }),
                   "The function 'nll_loss_forward' is not differentiable with respect to "
                   "argument 'weight'. This input cannot have requires_grad True."));
  }
  CHECK_FALSE(error_of([&] { cross_entropy_loss(x, tensor({0, 1}), weight); }).empty());
  const NoGradGuard no_grad;
  CHECK(error_of([&] { cross_entropy_loss(x, tensor({0, 1}), weight); }).empty());
}

TEST_CASE("mse_loss broadcasts and has a gradient for the target too") {
  Tensor x = ones({2, 3}).requires_grad_(), y = zeros({3}).requires_grad_();
  const Tensor loss = mse_loss(x, y);
  CHECK(loss.item<float>() == 1);
  loss.backward();
  CHECK(allclose(y.grad(), full({3}, -4. / 6)));
  Tensor z = zeros({2, 3}).requires_grad_();
  mse_loss(x, z, Reduction::Sum).backward();
  CHECK(allclose(z.grad(), full({2, 3}, -2.)));
}

TEST_CASE("losses refuse what does not fit") {
  const Tensor x = zeros({2, 3});
  const auto says = [](const char* part, const std::function<void()>& f) {
    const std::string text = error_of(f);
    CAPTURE(text);
    CHECK(contains(text, part));
  };
  says("Target 10 is out of bounds", [&] { nll_loss(x, tensor({0, 10})); });
  says("Target -1 is out of bounds", [&] { cross_entropy_loss(x, tensor({0, -1})); });
  says("Expected input batch_size (2) to match target batch_size (3)", [&] {
    nll_loss(x, tensor({0, 1, 2}));
  });
  says("Expected target size [2, 4], got [2, 5]", [] {
    nll_loss(zeros({2, 3, 4}), zeros({2, 5}, kInt64));
  });
  says("expected scalar type Long but found Float", [&] { nll_loss(x, zeros({2})); });
  says(
      "weight tensor should be defined either for all 3 classes or no classes but got weight "
      "tensor of shape: [2]",
      [&] {
        nll_loss(x, tensor({0, 1}), ones({2}));
      });
  says("label_smoothing must be between 0.0 and 1.0. Got: 2", [&] {
    cross_entropy_loss(x, tensor({0, 1}), {}, Reduction::Mean, -100, 2);
  });
  says("Expected floating point type for target with class probabilities, got Long", [&] {
    cross_entropy_loss(x, zeros({2, 3}, kInt64));
  });
  says("all elements of input should be between 0 and 1",
       [&] { binary_cross_entropy(x.add(2), x); });
  says("Target size ([2]) must be the same as input size ([2, 3])",
       [&] { binary_cross_entropy_with_logits(x, zeros({2})); });
}

TEST_CASE("classes of rows may be bytes, as in PyTorch") {
  const Tensor x = tensor({{1., 2., 3.}, {-1., 0., 1.}}), target = tensor({2, 0}).to(kUInt8);
  CHECK(nll_loss(x, target).item<float>() == -1);
  CHECK(nll_loss(x[0], target[0]).item<float>() == -3);
  CHECK(nll_loss(x, tensor({2, 255}).to(kUInt8), {}, Reduction::Mean, 255).item<float>() == -3);
  CHECK(cross_entropy_loss(x, target).item<float>() == doctest::Approx(1.4076059));
  CHECK(contains(error_of([&] { nll_loss(x, target.to(kInt32)); }),
                 "expected scalar type Long but found Int"));
  CHECK(contains(error_of([&] {
                   nll_loss(ones({1, 3, 2}), zeros({1, 2}, kUInt8));
                 }),
                 "expected scalar type Long but found Byte"));
}

// As libtorch's; only Python's F.binary_cross_entropy asks for the same sizes.
TEST_CASE("binary_cross_entropy leaves out axes of size 1 where the sizes differ") {
  const Tensor column = tensor({{0.25}, {0.5}, {0.75}}, kFloat64), line = column.squeeze();
  const Tensor target = tensor({0., 1., 1.}, kFloat64);
  const Tensor same = binary_cross_entropy(line, target, {}, Reduction::None);
  const Tensor losses = binary_cross_entropy(column, target, {}, Reduction::None);
  CHECK(losses.sizes() == IntArrayRef{3, 1});
  CHECK(losses.squeeze().equal(same));
  CHECK(binary_cross_entropy(line, target.unsqueeze(1), {}, Reduction::None).equal(same));
  CHECK(binary_cross_entropy(column, target).item<double>() ==
        binary_cross_entropy(line, target).item<double>());
  CHECK(binary_cross_entropy(column, target.unsqueeze(0)).dim() == 0);

  const Tensor x = column.clone().requires_grad_(), y = line.clone().requires_grad_();
  binary_cross_entropy(x, target).backward();
  binary_cross_entropy(y, target).backward();
  CHECK(x.grad().squeeze().equal(y.grad()));
  const Tensor rows = line.expand({2, 3});
  CHECK(binary_cross_entropy(rows, target, {}, Reduction::None)[1].equal(same));

  const auto says = [](const std::string& text, const std::function<void()>& f) {
    CHECK(contains(error_of(f), text));
  };
  says("output with shape [3] doesn't match the broadcast shape [2, 3]",
       [&] { binary_cross_entropy(line, rows); });
  says("The size of tensor a (3) must match the size of tensor b (2)", [&] {
    binary_cross_entropy(rows, ones({2, 1}, kFloat64));
  });
  says("output with shape [3, 1] doesn't match the broadcast shape [3, 3]",
       [&] { binary_cross_entropy(column, target, ones({3}, kFloat64)); });
}

}  // namespace gradtape::testing
