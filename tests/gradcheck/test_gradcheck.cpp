#include <doctest/doctest.h>

#include "autograd/gradient_table.h"

using namespace gradtape;
using namespace gradtape::autograd;
using gradtape::testing::values;

// Ops that lie, each in one way that a careless check would miss.
namespace {

// Says 2.1 x for x^2.
struct WrongFactor : Function<WrongFactor> {
  static Tensor forward(AutogradContext* context, const Tensor& x) {
    context->save_for_backward({x});
    return x * x;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    return {grads[0] * 2.1 * context->get_saved_variables()[0]};
  }
};

// Right at first order; its gradient forgets that it depends on x.
struct WrongSecondOrder : Function<WrongSecondOrder> {
  static Tensor forward(AutogradContext* context, const Tensor& x) {
    context->save_for_backward({x});
    return x * x;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    return {grads[0] * 2 * context->get_saved_variables()[0].detach()};
  }
};

// Reads memory in order, as if every input were contiguous.
struct WrongTransposed : Function<WrongTransposed> {
  static Tensor forward(AutogradContext* context, const Tensor& x) {
    context->save_for_backward({x});
    return x * x;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const Tensor x = context->get_saved_variables()[0];
    const Tensor in_memory_order = x.as_strided({x.numel()}, {1}, x.storage_offset());
    return {grads[0] * 2 * in_memory_order.view(x.sizes())};
  }
};

// a * b; forgets to sum over the rows that b was broadcast to.
struct WrongBroadcast : Function<WrongBroadcast> {
  static Tensor forward(AutogradContext* context, const Tensor& a, const Tensor& b) {
    context->save_for_backward({a, b});
    return a * b;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    Tensor grad_b = grads[0] * saved[0];
    if (!grad_b.sizes().equals(saved[1].sizes())) grad_b = grad_b[0];
    return {grads[0] * saved[1], grad_b};
  }
};

template <class Op>
Tensor apply(const Tensor& x) {
  return Op::apply(x);
}

Tensor matrix() { return values({2, 3}).requires_grad_(); }
Tensor transposed_matrix() { return values({3, 2}).t().detach().requires_grad_(); }

}  // namespace

TEST_CASE("gradcheck finds a wrong factor") {
  CHECK_THROWS_WITH_AS(gradcheck(apply<WrongFactor>, matrix()),
                       doctest::Contains("Jacobian mismatch"), Error);
}

TEST_CASE("gradcheck passes what is wrong only in second order, and gradgradcheck finds it") {
  CHECK(gradcheck(apply<WrongSecondOrder>, matrix()));
  CHECK_THROWS_AS(gradgradcheck(apply<WrongSecondOrder>, matrix()), Error);
}

TEST_CASE("gradcheck finds with a transposed input what a row-major one hides") {
  CHECK(gradcheck(apply<WrongTransposed>, matrix()));
  CHECK_THROWS_AS(gradcheck(apply<WrongTransposed>, transposed_matrix()), Error);
}

TEST_CASE("gradcheck finds under broadcasting what equal shapes hide") {
  const auto f = [](const Tensor& a, const Tensor& b) { return WrongBroadcast::apply(a, b); };
  CHECK(gradcheck(f, matrix(), matrix()));
  CHECK_THROWS_AS(gradcheck(f, matrix(), values({3}).requires_grad_()), Error);
}

TEST_CASE("the fast mode of gradcheck finds a wrong factor and passes a right one") {
  GradcheckOptions options;
  options.fast_mode = true;
  const auto wrong = [](const variable_list& x) { return variable_list{WrongFactor::apply(x[0])}; };
  const auto right = [](const variable_list& x) { return variable_list{x[0] * x[0]}; };
  CHECK(gradcheck(right, {matrix()}, options));
  CHECK_THROWS_AS(gradcheck(wrong, {matrix()}, options), Error);
}

TEST_CASE("gradcheck returns false instead of throwing where asked to") {
  GradcheckOptions options;
  options.raise_exception = false;
  const auto f = [](const variable_list& x) { return variable_list{WrongFactor::apply(x[0])}; };
  CHECK_FALSE(gradcheck(f, {matrix()}, options));
}

TEST_CASE("gradcheck refuses inputs that are float32 or that need no gradient") {
  const auto f = [](const Tensor& x) { return x * x; };
  CHECK_THROWS_WITH_AS(gradcheck(f, ones({2}).requires_grad_()), doctest::Contains("float64"),
                       Error);
  CHECK_THROWS_WITH_AS(gradcheck(f, ones({2}, kFloat64)), doctest::Contains("require gradient"),
                       Error);
}

TEST_CASE("gradcheck leaves its inputs as they were") {
  const Tensor x = matrix();
  const Tensor before = x.detach().clone();
  gradcheck([](const Tensor& t) { return t.exp(); }, x);
  CHECK(x.detach().equal(before));
}
