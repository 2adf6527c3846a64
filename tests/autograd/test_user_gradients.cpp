#include <functional>

#include <doctest/doctest.h>

#include "error_of.h"

#include "gradtape/gradtape.h"

// Gradients that user code hands to the engine: whatever they are, the kernels of backward see only
// what fits.

using namespace gradtape;
using autograd::AutogradContext;
using autograd::Function;
using doctest::Contains;
using testing::contains;
using testing::error_of;

namespace {

struct Case {
  const char* name;
  std::vector<int64_t> sizes;
  std::function<Tensor(const Tensor&)> op;
};

const Tensor& index() {
  static const Tensor index = tensor({0, 2, 1, 1, 0, 2, 0, 1, 2, 2, 1, 0}).view({3, 4});
  return index;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> cases = {
      {"leaky_relu", {3, 4}, [](const Tensor& x) { return leaky_relu(x); }},
      {"relu", {3, 4}, [](const Tensor& x) { return relu(x); }},
      {"exp", {3, 4}, [](const Tensor& x) { return x.exp(); }},
      {"mul", {3, 4}, [](const Tensor& x) { return x * x; }},
      {"softmax", {3, 4}, [](const Tensor& x) { return softmax(x, 1); }},
      {"log_softmax", {3, 4}, [](const Tensor& x) { return log_softmax(x, 1); }},
      {"cumsum", {3, 4}, [](const Tensor& x) { return x.cumsum(1); }},
      {"sort", {3, 4}, [](const Tensor& x) { return std::get<0>(x.sort()); }},
      {"max", {3, 4}, [](const Tensor& x) { return std::get<0>(x.max(1)); }},
      {"gather", {3, 4}, [](const Tensor& x) { return x.gather(0, index()); }},
      {"index_select",
       {3, 4},
       [](const Tensor& x) {
         return x.index_select(0, tensor({2, 0}));
       }},
      {"embedding", {3, 4}, [](const Tensor& x) { return embedding(x, index()); }},
      {"mm", {3, 4}, [](const Tensor& x) { return x.mm(x.t()); }},
      {"layer_norm", {3, 4}, [](const Tensor& x) { return layer_norm(x, {4}); }},
      {"nll_loss",
       {3, 4},
       [](const Tensor& x) {
         return nn::functional::nll_loss(x, tensor({0, 3, 1}),
                                         nn::functional::NLLLossFuncOptions().reduction(kNone));
       }},
      {"cross_entropy",
       {3, 4},
       [](const Tensor& x) {
         return nn::functional::cross_entropy(
             x, tensor({0, 3, 1}), nn::functional::CrossEntropyFuncOptions().reduction(kNone));
       }},
      {"max_pool2d",
       {2, 3, 4, 4},
       [](const Tensor& x) {
         return max_pool2d(x, {2, 2});
       }},
      {"avg_pool2d",
       {2, 3, 4, 4},
       [](const Tensor& x) {
         return avg_pool2d(x, {2, 2});
       }},
      {"conv2d",
       {2, 3, 4, 4},
       [](const Tensor& x) {
         return conv2d(x, ones({2, 3, 3, 3}).requires_grad_());
       }},
      {"batch_norm", {2, 3, 4, 4}, [](const Tensor& x) { return nn::BatchNorm2d(3)(x); }},
      {"lstm", {5, 2, 3}, [](const Tensor& x) { return std::get<0>(nn::LSTM(3, 4)(x)); }},
  };
  return cases;
}

// backward of the op with something done to its result; what it throws.
template <class F>
std::string backward_error(const Case& op, const F& interfere) {
  const Tensor x = rand(op.sizes).requires_grad_();
  const Tensor y = op.op(x);
  const std::string error = error_of([&] { interfere(y); });
  CHECK(error != "");
  CHECK_FALSE(x.grad().defined());
  // A graph of its own still works.
  op.op(x).sum().backward();
  CHECK(x.grad().sizes() == x.sizes());
  return error;
}

// The gradient of x is what it is told to be.
Tensor to_return;
struct Returns : Function<Returns> {
  static Tensor forward(AutogradContext*, Tensor x) { return x * 1; }
  static variable_list backward(AutogradContext*, variable_list) { return {to_return}; }
};

// A backward that spoils the handles it is given.
struct Spoils : Function<Spoils> {
  static Tensor forward(AutogradContext*, Tensor x) { return x * 1; }
  static variable_list backward(AutogradContext*, variable_list grads) {
    const Tensor result = grads[0] * 1;
    grads[0].resize_({1});
    grads[0].set_data(ones({0}));
    return {result};
  }
};

}  // namespace

