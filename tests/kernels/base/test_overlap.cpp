#include "doctest/doctest.h"
#include "error_of.h"

#include "gradtape/gradtape.h"

// What PyTorch 1.13.1 refuses and allows, op by op: each case was asked of Python.
using namespace gradtape;
using namespace gradtape::indexing;
using gradtape::testing::error_of;

namespace {

constexpr const char* kInternal =
    "unsupported operation: more than one element of the written-to tensor refers to a single "
    "memory location. Please clone() the tensor before performing the operation.";
constexpr const char* kShared =
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a "
    "single memory location. Please clone() the tensor before performing the operation.";

// Two rows that are one.
Tensor rows() { return zeros({1, 2}).expand({2, 2}); }
Tensor numbers(int64_t n) { return arange(static_cast<double>(n)); }
Tensor index_of(std::vector<int64_t> values) { return tensor(values); }
Tensor backwards() { return index_of({3, 2, 1, 0}); }

bool same(const Tensor& a, std::vector<double> values) {
  return equal(a.to(kFloat64).reshape({-1}), tensor(values).to(kFloat64));
}

// The error, and that nothing was written.
template <class F>
std::string refusal(const Tensor& written, const F& write) {
  const Tensor before = written.clone();
  const uint32_t version = written._version();
  const std::string error = error_of(write);
  CHECK(equal(written, before));
  CHECK(written._version() == version);
  return error;
}

}  // namespace

