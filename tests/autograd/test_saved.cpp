#include <functional>
#include <string>

#include <doctest/doctest.h>

#include "error_of.h"

#include "gradtape/gradtape.h"

// What gradients read beside values: indices, places, masks, targets, weights. What is refused here
// and what is not is what PyTorch 1.13.1 does.
using namespace gradtape;
using namespace gradtape::testing;
using indexing::None;
using indexing::Slice;

namespace {

struct Made {
  Tensor result, other;  // other is an input or a result of the op
};

struct Case {
  std::string what;
  std::function<Made(const Tensor& x)> make;  // x [3, 4], float64
};

Tensor rows() { return tensor({0, 2}); }
Tensor places() { return tensor({0, 1, 2, 3, 3, 2, 1, 0, 1, 1, 1, 1}).view({3, 4}); }
Tensor mask() { return tensor({true, false, true, false}); }
Tensor classes() { return tensor({0, 1, 2}); }
Tensor filled(IntArrayRef sizes) { return full(sizes, 0.5, kFloat64); }

Made of(std::tuple<Tensor, Tensor> results) { return {std::get<0>(results), std::get<1>(results)}; }

// The op takes other as its argument.
std::function<Made(const Tensor&)> with(Tensor (*other)(),
                                        std::function<Tensor(const Tensor&, const Tensor&)> op) {
  return [other, op](const Tensor& x) {
    Made made;
    made.other = other();
    made.result = op(x, made.other);
    return made;
  };
}

Tensor weights() { return filled({4}); }
Tensor alike() { return filled({3, 4}); }

const Case kRead[] = {
    {"sort", [](const Tensor& x) { return of(x.sort()); }},
    {"sort dim 0", [](const Tensor& x) { return of(x.sort(0, true)); }},
    {"topk", [](const Tensor& x) { return of(x.topk(2)); }},
    {"max dim", [](const Tensor& x) { return of(x.max(0)); }},
    {"min keepdim", [](const Tensor& x) { return of(x.min(1, true)); }},
    {"max_pool1d", [](const Tensor& x) { return of(max_pool1d_with_indices(x, {2})); }},
    {"max_pool2d",
     [](const Tensor& x) {
       return of(max_pool2d_with_indices(x.view({1, 3, 4}), {2}));
     }},
    {"gather", with(places, [](auto& x, auto& i) { return x.gather(1, i); })},
    {"scatter", with(places, [](auto& x, auto& i) { return x.scatter(1, i, alike()); })},
    {"scatter source", with(places, [](auto& x, auto& i) { return alike().scatter(1, i, x); })},
    {"scatter value", with(places, [](auto& x, auto& i) { return scatter(x, 1, i, 2.); })},
    {"scatter_", with(places, [](auto& x, auto& i) { return (x * 1).scatter_(1, i, alike()); })},
    {"scatter_add source",
     with(places, [](auto& x, auto& i) { return alike().scatter_add(1, i, x); })},
    {"index_select", with(rows, [](auto& x, auto& i) { return x.index_select(0, i); })},
    {"index_add source",
     with(rows, [](auto& x, auto& i) { return alike().index_add(0, i, x.slice(0, 0, 2)); })},
    {"take", with(rows, [](auto& x, auto& i) { return take(x, i); })},
    {"index", with(rows, [](auto& x, auto& i) -> Tensor { return x.index({i}); })},
    {"index, the second of two", with(rows,
                                      [](auto& x, auto& i) -> Tensor {
                                        return x.index({tensor({0, 1}), i});
                                      })},
    {"index, after a slice", with(rows,
                                  [](auto& x, auto& i) -> Tensor {
                                    return x.index({Slice(), i});
                                  })},
    {"index, a mask", with(mask,
                           [](auto& x, auto& i) -> Tensor {
                             return x.index({Slice(), i});
                           })},
    {"index_put", with(rows, [](auto& x, auto& i) { return index_put(x, {i}, filled({4})); })},
    {"index_put values",
     with(rows, [](auto& x, auto& i) { return index_put(alike(), {i}, x.slice(0, 0, 2)); })},
    {"index_put accumulate",
     with(rows, [](auto& x, auto& i) { return index_put(x, {i}, filled({4}), true); })},
    {"index_put accumulate values",
     with(rows, [](auto& x, auto& i) { return index_put(alike(), {i}, x.slice(0, 0, 2), true); })},
    {"index_put_",
     with(rows, [](auto& x, auto& i) { return (x * 1).index_put_({i}, x.slice(0, 0, 2)); })},
    {"index_put_ into a view", with(rows,
                                    [](auto& x, auto& i) {
                                      const Tensor y = x * 1;
                                      y.slice(0, 0, 3).index_put_({i}, x.slice(0, 0, 2));
                                      return y;
                                    })},
    {"x[mask] = number", with(mask,
                              [](auto& x, auto& i) {
                                const Tensor y = x * 1;
                                y.index({Slice(), i}) = 0;
                                return y;
                              })},
    {"masked_fill", with(mask, [](auto& x, auto& m) { return x.masked_fill(m, 0.5); })},
    {"masked_fill_", with(mask, [](auto& x, auto& m) { return (x * 1).masked_fill_(m, 0.5); })},
    {"masked_fill value",
     with(mask,
          [](auto& x, auto& m) { return alike().masked_fill(m, x.select(0, 0).select(0, 0)); })},
    {"masked_select", with(mask, [](auto& x, auto& m) { return x.masked_select(m); })},
    {"where", with(mask, [](auto& x, auto& m) { return where(m, x, alike()); })},
    {"where other", with(mask, [](auto& x, auto& m) { return where(m, alike(), x); })},
    {"embedding", with(rows, [](auto& x, auto& i) { return embedding(x, i); })},
    {"nll_loss", with(classes, [](auto& x, auto& t) { return nll_loss(x, t); })},
    {"nll_loss, each",
     with(classes, [](auto& x, auto& t) { return nll_loss(x, t, {}, Reduction::None); })},
    {"nll_loss weight", with(weights, [](auto& x, auto& w) { return nll_loss(x, classes(), w); })},
    {"cross_entropy", with(classes, [](auto& x, auto& t) { return cross_entropy_loss(x, t); })},
    {"cross_entropy weight",
     with(weights, [](auto& x, auto& w) { return cross_entropy_loss(x, classes(), w); })},
    {"cross_entropy, smooth", with(classes,
                                   [](auto& x, auto& t) {
                                     return cross_entropy_loss(x, t, {}, Reduction::Mean, -100,
                                                               0.1);
                                   })},
    {"cross_entropy weight, smooth", with(weights,
                                          [](auto& x, auto& w) {
                                            return cross_entropy_loss(x, classes(), w,
                                                                      Reduction::Mean, -100, 0.1);
                                          })},
    {"cross_entropy probabilities",
     with(alike, [](auto& x, auto& t) { return cross_entropy_loss(x, t); })},
    {"binary_cross_entropy weight",
     with(alike, [](auto& x, auto& w) { return binary_cross_entropy(x.sigmoid(), alike(), w); })},
    {"binary_cross_entropy_with_logits weight",
     with(alike, [](auto& x, auto& w) { return binary_cross_entropy_with_logits(x, alike(), w); })},
    {"mse_loss target", with(alike, [](auto& x, auto& t) { return mse_loss(x, t); })},
    {"lerp weight", with(alike, [](auto& x, auto& w) { return x.lerp(alike(), w); })},
    {"batch_norm weight",
     with(weights, [](auto& x, auto& w) { return batch_norm(x, w, {}, {}, {}, true); })},
    {"layer_norm weight", with(weights, [](auto& x, auto& w) { return layer_norm(x, {4}, w); })},
    {"max_pool1d input", with(alike, [](auto& x, auto& z) { return max_pool1d(z.copy_(x), {2}); })},
    {"avg_pool1d input", with(alike, [](auto& x, auto& z) { return avg_pool1d(z.copy_(x), {2}); })},
    {"adaptive_avg_pool1d input",
     with(alike, [](auto& x, auto& z) { return adaptive_avg_pool1d(z.copy_(x), {2}); })},
    {"nll_loss input",
     with(alike, [](auto& x, auto& z) { return nll_loss(z.copy_(x), classes()); })},
    {"leaky_relu input", with(alike, [](auto& x, auto& z) { return leaky_relu(z.copy_(x)); })},
};

const Case kNotRead[] = {
    {"scatter_add self",
     with(places, [](auto& x, auto& i) { return x.scatter_add(1, i, alike()); })},
    {"index_add self", with(rows,
                            [](auto& x, auto& i) {
                              return x.index_add(0, i, filled({2, 4}));
                            })},
    {"index by a number",
     with(
         +[] { return tensor(1); }, [](auto& x, auto& i) -> Tensor { return x.index({i}); })},
    {"index by a truth value",
     with(
         +[] { return tensor(true); }, [](auto& x, auto& i) -> Tensor { return x.index({i}); })},
    {"argsort",
     [](const Tensor& x) {
       const Tensor order = x.argsort();
       return Made{x.gather(1, order.clone()), order};
     }},
    {"lerp end", with(alike, [](auto& x, auto& e) { return x.lerp(e, 0.5); })},
    {"batch_norm bias",
     with(weights, [](auto& x, auto& b) { return batch_norm(x, {}, b, {}, {}, true); })},
    {"layer_norm bias", with(weights, [](auto& x, auto& b) { return layer_norm(x, {4}, {}, b); })},
    {"sort input", with(alike, [](auto& x, auto& z) { return std::get<0>(z.copy_(x).sort()); })},
    {"max input", with(alike, [](auto& x, auto& z) { return std::get<0>(z.copy_(x).max(0)); })},
    {"index input",
     with(alike, [](auto& x, auto& z) -> Tensor { return z.copy_(x).index({rows()}); })},
    {"index_select input",
     with(alike, [](auto& x, auto& z) { return z.copy_(x).index_select(0, rows()); })},
    {"masked_fill input",
     with(alike, [](auto& x, auto& z) { return z.copy_(x).masked_fill(mask(), 0); })},
    {"where input", with(alike, [](auto& x, auto& z) { return where(mask(), z.copy_(x), z); })},
    {"scatter input",
     with(alike, [](auto& x, auto& z) { return scatter(z.copy_(x), 1, places(), 1.); })},
    {"cross_entropy input",
     with(alike, [](auto& x, auto& z) { return cross_entropy_loss(z.copy_(x), classes()); })},
    {"global average's input",
     with(alike, [](auto& x, auto& z) { return adaptive_avg_pool1d(z.copy_(x), {1}); })},
    // PyTorch refuses these; here the gradient reads a copy.
    {"binary_cross_entropy_with_logits target",
     with(alike, [](auto& x, auto& t) { return binary_cross_entropy_with_logits(x, t); })},
    {"binary_cross_entropy_with_logits pos_weight",
     with(alike,
          [](auto& x, auto& w) { return binary_cross_entropy_with_logits(x, alike(), {}, w); })},
    {"batch_norm running_mean",
     with(weights, [](auto& x, auto& m) { return batch_norm(x, {}, {}, m, weights(), false); })},
    {"batch_norm running_var",
     with(weights, [](auto& x, auto& v) { return batch_norm(x, {}, {}, weights(), v, false); })},
};

Tensor leaf() {
  return tensor({3., -1., 2., 0.5, 1., 4., -2., -3., 6., 5., -5., 7.}, kFloat64)
      .view({3, 4})
      .detach()
      .requires_grad_();
}

constexpr const char* kWritten =
    "one of the variables needed for gradient computation has been modified by an inplace "
    "operation";
constexpr const char* kSecondTime = "Trying to backward through the graph a second time";

}  // namespace

