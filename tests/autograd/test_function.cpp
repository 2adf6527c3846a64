#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;
using autograd::AutogradContext;
using autograd::Function;
using doctest::Contains;

namespace {

Tensor leaf(std::initializer_list<double> values) {
  return tensor(ArrayRef<double>(values), kFloat64).requires_grad_();
}
bool same(const Tensor& a, std::initializer_list<double> values) {
  return a.defined() && a.allclose(tensor(ArrayRef<double>(values), kFloat64), 1e-12, 1e-12);
}

struct Cube : Function<Cube> {
  static Tensor forward(AutogradContext* context, Tensor x) {
    context->save_for_backward({x});
    return x * x * x;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const Tensor x = context->get_saved_variables()[0];
    return {grads[0] * 3 * x * x};
  }
};

// Saves integers, one given and one made, and reads them.
struct Rows : Function<Rows> {
  static variable_list forward(AutogradContext* context, Tensor x, Tensor index) {
    const Tensor next = index + 1;
    context->save_for_backward({index, next});
    context->mark_non_differentiable({next});
    context->saved_data["size"] = x.size(0);
    return {x.index_select(0, index) + x.index_select(0, next), next};
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const Tensor zero = zeros({context->saved_data["size"].toInt()}, kFloat64);
    return {zero.index_add(0, saved[0], grads[0]).index_add(0, saved[1], grads[0]), Tensor()};
  }
};

// Reads its own output.
struct Exp : Function<Exp> {
  static Tensor forward(AutogradContext* context, Tensor x) {
    const Tensor y = x.exp();
    context->save_for_backward({y});
    return y;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    return {grads[0] * context->get_saved_variables()[0]};
  }
};

// Arguments that are no tensors, kept as values of any kind.
struct Power : Function<Power> {
  static Tensor forward(AutogradContext* context, Tensor x, double scale, int64_t exponent,
                        std::string label) {
    context->saved_data["scale"] = scale;
    context->saved_data["exponent"] = exponent;
    context->saved_data["label"] = label;
    context->saved_data["x"] = x.detach();
    return x.pow(exponent) * scale;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const double scale = context->saved_data["scale"].toDouble();
    const int64_t exponent = context->saved_data["exponent"].toInt();
    CHECK(context->saved_data["label"].toStringRef() == "power");
    const Tensor x = context->saved_data["x"].toTensor();
    return {grads[0] * (scale * exponent) * x.pow(exponent - 1), Tensor(), Tensor(), Tensor()};
  }
};

bool saw_defined[2];

// x + y and x - y.
template <bool kMaterialize>
struct SumAndDifference : Function<SumAndDifference<kMaterialize>> {
  static variable_list forward(AutogradContext* context, Tensor x, Tensor y) {
    context->set_materialize_grads(kMaterialize);
    return {x + y, x - y};
  }
  static variable_list backward(AutogradContext*, variable_list grads) {
    for (size_t i = 0; i < 2; ++i) saw_defined[i] = grads[i].defined();
    if (!grads[0].defined()) return {grads[1], -grads[1]};
    if (!grads[1].defined()) return {grads[0], grads[0]};
    return {grads[0] + grads[1], grads[0] - grads[1]};
  }
};

struct DoubleInPlace : Function<DoubleInPlace> {
  static Tensor forward(AutogradContext* context, Tensor x) {
    x.mul_(2);
    context->mark_dirty({x});
    return x;
  }
  static variable_list backward(AutogradContext*, variable_list grads) { return {grads[0] * 2}; }
};

struct DirtyButNotReturned : Function<DirtyButNotReturned> {
  static Tensor forward(AutogradContext* context, Tensor x) {
    context->mark_dirty({x});
    return x * 2;
  }
  static variable_list backward(AutogradContext*, variable_list grads) { return grads; }
};

struct Sign : Function<Sign> {
  static variable_list forward(AutogradContext* context, Tensor x) {
    const Tensor sign = x.sign();
    context->mark_non_differentiable({sign});
    return {x * sign, sign};
  }
  static variable_list backward(AutogradContext*, variable_list grads) { return {grads[0]}; }
};

template <int kGradients>
struct Returns : Function<Returns<kGradients>> {
  static Tensor forward(AutogradContext*, Tensor x, Tensor y) { return x + y; }
  static variable_list backward(AutogradContext*, variable_list grads) {
    return variable_list(kGradients, grads[0]);
  }
};

struct ForANonTensor : Function<ForANonTensor> {
  static Tensor forward(AutogradContext*, Tensor x, double factor) { return x * factor; }
  static variable_list backward(AutogradContext*, variable_list grads) {
    return {grads[0], grads[0]};
  }
};

struct Identity : Function<Identity> {
  static Tensor forward(AutogradContext*, Tensor x) { return x; }
  static variable_list backward(AutogradContext*, variable_list grads) { return {grads[0] * 5}; }
};

// A list of tensors among the arguments: backward has one gradient for each of them.
struct Weighted : Function<Weighted> {
  static Tensor forward(AutogradContext* context, Tensor x, double factor, TensorList list) {
    context->saved_data["count"] = static_cast<int64_t>(list.size());
    for (const Tensor& tensor : list) x = x + tensor * factor;
    return x;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    variable_list result{grads[0], Tensor()};
    for (int64_t i = 0; i < context->saved_data["count"].toInt(); ++i) {
      result.push_back(grads[0] * (i + 2));
    }
    return result;
  }
};

struct MaybePlus : Function<MaybePlus> {
  static Tensor forward(AutogradContext*, Tensor x, std::optional<Tensor> y) {
    return y ? x + *y : x * 1;
  }
  static variable_list backward(AutogradContext*, variable_list grads) {
    return {grads[0], seen_optional ? grads[0] * 2 : Tensor()};
  }
  static inline bool seen_optional = false;
};

struct Needs : Function<Needs> {
  static Tensor forward(AutogradContext*, Tensor x, Tensor y) { return x * y; }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    CHECK(context->needs_input_grad(0));
    CHECK_FALSE(context->needs_input_grad(1));
    return {grads[0], Tensor()};
  }
};

}  // namespace

