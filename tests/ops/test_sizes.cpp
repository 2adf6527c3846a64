#include <functional>
#include <limits>
#include <string>

#include "doctest/doctest.h"
#include "error_of.h"

#include "gradtape/gradtape.h"

// Sizes that no memory has and no arithmetic holds, thrown at everything that takes sizes. Under
// the sanitizers, which the library is tested with, this also shows that nothing overflows.
using namespace gradtape;
using gradtape::testing::contains;
using gradtape::testing::error_of;

namespace {

constexpr int64_t kTop = std::numeric_limits<int64_t>::max();
constexpr int64_t kBottom = std::numeric_limits<int64_t>::min();
constexpr int64_t kHuge[] = {kTop,     kTop - 1,         kTop / 2 + 1,
                             kTop / 2, int64_t{1} << 61, int64_t{1} << 50};
constexpr int64_t kNegative[] = {kBottom, kBottom + 1, kBottom / 2, -9};

std::vector<double> list(const Tensor& x) {
  const Tensor flat = x.to(kFloat64).contiguous().view({-1});
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}
using List = std::vector<double>;

// f must throw Error, and nothing else.
void refuses(const char* what, int64_t n, const std::function<void(int64_t)>& f) {
  CAPTURE(std::string(what));
  CAPTURE(n);
  CHECK_THROWS_AS(f(n), Error);
}

void refuses_huge(const char* what, const std::function<void(int64_t)>& f) {
  for (const int64_t n : kHuge) refuses(what, n, f);
}
void refuses_all(const char* what, const std::function<void(int64_t)>& f) {
  refuses_huge(what, f);
  for (const int64_t n : kNegative) refuses(what, n, f);
}
// f may answer or throw Error.
void survives(const char* what, const std::function<void(int64_t)>& f) {
  for (const auto& numbers : {ArrayRef<int64_t>(kHuge, 6), ArrayRef<int64_t>(kNegative, 4)}) {
    for (const int64_t n : numbers) {
      CAPTURE(std::string(what));
      CAPTURE(n);
      try {
        f(n);
      } catch (const Error&) {
      }
    }
  }
}

}  // namespace