TEST_SUITE("autograd/saved") {
  TEST_CASE("what a gradient reads may not be written before it") {
    for (const Case& entry : kRead) {
      const Made made = entry.make(leaf());
      const Tensor loss = made.result.sum();
      Tensor(made.other).zero_();
      const std::string text = error_of([&] { loss.backward(); });
      CHECK_MESSAGE(contains(text, kWritten), entry.what, ": ", text);
      const Tensor again = entry.make(leaf()).result.sum();
      CHECK_MESSAGE(error_of([&] { again.backward(); }).empty(), entry.what);
    }
  }

  TEST_CASE("what no gradient reads may be written") {
    for (const Case& entry : kNotRead) {
      const Tensor x = leaf(), y = leaf();
      entry.make(x).result.sum().backward();
      const Made made = entry.make(y);
      const Tensor loss = made.result.sum();
      Tensor(made.other).zero_();
      const std::string text = error_of([&] { loss.backward(); });
      CHECK_MESSAGE(text.empty(), entry.what, ": ", text);
      CHECK_MESSAGE(x.grad().equal(y.grad()), entry.what);
    }
  }

  TEST_CASE("integer results carry no gradient and their values are output 0") {
    const auto check = [](const Made& made, const char* name) {
      CHECK(made.result.grad_fn()->name() == name);
      CHECK(made.result.output_nr() == 0);
      CHECK_FALSE(made.other.requires_grad());
      CHECK(made.other.grad_fn() == nullptr);
    };
    const Tensor x = leaf();
    check(of(x.sort()), "SortBackward0");
    check(of(x.topk(1)), "TopkBackward0");
    check(of(x.max(0)), "MaxBackward0");
    check(of(x.min(0)), "MinBackward0");
    check(of(max_pool2d_with_indices(x.view({1, 3, 4}), {2})), "MaxPool2DWithIndicesBackward0");
  }

  TEST_CASE("the error names what was written and who reads it") {
    const Tensor x = leaf();
    auto [values, indices] = x.sort();
    indices.zero_();
    CHECK_THROWS_WITH_AS(values.sum().backward(),
                         doctest::Contains("operation: [CPULongType [3, 4]] is at version 1; "
                                           "expected version 0 instead. It is read by the gradient "
                                           "of SortBackward0."),
                         Error);
    CHECK_FALSE(x.grad().defined());
    const Tensor index = rows();
    const Tensor read = x.index({index});
    index.view({2, 1}).add_(1);  // through a view
    CHECK_THROWS_WITH_AS(read.sum().backward(),
                         doctest::Contains("[CPULongType [2]] is at version 1; expected version 0"),
                         Error);
  }

  TEST_CASE("indices are freed by backward, and a second one is refused") {
    const auto refused = [](const Tensor& y) {
      const Tensor seed = ones_like(y);
      y.backward(seed);
      CHECK(contains(error_of([&] { y.backward(seed); }), kSecondTime));
    };
    const Tensor x = leaf();
    refused(std::get<0>(x.sort()));
    refused(std::get<0>(x.max(0)));
    refused(max_pool1d(x, {2}));
    refused(x.index({rows()}));
    refused(index_put(x, {rows()}, filled({4})));
    refused(index_put(x, {rows()}, filled({4}), /*accumulate=*/true));
    refused(nll_loss(x, classes()));
    refused(cross_entropy_loss(x, classes()));
    refused(batch_norm(x, {}, {}, {}, {}, true));
    refused(layer_norm(x, {4}));
  }

  TEST_CASE("the indices are watched between a first and a second derivative too") {
    const auto refused = [](Tensor (*other)(), const auto& op) {
      const Tensor x = leaf(), changed = other();
      const Tensor y = op(x, changed);
      const Tensor seed = ones_like(y).requires_grad_();
      const Tensor grad = autograd::grad({y}, {x}, {seed}, true, /*create_graph=*/true)[0];
      changed.zero_();
      CHECK(contains(error_of([&] { grad.sum().backward(); }), kWritten));
    };
    refused(rows, [](auto& x, auto& i) -> Tensor { return x.index({i}); });
    refused(rows, [](auto& x, auto& i) { return index_put(alike(), {i}, x.slice(0, 0, 2)); });
    refused(classes, [](auto& x, auto& t) { return nll_loss(x, t); });
    refused(classes, [](auto& x, auto& t) { return cross_entropy_loss(x, t); });
    refused(weights, [](auto& x, auto& w) { return nll_loss(x, classes(), w); });
  }
}