TEST_SUITE("autograd/function") {
  TEST_CASE("value and gradient of a custom function") {
    const Tensor x = leaf({2, 3});
    const Tensor y = Cube::apply(x);
    CHECK(same(y, {8, 27}));
    CHECK(y.grad_fn()->name().find("Cube") != std::string::npos);
    y.sum().backward();
    CHECK(same(x.grad(), {12, 27}));
  }

  TEST_CASE("forward runs without recording") {
    const Tensor x = leaf({2});
    const Tensor y = Cube::apply(x);
    CHECK(y.grad_fn()->num_inputs() == 1);
    CHECK(y.grad_fn()->next_edge(0).node->is_leaf());
  }

  TEST_CASE("a function of constants is not recorded") {
    CHECK_FALSE(Cube::apply(ones({2})).requires_grad());
    const Tensor x = leaf({2});
    const NoGradGuard no_grad;
    CHECK_FALSE(Cube::apply(x).requires_grad());
  }

  TEST_CASE("second and third order through a function that saved its input") {
    const Tensor x = leaf({2});
    const Tensor first = autograd::grad({Cube::apply(x)}, {x}, {}, {}, true)[0];
    const Tensor second = autograd::grad({first}, {x}, {}, {}, true)[0];
    CHECK(same(second, {12}));
    CHECK(same(autograd::grad({second}, {x})[0], {6}));
  }

  TEST_CASE("second order through a function that saved its output") {
    const Tensor x = leaf({0.5});
    const Tensor first = autograd::grad({Exp::apply(x)}, {x}, {}, {}, true)[0];
    CHECK(same(first, {std::exp(0.5)}));
    CHECK(same(autograd::grad({first}, {x})[0], {std::exp(0.5)}));
  }

  TEST_CASE("gradcheck and gradgradcheck take custom functions") {
    const Tensor x = leaf({0.5, -1.5});
    CHECK(autograd::gradcheck([](const Tensor& t) { return Cube::apply(t); }, x));
    CHECK(autograd::gradgradcheck([](const Tensor& t) { return Cube::apply(t); }, x));
    CHECK(autograd::gradgradcheck([](const Tensor& t) { return Exp::apply(t); }, x));
  }

  TEST_CASE("a saved output does not keep the graph alive") {
    Tensor memory = zeros({1}, kFloat64);
    bool freed = false;
    double value = 1;
    {
      const Tensor x = from_blob(
                           &value, {1}, [&](void*) { freed = true; }, kFloat64)
                           .requires_grad_();
      Exp::apply(x * 1 + x * x);
    }
    CHECK(freed);
  }

  TEST_CASE("arguments that are no tensors, and saved_data of every kind") {
    const Tensor x = leaf({2, 3});
    Power::apply(x, 0.5, int64_t{3}, std::string("power")).sum().backward();
    CHECK(same(x.grad(), {6, 13.5}));
  }

  TEST_CASE("an IValue of another kind than asked for is refused") {
    const IValue value(2.5);
    CHECK_THROWS_WITH_AS(value.toInt(), Contains("IValue: expected a int"), Error);
    CHECK(IValue().isNone());
  }

  TEST_CASE("several outputs, all of them used") {
    const Tensor x = leaf({5}), y = leaf({2});
    const variable_list both = SumAndDifference<true>::apply(x, y);
    CHECK(both[1].output_nr() == 1);
    (both[0] * both[1]).backward();  // x^2 - y^2
    CHECK(same(x.grad(), {10}));
    CHECK(same(y.grad(), {-4}));
  }

  TEST_CASE("the gradient of an unused output is zeros") {
    const Tensor x = leaf({5}), y = leaf({2});
    SumAndDifference<true>::apply(x, y)[1].backward();
    CHECK(saw_defined[0]);
    CHECK(saw_defined[1]);
    CHECK(same(x.grad(), {1}));
    CHECK(same(y.grad(), {-1}));
  }

  TEST_CASE("or undefined, if the function says so") {
    const Tensor x = leaf({5}), y = leaf({2});
    SumAndDifference<false>::apply(x, y)[0].backward();
    CHECK(saw_defined[0]);
    CHECK_FALSE(saw_defined[1]);
    CHECK(same(y.grad(), {1}));
  }

  TEST_CASE("mark_dirty: the input itself becomes the output") {
    const Tensor x = leaf({3});
    const Tensor y = x * 1;
    const Tensor z = DoubleInPlace::apply(y);
    CHECK(z.is_same(y));
    CHECK(same(y, {6}));
    (y * y).backward();  // (2x)^2
    CHECK(same(x.grad(), {24}));
  }

  TEST_CASE("mark_dirty of a view rewrites its base") {
    const Tensor x = leaf({3, 4});
    const Tensor y = x * 1;
    DoubleInPlace::apply(y[0]);
    CHECK(same(y, {6, 4}));
    y.sum().backward();
    CHECK(same(x.grad(), {2, 1}));
  }

  TEST_CASE("mark_dirty of a leaf is refused") {
    const Tensor x = leaf({3});
    CHECK_THROWS_WITH_AS(
        DoubleInPlace::apply(x),
        "a leaf Variable that requires grad is being used in an in-place operation.", Error);
  }

  TEST_CASE("a dirty input that is not returned is refused") {
    const Tensor x = leaf({3});
    CHECK_THROWS_WITH_AS(DirtyButNotReturned::apply(x * 1),
                         Contains("Some elements marked as dirty during the forward method were "
                                  "not returned as output"),
                         Error);
  }

  TEST_CASE("an output marked as not differentiable has no gradient") {
    const Tensor x = leaf({-3});
    const variable_list outputs = Sign::apply(x);
    CHECK(outputs[0].requires_grad());
    CHECK_FALSE(outputs[1].requires_grad());
    (outputs[0] * outputs[1]).backward();
    CHECK(same(x.grad(), {-1}));
  }

  TEST_CASE("too few gradients are refused, with both numbers") {
    const Tensor x = leaf({3});
    CHECK_THROWS_WITH_AS((Returns<1>::apply(x, x).backward()),
                         Contains("returned an incorrect number of gradients (expected 2, got 1)"),
                         Error);
    CHECK_THROWS_WITH_AS((Returns<3>::apply(x, x).backward()),
                         Contains("returned an incorrect number of gradients (expected 2, got 3)"),
                         Error);
  }

  TEST_CASE("a gradient for an argument that is no tensor is refused") {
    const Tensor x = leaf({3});
    CHECK_THROWS_WITH_AS(ForANonTensor::apply(x, 2.0).backward(),
                         Contains("returned a gradient different from None at position 2, but the "
                                  "corresponding forward input was not a Variable"),
                         Error);
  }

  TEST_CASE("an input returned as it is becomes a view with the function's gradient") {
    const Tensor x = leaf({3});
    Tensor y = Identity::apply(x);
    CHECK_FALSE(y.is_same(x));
    CHECK(y.is_alias_of(x));
    y.backward();
    CHECK(same(x.grad(), {5}));
    const Tensor inside = x * 1;
    Tensor z = Identity::apply(inside);
    CHECK_THROWS_WITH_AS(z.add_(1), Contains("This view was created inside a custom Function"),
                         Error);
  }

  TEST_CASE("a TensorList among the arguments is recorded, one gradient for each tensor") {
    const Tensor x = ones({1}, kFloat64);
    const std::vector<Tensor> list{leaf({2}), leaf({3}), ones({1}, kFloat64)};
    const Tensor y = Weighted::apply(x, 10., TensorList(list));
    CHECK(y.requires_grad());
    CHECK(same(y, {61}));
    y.backward();
    CHECK(same(list[0].grad(), {2}));
    CHECK(same(list[1].grad(), {3}));
    CHECK_FALSE(list[2].grad().defined());
    CHECK(same(Weighted::apply(leaf({4}), 10., TensorList()), {4}));
  }

  TEST_CASE("a vector is no tensor to apply, as in libtorch") {
    const std::vector<Tensor> list{leaf({2}), leaf({3})};
    CHECK_FALSE(Weighted::apply(ones({1}, kFloat64), 1., list).requires_grad());
  }

  TEST_CASE("an optional tensor is recorded if it is there") {
    const Tensor x = leaf({1});
    const std::optional<Tensor> y = leaf({2}), none;
    MaybePlus::seen_optional = true;
    MaybePlus::apply(x, y).backward();
    CHECK(same(y->grad(), {2}));
    MaybePlus::seen_optional = false;
    MaybePlus::apply(x, none).backward();
    CHECK(same(x.grad(), {2}));
  }

  TEST_CASE("backward can ask which gradients are needed") {
    const Tensor x = leaf({3});
    Needs::apply(x, ones({1}, kFloat64)).backward();
    CHECK(same(x.grad(), {1}));
  }

  TEST_CASE("what was saved is freed by backward, and a second one is refused") {
    const Tensor x = leaf({3});
    const Tensor y = Cube::apply(x);
    y.backward();
    CHECK_THROWS_WITH_AS(y.backward(),
                         Contains("Trying to backward through the graph a second time"), Error);
  }

  TEST_CASE("a saved tensor that was written is refused") {
    const Tensor x = leaf({3});
    Tensor y = x * 1;
    const Tensor z = Cube::apply(y);
    y.add_(1);
    CHECK_THROWS_WITH_AS(z.backward(), Contains("modified by an inplace operation"), Error);
  }

  TEST_CASE("saved integers carry no gradient and are watched as others") {
    const Tensor x = leaf({1, 2, 3}), index = tensor({0, 1});
    variable_list results = Rows::apply(x, index);
    CHECK_FALSE(results[1].requires_grad());
    results[0].sum().backward();
    CHECK(same(x.grad(), {1, 2, 1}));
    CHECK_THROWS_WITH_AS(results[0].sum().backward(), Contains("a second time"), Error);
    for (const bool given : {true, false}) {
      results = Rows::apply(x, index);
      (given ? index : results[1]).zero_();
      CHECK_THROWS_WITH_AS(results[0].sum().backward(), Contains("[CPULongType [2]] is at version"),
                           Error);
    }
  }
}