TEST_SUITE("overlap") {
  TEST_CASE("a tensor whose elements share memory is not written") {
    const Tensor zero = zeros({2, 2}, kInt64), one = ones({2, 2});
    CHECK(error_of([&] { rows().add_(1); }) == kInternal);
    CHECK(error_of([&] { rows().exp_(); }) == kInternal);
    CHECK(error_of([&] { rows().square_(); }) == kInternal);
    CHECK(error_of([&] { rows().clamp_(0, 1); }) == kInternal);
    CHECK(error_of([&] { rows().addcmul_(one, one); }) == kInternal);
    CHECK(error_of([&] { rows().lerp_(one, 0.5); }) == kInternal);
    CHECK(error_of([&] { rows().copy_(one); }) == kInternal);
    CHECK(error_of([&] { rows().scatter_(0, zero, one); }) == kInternal);
    CHECK(error_of([&] { rows().scatter_(0, zero, 1.); }) == kInternal);
    CHECK(error_of([&] { rows().scatter_(0, zeros({0, 2}, kInt64), 1.); }) == kInternal);
    CHECK(error_of([&] { rows().scatter_add_(0, zero, one); }) == kInternal);
    CHECK(error_of([&] { rows().index_add_(0, index_of({0, 0}), one); }) == kInternal);
    CHECK(error_of([&] { rows().normal_(); }) == kInternal);
    CHECK(error_of([&] { rows().uniform_(); }) == kInternal);
    CHECK(error_of([&] { rows().random_(); }) == kInternal);
    CHECK(error_of([&] { rows().random_(5); }) == kInternal);
    CHECK(error_of([&] { rows().exponential_(); }) == kInternal);
    CHECK(error_of([&] { rows().bernoulli_(0.5); }) == kInternal);
    CHECK(error_of([&] { rows().bernoulli_(one); }) == kInternal);
  }

  TEST_CASE("unless what is written is the same everywhere, or by index or mask") {
    CHECK(same(rows().fill_(1), {1, 1, 1, 1}));
    CHECK(same(rows().zero_(), {0, 0, 0, 0}));
    CHECK(same(rows().masked_fill_(ones({2, 2}, kBool), 1), {1, 1, 1, 1}));
    CHECK(same(rows().index_put_({index_of({0, 1})}, ones({2, 2})), {1, 1, 1, 1}));
    CHECK(zeros({1, 0}).expand({2, 0}).add_(1).numel() == 0);
    CHECK(zeros({1, 0}).expand({2, 0}).copy_(zeros({2, 0})).numel() == 0);
  }

  TEST_CASE("an input that shares a part of the memory is not read") {
    const Tensor x = numbers(4), front = x.slice(0, 0, 3), back = x.slice(0, 1);
    CHECK(refusal(x, [&] { front.add_(back); }) == kShared);
    CHECK(refusal(x, [&] { front.mul_(x.data().slice(0, 1)); }) == kShared);
    CHECK(refusal(x, [&] { x.add_(x.slice(0, 0, 1)); }) == kShared);
    CHECK(refusal(x, [&] { x.add_(x[1]); }) == kShared);
    CHECK(refusal(x, [&] { front.addcmul_(back, back); }) == kShared);
    CHECK(refusal(x, [&] { front.lerp_(back, 0.5); }) == kShared);
    CHECK(refusal(x, [&] { front.pow_(back); }) == kShared);
    CHECK(refusal(x, [&] { front.copy_(back); }) == kShared);
    CHECK(refusal(x, [&] { x.view({2, 2}).copy_(x.view({2, 2}).t()); }) == kShared);
    CHECK(refusal(x, [&] { x.view({2, 2}).add_(x.view({2, 2}).t()); }) == kShared);
    const Tensor p = ones({4});
    CHECK(refusal(p, [&] { p.slice(0, 0, 3).bernoulli_(p.slice(0, 1)); }) == kShared);
    const Tensor mask = tensor({1, 0, 1, 1}).to(kBool);
    CHECK(refusal(mask, [&] { mask.slice(0, 0, 3).masked_fill_(mask.slice(0, 1), 0); }) == kShared);
    const Tensor square = tensor({1, 0, 1, 1}).to(kBool).view({2, 2});
    CHECK(refusal(square, [&] { square.masked_fill_(square[0], 0); }) == kShared);
  }

  TEST_CASE("but may be what is written, element for element") {
    const Tensor x = numbers(4);
    CHECK(same(x.add_(x), {0, 2, 4, 6}));
    CHECK(same(x.add_(x.detach()), {0, 4, 8, 12}));
    CHECK(same(x.copy_(x.data()), {0, 4, 8, 12}));
    const Tensor mask = tensor({1, 0, 1}).to(kBool);
    CHECK(same(mask.masked_fill_(mask, 0), {0, 0, 0}));
    const Tensor values = numbers(4);
    CHECK(same(values.masked_fill_(values > 0, values[2]), {0, 2, 2, 2}));
    const Tensor p = ones({3});
    CHECK(same(p.bernoulli_(p), {1, 1, 1}));
  }

  TEST_CASE("scatter_, index_add_ and index_put_ read nothing that they write") {
    const Tensor x = numbers(4);
    CHECK(refusal(x, [&] { x.scatter_(0, backwards(), x); }) == kShared);
    CHECK(refusal(x, [&] { x.scatter_(0, backwards(), x.data()); }) == kShared);
    CHECK(refusal(x, [&] { x.scatter_add_(0, backwards(), x); }) == kShared);
    CHECK(refusal(x, [&] { x.index_add_(0, backwards(), x); }) == kShared);
    CHECK(refusal(x, [&] { x.index_put_({backwards()}, x); }) == kShared);
    CHECK(refusal(x, [&] { x.index({index_of({2, 0})}) = x[1]; }) == kShared);
    CHECK(refusal(x, [&] {
            x.slice(0, 0, 3).scatter_(0, index_of({2, 1, 0}), x.slice(0, 1));
          }) == kShared);
    const Tensor mask = tensor({1, 0, 1}).to(kBool);
    CHECK(refusal(mask, [&] { mask.index_put_({mask}, tensor({0, 0}).to(kBool)); }) == kShared);
  }

  TEST_CASE("nor an index that they write") {
    for (const Tensor& other : {Tensor(), index_of({1, 0})}) {
      const Tensor x = other.defined() ? other : index_of({1, 0});
      CHECK(refusal(x, [&] { x.scatter_(0, x, int64_t{1} << 34); }) == kShared);
      CHECK(refusal(x, [&] { x.scatter_(0, x.data(), int64_t{1} << 34); }) == kShared);
      CHECK(refusal(x, [&] { x.scatter_(0, x, index_of({int64_t{1} << 34, 1})); }) == kShared);
      CHECK(refusal(x, [&] { x.scatter_add_(0, x, index_of({int64_t{1} << 34, 1})); }) == kShared);
      CHECK(refusal(x, [&] { x.index_add_(0, x, index_of({5, 6})); }) == kShared);
      CHECK(refusal(x, [&] { x.index_put_({x}, index_of({5, 6})); }) == kShared);
      CHECK(refusal(x, [&] { x.index_put_({x}, 5); }) == kShared);
    }
  }

  TEST_CASE("one value at a mask may be written to that mask") {
    Tensor mask = tensor({1, 0, 1}).to(kBool);
    mask.index_put_({mask}, 0);
    CHECK(same(mask, {0, 0, 0}));
    const Tensor x = numbers(4);
    x.index_put_({x > 1}, x[1]);
    CHECK(same(x, {0, 1, 1, 1}));
  }

  TEST_CASE("other parts of the same memory may be read") {
    const Tensor x = numbers(8);
    CHECK(same(x.slice(0, 0, 4).scatter_(0, backwards(), x.slice(0, 4)), {7, 6, 5, 4}));
    const Tensor y = numbers(8);
    CHECK(same(y.slice(0, 0, 8, 2).scatter_(0, backwards(), y.slice(0, 1, 8, 2)), {7, 5, 3, 1}));
    const Tensor z = numbers(4);
    CHECK(same(z.slice(0, 0, 2).add_(z.slice(0, 2)), {2, 4}));
  }

  // PyTorch does not look at tensors with gaps, and reads what was written on the way.
  TEST_CASE("where tensors have gaps everything is read first") {
    const Tensor x = numbers(8);
    CHECK(same(x.slice(0, 0, 8, 2).scatter_(0, backwards(), x.slice(0, 0, 8, 2)), {6, 4, 2, 0}));
    const Tensor y = numbers(8);
    CHECK(same(y.slice(0, 0, 8, 2).copy_(y.slice(0, 0, 4)), {0, 1, 2, 3}));
    const Tensor z = numbers(8);
    CHECK(same(z.slice(0, 0, 8, 2).add_(z.slice(0, 0, 4)), {0, 3, 6, 9}));
    const Tensor index = index_of({1, 9, 0, 9});
    CHECK(same(index.slice(0, 0, 4, 2).scatter_(0, index.slice(0, 0, 4, 2), int64_t{1} << 34),
               {double(int64_t{1} << 34), double(int64_t{1} << 34)}));
  }

  TEST_CASE("a leaf that needs a gradient is refused as a leaf first") {
    const Tensor x = numbers(4).requires_grad_();
    CHECK(error_of([&] { x.scatter_(0, backwards(), x); }) ==
          "a leaf Variable that requires grad is being used in an in-place operation.");
    const Tensor y = x * 1;
    CHECK(refusal(y, [&] { y.scatter_(0, backwards(), y); }) == kShared);
  }

  TEST_CASE("an optimizer refuses a parameter whose elements share memory") {
    const Tensor p = zeros({1}).expand({3}).requires_grad_();
    p.mutable_grad() = ones({3});
    optim::SGD sgd(std::vector<Tensor>{p}, optim::SGDOptions(0.1));
    CHECK(error_of([&] { sgd.step(); }) == kInternal);
    CHECK(same(p.detach(), {0, 0, 0}));
  }

  // What a pointer writes no version counter sees.
  TEST_CASE("an index that was changed after the forward pass is checked again") {
    const Tensor x = ones({3, 2}).requires_grad_();
    const auto backward = [&](const auto& op) {
      const Tensor index = zeros({2}, kInt64);
      const Tensor y = op(index).sum();
      index.data_ptr<int64_t>()[1] = int64_t{1} << 34;
      return error_of([&] { y.backward(); });
    };
    CHECK(gradtape::testing::contains(
        backward([&](const Tensor& index) { return x.index_select(0, index); }),
        "index 17179869184 is out of bounds"));
    CHECK(gradtape::testing::contains(
        backward([&](const Tensor& index) { return embedding(x, index); }),
        "index 17179869184 is out of bounds"));
    CHECK(gradtape::testing::contains(backward([&](const Tensor& index) {
                                        return x.gather(0, index.view({2, 1}));
                                      }),
                                      "index 17179869184 is out of bounds"));
    CHECK(gradtape::testing::contains(
        backward([&](const Tensor& target) { return nll_loss(x.narrow(0, 0, 2), target); }),
        "Target 17179869184 is out of bounds"));
    CHECK(gradtape::testing::contains(backward([&](const Tensor& target) {
                                        return cross_entropy_loss(x.narrow(0, 0, 2), target);
                                      }),
                                      "Target 17179869184 is out of bounds"));
  }

  TEST_CASE("places and masks that were changed after the forward pass are checked again") {
    const Tensor x = ones({1, 4, 4}).requires_grad_();
    const auto [values, places] = max_pool2d_with_indices(x, 2);
    places.data().fill_(99);
    const Tensor sum = values.sum();
    CHECK(gradtape::testing::contains(error_of([&] { sum.backward(); }),
                                      "index 99 is out of bounds"));
    const Tensor mask = full({4}, true, kBool), y = ones({4}).requires_grad_();
    const Tensor chosen = y.masked_select(mask).sum();
    mask.data().fill_(false);
    CHECK(
        gradtape::testing::contains(error_of([&] { chosen.backward(); }), "the mask has changed"));
  }
}