TEST_SUITE("autograd/user_gradients") {
  TEST_CASE("a hook that gives a gradient of another shape") {
    for (const Case& op : cases()) {
      CAPTURE(op.name);
      for (const std::vector<int64_t>& sizes : {std::vector<int64_t>{1}, {}, {0}, {7, 3, 4}}) {
        const std::string error = backward_error(op, [&](const Tensor& y) {
          y.register_hook([&](const Tensor&) { return ones(sizes); });
          y.sum().backward();
        });
        CHECK(contains(error, "hook '0' has changed the size of value"));
      }
    }
  }

  TEST_CASE("a hook that gives a gradient of another dtype") {
    for (const Case& op : cases()) {
      CAPTURE(op.name);
      for (const ScalarType dtype : {kFloat64, kInt64, kBool}) {
        const std::string error = backward_error(op, [&](const Tensor& y) {
          y.register_hook([](const Tensor& grad) { return grad * 1; });
          y.register_hook([&](const Tensor& grad) { return ones(grad.sizes(), dtype); });
          y.sum().backward();
        });
        CHECK(contains(error, "hook '1' has changed the type of value (was CPUFloatType got CPU"));
      }
    }
  }

  TEST_CASE("a hook that resizes the gradient it is given") {
    for (const Case& op : cases()) {
      CAPTURE(op.name);
      const std::string error = backward_error(op, [&](const Tensor& y) {
        y.register_hook([](const Tensor& grad) { grad.resize_({1}); });
        y.sum().backward();
      });
      CHECK(contains(error, "hook '0' has changed the size of value"));
    }
  }

  TEST_CASE("a result that gets other data before backward") {
    for (const Case& op : cases()) {
      CAPTURE(op.name);
      const std::string error = backward_error(op, [&](const Tensor& y) {
        y.set_data(ones({1}));
        y.sum().backward();
      });
      CHECK(contains(error, "invalid gradient at index 0 - got [1] but expected shape compatible"));
    }
  }

  TEST_CASE("a gradient argument of another shape") {
    for (const Case& op : cases()) {
      CAPTURE(op.name);
      const std::string error = backward_error(op, [&](const Tensor& y) { y.backward(ones({1})); });
      CHECK(contains(error, "invalid gradient at index 0 - got [1] but expected shape compatible"));
    }
  }

  TEST_CASE("a custom function's gradient of another shape; another dtype is converted") {
    for (const Case& op : cases()) {
      CAPTURE(op.name);
      to_return = ones({1}, kInt64);
      const std::string error =
          backward_error(op, [&](const Tensor& y) { Returns::apply(y).sum().backward(); });
      CHECK(contains(error, "Returns returned an invalid gradient at index 0 - got [1] but "));
    }
    const Tensor x = ones({2}).requires_grad_();
    to_return = full({5, 2}, 3, kInt64);
    Returns::apply(x).sum().backward();
    CHECK(x.grad().equal(full({2}, 15.0)));
    CHECK(x.grad().dtype() == kFloat32);
    to_return = {};
  }

  TEST_CASE("a leaf's hook that gives another shape or dtype") {
    const Tensor x = ones({3, 4}).requires_grad_();
    x.register_hook([](const Tensor&) { return ones({7}, kInt64); });
    CHECK_THROWS_WITH_AS(
        (x * 2).sum().backward(),
        "hook '0' has changed the type of value (was CPUFloatType got CPULongType)", Error);
    x.remove_hook(0);
    x.register_hook([](const Tensor&) { return ones({7}); });
    CHECK_THROWS_WITH_AS((x * 2).sum().backward(),
                         Contains("hook '1' has changed the size of value"), Error);
    CHECK_FALSE(x.grad().defined());
  }

  TEST_CASE("what a hook or a function does to its handle does not reach other gradients") {
    const Tensor a = ones({3, 4}).requires_grad_(), b = ones({3, 4}).requires_grad_();
    // add hands the same gradient to both.
    (Spoils::apply(a) + leaky_relu(b)).sum().backward();
    CHECK(a.grad().equal(ones({3, 4})));
    CHECK(b.grad().equal(ones({3, 4})));

    Tensor kept;
    const Tensor p = leaky_relu(a), q = leaky_relu(b);
    p.register_hook([&](const Tensor& grad) { kept = grad; });
    q.register_hook([&](const Tensor&) { kept.set_data(ones({1})); });
    (p + q).sum().backward();
    CHECK(kept.sizes() == IntArrayRef({1}));
    CHECK(a.grad().equal(full({3, 4}, 2.0)));
    CHECK(b.grad().equal(full({3, 4}, 2.0)));

    const Tensor given = ones({3, 4});
    const Tensor first = leaky_relu(a), second = leaky_relu(b);
    for (const Tensor& result : {first, second}) {
      result.register_hook([&](const Tensor&) { given.set_data(ones({1})); });
    }
    autograd::backward({first, second}, {given, given});
    CHECK(a.grad().equal(full({3, 4}, 3.0)));
    CHECK(b.grad().equal(full({3, 4}, 3.0)));
  }

  TEST_CASE("a hook may detach the gradient it is given, though that is somebody's leaf") {
    const Tensor x = ones({2}).requires_grad_(), v = full({2}, 3.).requires_grad_();
    const Tensor y = x * 2;
    y.register_hook([](const Tensor& grad) { grad.detach_(); });
    y.backward(v);
    CHECK(v.requires_grad());
    CHECK(x.grad().equal(full({2}, 6.)));
  }

  TEST_CASE(
      "a leaf that was switched off, resized and on again takes nothing from an older graph") {
    const Tensor w = ones({2}).requires_grad_();
    const Tensor y = (w * 2).sum();
    w.requires_grad_(false);
    w.set_data(zeros({5}));
    w.requires_grad_(true);
    CHECK(!error_of([&] { y.backward(); }).empty());
    CHECK_FALSE(w.grad().defined());
    (w * 3).sum().backward();
    CHECK(w.grad().equal(full({5}, 3.)));
  }
}