TEST_SUITE("sizes") {
  TEST_CASE("factories") {
    refuses_all("empty", [](int64_t n) { empty({n}); });
    refuses_all("empty 2", [](int64_t n) { empty({n, n}); });
    refuses_all("zeros", [](int64_t n) { zeros({2, n}); });
    refuses_all("ones", [](int64_t n) { ones({n, 2}); });
    refuses_all("full", [](int64_t n) { full({n}, 1); });
    refuses_all("rand", [](int64_t n) { rand({n}); });
    refuses_all("randn", [](int64_t n) { randn({n}); });
    refuses_all("randint", [](int64_t n) { randint(5, {n}); });
    refuses_all("randperm", [](int64_t n) { randperm(n); });
    refuses_all("eye", [](int64_t n) { eye(n); });
    refuses_all("eye 2", [](int64_t n) { eye(n, n); });
    refuses_all("linspace", [](int64_t n) { linspace(0, 1, n); });
    refuses_all("logspace", [](int64_t n) { logspace(0, 1, n); });
    refuses_huge("arange", [](int64_t n) { arange(n); });
    refuses("arange", kBottom, [](int64_t n) { arange(n); });
    refuses("arange", kBottom, [](int64_t n) { arange(n, kTop); });
    refuses("arange 1e30", 0, [](int64_t) { arange(1e30); });
    refuses("arange 1e30", 0, [](int64_t) { arange(0, 1e30, 1, kInt64); });
    refuses_all("empty_strided", [](int64_t n) { empty_strided({n}, {1}); });
    refuses_all("empty_strided", [](int64_t n) { empty_strided({2}, {n}); });
    refuses_huge("without elements", [](int64_t n) { empty({0, n, n}); });
    refuses_huge("without elements", [](int64_t n) { empty({n, n, 0}); });
    refuses_all("new_zeros", [](int64_t n) { ones({1}).new_zeros({n}); });
    refuses_all("resize_", [](int64_t n) { ones({1}).resize_({n}); });
    refuses_huge("resize_", [](int64_t n) { ones({3}).slice(0, 1).resize_({n / 4}); });
    float memory[4] = {};
    refuses_huge("from_blob", [&](int64_t n) { from_blob(memory, {n, n}); });
    refuses("from_blob", kTop, [&](int64_t n) { from_blob(memory, {2}, {n}); });
    refuses("from_blob", int64_t{1} << 61, [&](int64_t n) { from_blob(memory, {2}, {n}); });
    refuses("from_blob", kBottom, [&](int64_t n) { from_blob(memory, {2}, {n}); });
    refuses_all("one_hot", [](int64_t n) { one_hot(zeros({2}, kInt64), n); });
    refuses("one_hot", kTop, [](int64_t n) { one_hot(full({1}, n)); });
    CHECK(arange(kBottom, kTop, int64_t{1} << 62, kFloat64).numel() == 4);
  }

  TEST_CASE("memory that the machine does not have is an Error with the bytes asked for") {
    constexpr const char* kWords =
        "DefaultCPUAllocator: can't allocate memory: you tried to allocate ";
    CHECK(contains(error_of([] { arange(1e12); }), str(kWords, "4000000000000 bytes")));
    CHECK(contains(error_of([] { empty({int64_t{1} << 50}); }), str(kWords, int64_t{1} << 52)));
    CHECK(contains(error_of([] { zeros({3}).resize_({int64_t{1} << 50}); }),
                   str(kWords, int64_t{1} << 52)));
    CHECK_THROWS_AS(Storage::allocate(size_t{1} << 60), Error);
    CHECK(contains(error_of([] {
                     adaptive_avg_pool1d(ones({3, 2}), int64_t{1} << 48);
                   }),
                   str(kWords, 3 * (int64_t{1} << 50))));
  }

  TEST_CASE("views") {
    const Tensor x = arange(6.).view({2, 3});
    refuses_all("view", [&](int64_t n) { x.view({n, -1}); });
    refuses_all("view", [&](int64_t n) { x.view({n, n}); });
    refuses("a product that wraps to 0", 0, [&](int64_t) {
      zeros({0}).view({int64_t{1} << 32, int64_t{1} << 32});
    });
    refuses_all("reshape", [&](int64_t n) { x.reshape({n, n, -1}); });
    refuses_all("unflatten", [&](int64_t n) { x.unflatten(1, {n, n}); });
    refuses_all("expand", [&](int64_t n) { x.expand({n, n, 2, 3}); });
    refuses_all("select", [&](int64_t n) { x.select(1, n); });
    refuses_all("narrow", [&](int64_t n) { x.narrow(1, n, 1); });
    refuses_all("narrow", [&](int64_t n) { x.narrow(1, 1, n); });
    refuses_all("as_strided", [&](int64_t n) { x.as_strided({n}, {1}); });
    refuses_all("as_strided", [&](int64_t n) { x.as_strided({2}, {n}); });
    refuses_all("as_strided", [&](int64_t n) { x.as_strided({2}, {1}, n); });
    refuses("as_strided", 0,
            [&](int64_t) { ones({4}).as_strided({2}, {(int64_t{1} << 62) - 1000}); });
    refuses_all("unfold", [&](int64_t n) { x.unfold(1, n, 1); });
    refuses_all("split_with_sizes", [&](int64_t n) { x.split_with_sizes({n, n, 5}, 1); });
    refuses("sizes that wrap to 3", kTop, [&](int64_t n) { x.split_with_sizes({n, n, 5}, 1); });
    refuses_all("transpose", [&](int64_t n) { x.transpose(n, 0); });
    refuses_all("permute", [&](int64_t n) { x.permute({n, 0}); });
    refuses_all("flatten", [&](int64_t n) { x.flatten(n); });
    refuses_all("squeeze", [&](int64_t n) { x.squeeze(n); });
    refuses_all("unsqueeze", [&](int64_t n) { x.unsqueeze(n); });
    refuses_huge("chunk of nothing", [&](int64_t n) { zeros({0}).chunk(n); });
    refuses("chunk", kBottom, [&](int64_t n) { x.chunk(n); });
    refuses_huge("split of many", [](int64_t n) { ones({1}).expand({n}).split(1); });
    refuses_huge("unbind of many", [](int64_t n) { ones({1}).expand({n}).unbind(); });

    CHECK(x.expand({kTop / 6, 2, 3}).numel() == kTop / 6 * 6);
    CHECK(list(x.slice(1, kBottom, kTop, kTop)) == List{0, 3});
    CHECK(list(x.slice(1, 0, kTop, kTop).mul(2)) == List{0, 6});
    CHECK(x.slice(1, 0, 3, kTop).slice(1, 1, 1).numel() == 0);
    CHECK(list(x.unfold(1, 2, kTop)) == List{0, 1, 3, 4});
    CHECK(list(x.unfold(1, 2, kTop).unsqueeze(1).add(1)) == List{1, 2, 4, 5});
    CHECK(x.split(kTop, 1).size() == 1);
    CHECK(x.chunk(kTop, 1).size() == 3);
    CHECK(x.diagonal(kTop).numel() == 0);
    CHECK(x.diagonal(kBottom).numel() == 0);
    CHECK(x.diagonal(-kTop).numel() == 0);
    survives("slice", [&](int64_t n) { x.slice(1, n).add(1); });
    survives("slice", [&](int64_t n) { x.slice(1, 0, n).add(1); });
    survives("slice", [&](int64_t n) { x.slice(1, 0, 3, n).add(1).t().clone(); });
    survives("index", [&](int64_t n) { x.index({indexing::Slice(n, n, n), n}); });
    survives("no elements", [&](int64_t n) {
      zeros({0}).as_strided({0, n}, {n, n}, n).unsqueeze(2).slice(0, 0, 0, n).select(1, n - 1);
    });
  }

  TEST_CASE("gradients of views with huge steps") {
    const Tensor x = arange(6., TensorOptions(kFloat64)).view({2, 3}).requires_grad_();
    x.slice(1, 0, kTop, kTop).sum().backward();
    CHECK(list(x.grad()) == List{1, 0, 0, 1, 0, 0});
    x.mutable_grad() = {};
    x.unfold(1, 2, kTop).sum().backward();
    CHECK(list(x.grad()) == List{1, 1, 0, 1, 1, 0});
  }

  TEST_CASE("joins and moves") {
    const Tensor x = arange(3.);
    refuses_all("repeat", [&](int64_t n) { x.repeat({n}); });
    refuses_all("repeat", [&](int64_t n) { x.repeat({n, n}); });
    refuses_all("tile", [&](int64_t n) { tile(x, {n, 2}); });
    refuses_huge("cat", [](int64_t n) { cat({ones({1}).expand({n}), ones({1}).expand({n})}); });
    refuses_huge("stack", [](int64_t n) { stack({ones({1}).expand({n}), ones({1}).expand({n})}); });
    refuses_huge("meshgrid", [](int64_t n) {
      const Tensor wide = ones({1}).expand({n});
      meshgrid({wide, wide});
    });
    refuses_all("flip", [&](int64_t n) { x.flip({n}); });
    refuses("repeat of nothing", kTop, [](int64_t n) { zeros({0}).repeat({n, n, n}); });
    // 2^63 - 1 and -2^63 are 1 modulo 3.
    CHECK(list(x.roll(kTop, 0)) == List{2, 0, 1});
    CHECK(list(x.roll(kBottom, 0)) == List{2, 0, 1});
    survives("roll", [&](int64_t n) { x.roll(n); });
  }

  TEST_CASE("matrices and indices") {
    const Tensor x = ones({2, 2});
    CHECK(list(x.tril(kTop)) == List{1, 1, 1, 1});
    CHECK(list(x.tril(kBottom)) == List{0, 0, 0, 0});
    CHECK(list(x.triu(kBottom)) == List{1, 1, 1, 1});
    CHECK(list(x.triu(kTop)) == List{0, 0, 0, 0});
    refuses_huge("diag", [](int64_t n) { ones({2}).diag(n); });
    for (const int64_t n : {kBottom, kBottom + 1, kBottom / 2}) {
      refuses("diag", n, [](int64_t m) { ones({2}).diag(m); });
    }
    refuses_all("gather", [&](int64_t n) { x.gather(0, full({1, 1}, n)); });
    refuses_all("scatter", [&](int64_t n) { gradtape::scatter(x, 0, full({1, 1}, n), 1); });
    refuses_all("scatter_", [&](int64_t n) { ones({2, 2}).scatter_(0, full({1, 1}, n), 1); });
    refuses_all("index_select", [&](int64_t n) { x.index_select(0, full({1}, n)); });
    refuses_all("index_add", [&](int64_t n) { x.index_add(0, full({1}, n), ones({1, 2})); });
    refuses("index", kBottom, [&](int64_t n) { x.index({full({1}, n)}); });
    refuses_huge("index", [&](int64_t n) { x.index({full({1}, n)}); });
    refuses_huge("take", [&](int64_t n) { take(x, full({1}, n)); });
    refuses("take", kBottom, [&](int64_t n) { take(x, full({1}, n)); });
    refuses_all("embedding", [&](int64_t n) { embedding(x, full({1}, n)); });
    refuses_all("topk", [&](int64_t n) { x.topk(n); });
    refuses_huge("index of many", [&](int64_t n) { x.index({zeros({1}, kInt64).expand({n})}); });
    refuses_huge("outer", [](int64_t n) {
      const Tensor wide = ones({1}).expand({n});
      outer(wide, wide);
    });
    refuses_huge("broadcast", [](int64_t n) {
      ones({1, 1}).expand({n, 1}).add(ones({1, 1}).expand({1, n}));
    });
    refuses_huge("matmul", [](int64_t n) {
      matmul(ones({1, 1, 1, 1}).expand({n, 1, 1, 1}), ones({1, 1, 1}).expand({n, 1, 1}));
    });
    refuses_huge("linear", [](int64_t n) { linear(ones({1, 1}).expand({n, 1}), ones({2, 1})); });
  }

  TEST_CASE("a 0-d source is one element, not a slice") {
    const Tensor index = zeros({1}, kInt64);
    refuses("2-d self", 0, [&](int64_t) {
      zeros({2, 50'000'000}).index_add(0, index, full({}, 1.));
    });
    refuses("2-d self", 0, [&](int64_t) { zeros({2, 1}).index_add_(0, index, full({}, 1.)); });
    refuses("2-d source", 0, [&](int64_t) { zeros({}).index_add(0, index, ones({1, 3})); });
    CHECK(list(zeros({2}).index_add(0, index, full({}, 1.))) == List{1, 0});
    CHECK(list(zeros({}).index_add(0, index, ones({1}))) == List{1});
    CHECK(list(zeros({}).index_add(0, index, full({}, 1.))) == List{1});
  }

  TEST_CASE("pools") {
    const Tensor x = arange(3.).view({1, 3}), image = ones({1, 3, 3});
    for (const bool ceil : {false, true}) {
      refuses_all("max_pool2d kernel", [&](int64_t n) {
        max_pool2d(image, {n, n}, 1, 0, 1, ceil);
      });
      refuses_all("max_pool1d dilation", [&](int64_t n) { max_pool1d(x, 2, 1, 0, n, ceil); });
      refuses_all("avg_pool1d kernel", [&](int64_t n) { avg_pool1d(x, n, 1, 0, ceil); });
      refuses_all("max_pool1d padding", [&](int64_t n) { max_pool1d(x, 2, 1, n, 1, ceil); });
      survives("max_pool1d", [&](int64_t n) { max_pool1d(x, n, n, n / 2, 1, ceil); });
      survives("max_pool2d", [&](int64_t n) { max_pool2d(image, n, n, n / 2, 1, ceil); });
      survives("max_pool1d", [&](int64_t n) { max_pool1d(x, n, n / 2, n / 2, 1, ceil); });
      survives("max_pool1d stride", [&](int64_t n) { max_pool1d(x, 2, n, 1, 1, ceil); });
      survives("avg_pool1d", [&](int64_t n) { avg_pool1d(x, n, n, n / 2, ceil); });
      survives("avg_pool2d", [&](int64_t n) { avg_pool2d(image, n, 1, n / 2, ceil); });
    }
    refuses("max_pool1d kernel", 0, [&](int64_t) { max_pool1d(x, int64_t{1} << 31); });
    refuses_all("adaptive_avg_pool1d", [&](int64_t n) { adaptive_avg_pool1d(ones({3, 2}), n); });
    refuses_all("adaptive_avg_pool2d", [&](int64_t n) {
      adaptive_avg_pool2d(ones({3, 2, 2}), {1, n});
    });
    refuses_huge("many windows", [](int64_t n) { avg_pool1d(ones({1, 1}).expand({1, n}), 2); });

    // From PyTorch: each window has the whole input, or as much of it as it reaches.
    CHECK(list(max_pool1d(x, int64_t{1} << 31, 1, int64_t{1} << 30)) == List{2, 2, 2, 2});
    CHECK(list(max_pool1d(x, 8, 1, 4)) == List{2, 2, 2, 2});
    CHECK(list(max_pool1d(x.neg(), 4, 1, 2)) == List{0, 0, 0, -1});
    CHECK(list(std::get<1>(max_pool1d_with_indices(x.neg(), 6, 1, 3))) == List{0, 0, 0, 0});
    CHECK(list(max_pool1d(x, int64_t{1} << 31, {}, 0, 1, true)) == List{2});
    CHECK(list(max_pool1d(x, 2, 1, 1, 2)) == List{1, 2, 1});
  }

  TEST_CASE("convolutions") {
    const Tensor x = ones({1, 1, 3}), w = ones({1, 1, 2}), one = ones({1, 1, 1});
    const Tensor image = ones({1, 1, 3, 3}), square = ones({1, 1, 2, 2});
    const int64_t none = 0;  // a literal 0 could be a string
    refuses_all("padding", [&](int64_t n) { conv1d(x, w, {}, 1, n); });
    refuses_all("padding", [&](int64_t n) { conv2d(image, square, {}, 1, n); });
    refuses_all("dilation", [&](int64_t n) { conv1d(x, w, {}, 1, none, n); });
    refuses_all("dilation", [&](int64_t n) { conv2d(image, square, {}, 1, none, n); });
    refuses_all("groups", [&](int64_t n) { conv1d(x, w, {}, 1, none, 1, n); });
    refuses_all("dilation, same", [&](int64_t n) { conv1d(x, ones({1, 1, 4}), {}, 1, "same", n); });
    CHECK(list(conv1d(x, w, {}, kTop)) == List{2});
    CHECK(list(conv2d(image, square, {}, kTop)) == List{4});
    CHECK(list(conv1d(x, one, {}, 1, none, kTop)) == List{1, 1, 1});
    CHECK(list(conv1d(x.to(kFloat64), w.to(kFloat64), {}, kTop)) == List{2});
  }

  TEST_CASE("layers") {
    refuses_all("Linear", [](int64_t n) { nn::Linear(n, 2); });
    refuses_all("Linear", [](int64_t n) { nn::Linear(2, n); });
    refuses_all("Conv2d", [](int64_t n) { nn::Conv2d(nn::Conv2dOptions(1, n, 3)); });
    refuses_all("Conv2d", [](int64_t n) { nn::Conv2d(nn::Conv2dOptions(1, 1, n)); });
    refuses_all("Conv1d", [](int64_t n) { nn::Conv1d(nn::Conv1dOptions(n, 1, 3)); });
    refuses_all("Embedding", [](int64_t n) { nn::Embedding(n, 2); });
    refuses_all("LSTM", [](int64_t n) { nn::LSTM(nn::LSTMOptions(2, n)); });
    refuses_all("LSTM", [](int64_t n) { nn::LSTM(nn::LSTMOptions(n, 2)); });
    refuses_all("LSTMCell", [](int64_t n) { nn::LSTMCell(nn::LSTMCellOptions(2, n)); });
    refuses_all("BatchNorm1d", [](int64_t n) { nn::BatchNorm1d layer(n); });
    refuses_all("LayerNorm", [](int64_t n) { nn::LayerNorm(nn::LayerNormOptions({n})); });
    refuses_all("RandomSampler", [](int64_t n) { data::samplers::RandomSampler{n}; });
  }
}
