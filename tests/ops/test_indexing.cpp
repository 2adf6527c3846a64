#include "ops/golden_shape.h"

using namespace gradtape;
using namespace gradtape::indexing;
using namespace gradtape::testing;
using nlohmann::json;

namespace {

Tensor index_tensor(const json& entry) {
  const auto values = entry[2].get<std::vector<int64_t>>();
  const ScalarType dtype = entry[0] == "mask" ? kBool : entry[0] == "byte" ? kUInt8 : kInt64;
  return tensor(values).to(dtype).reshape(ints(entry[1]));
}

std::vector<TensorIndex> expression(const json& entries) {
  auto end = [](const json& value) {
    return value.is_null() ? std::optional<int64_t>() : std::optional(value.get<int64_t>());
  };
  std::vector<TensorIndex> result;
  for (const json& entry : entries) {
    const std::string kind = entry[0];
    if (kind == "int") {
      result.emplace_back(entry[1].get<int64_t>());
    } else if (kind == "slice") {
      result.emplace_back(Slice(end(entry[1]), end(entry[2]), end(entry[3])));
    } else if (kind == "none") {
      result.emplace_back(None);
    } else if (kind == "ellipsis") {
      result.emplace_back("...");
    } else if (kind == "bool") {
      result.emplace_back(entry[1].get<bool>());
    } else {
      result.emplace_back(index_tensor(entry));
    }
  }
  return result;
}

std::vector<double> doubles(const json& list) { return list.get<std::vector<double>>(); }

}  // namespace

TEST_CASE("random index expressions read what PyTorch reads") {
  const json golden = golden::load("index.json");
  for (const json& c : golden["reads"]) {
    CAPTURE(c.dump());
    const Tensor x = counted(ints(c["shape"])).requires_grad_();
    Tensor y;
    const std::string error = error_of([&] { y = x.index(expression(c["index"])); });
    CHECK(contains(error, c.value("error", "")));
    CHECK(error.empty() == !c.contains("error"));
    if (!error.empty() || c.contains("error")) continue;
    CHECK(y.sizes().vec() == ints(c["sizes"]));
    CHECK(elements(y) == doubles(c["values"]));
    CHECK(elements(weighted_grad(y, {x})[0]) == doubles(c["grad"]));
  }
}

TEST_CASE("random index expressions on the left of = write what PyTorch writes") {
  const json golden = golden::load("index.json");
  for (const json& c : golden["writes"]) {
    CAPTURE(c.dump());
    const Tensor x = counted(ints(c["shape"])).requires_grad_();
    const Tensor v = counted(ints(c["value_sizes"]), 100).requires_grad_();
    for (const bool by_method : {false, true}) {
      Tensor z = x * 1;
      const std::string error = error_of([&] {
        if (by_method) {
          z.index_put_(expression(c["index"]), v);
        } else {
          z.index(expression(c["index"])) = v;
        }
      });
      CHECK(error.empty() == !c.contains("error"));
      if (!error.empty() || c.contains("error")) {
        CHECK(elements(z) == elements(x));
        continue;
      }
      CHECK(elements(z) == doubles(c["values"]));
      const auto grads = weighted_grad(z, {x, v});
      CHECK(elements(grads[0]) == doubles(c["grad"]));
      if (c.contains("value_grad") && grads[1].defined()) {
        CHECK(elements(grads[1]) == doubles(c["value_grad"]));
      }
    }
  }
}

TEST_CASE("assignment to an element, a row, a mask and a number of rows writes through") {
  Tensor x = zeros({3, 3});
  x[0] = ones({3});
  x[1][2] = 5;
  x.index({2, Slice(None, 2)}) = 7;
  CHECK(elements(x) == std::vector<double>{1, 1, 1, 0, 0, 5, 7, 7, 0});
  x.index({x > 4}) = -1;
  x.index({tensor({0, 2}), tensor({0, 2})}) = tensor({8., 9.});
  CHECK(elements(x) == std::vector<double>{8, 1, 1, 0, 0, -1, -1, -1, 9});
  Tensor name = x[0];
  name = zeros({1});  // names another tensor
  CHECK(x[0][0].item<float>() == 8);
  x[scalar_tensor(1, kInt64)] = x[0];
  CHECK(elements(x[1]) == std::vector<double>{8, 1, 1});
}

TEST_CASE("index_put_ with accumulate adds once for every mention") {
  Tensor x = zeros({3}, kFloat64).requires_grad_() * 1;
  const Tensor v = counted({4}, 1).requires_grad_();
  x.index_put_({TensorIndex(tensor({0, 2, 0, 0}))}, v, /*accumulate=*/true);
  CHECK(elements(x) == std::vector<double>{1 + 3 + 4, 0, 2});
  CHECK(x.grad_fn()->name() == "IndexPutBackward0");
  CHECK(elements(weighted_grad(x, {v})[0]) == std::vector<double>{1, 3, 1, 1});
}

TEST_CASE("index_select reads and index_add writes along a dimension") {
  const Tensor x = counted({2, 3}).requires_grad_();
  const Tensor index = tensor({2, 0, 2});
  const Tensor y = x.index_select(1, index);
  CHECK(elements(y) == std::vector<double>{2, 0, 2, 5, 3, 5});
  CHECK(elements(weighted_grad(y, {x})[0]) == std::vector<double>{2, 0, 4, 5, 0, 10});
  CHECK(elements(x.t().index_select(0, index.to(kInt32))) == std::vector<double>{2, 5, 0, 3, 2, 5});
  CHECK(elements(x.detach().index_add(0, tensor({1, 1}), ones({2, 3}, kFloat64))) ==
        std::vector<double>{0, 1, 2, 5, 6, 7});
}

TEST_CASE("index_add of many rows does not depend on the number of threads") {
  manual_seed(3);
  const Tensor rows = randn({5000, 32});
  const Tensor index = randint(0, 50, {5000});
  const int threads = get_num_threads();
  set_num_threads(1);
  const Tensor one = zeros({50, 32}).index_add(0, index, rows);
  set_num_threads(2);
  const Tensor two = zeros({50, 32}).index_add(0, index, rows);
  set_num_threads(threads);
  CHECK(elements(one) == elements(two));
}

TEST_CASE("gather and scatter") {
  const Tensor x = counted({2, 3}).requires_grad_();
  const Tensor index = tensor({{0, 1, 1}, {1, 0, 1}, {0, 0, 0}});
  CHECK(elements(x.gather(0, index)) == std::vector<double>{0, 4, 5, 3, 1, 5, 0, 1, 2});
  CHECK(elements(weighted_grad(x.gather(0, index), {x})[0]) ==
        std::vector<double>{8, 13, 9, 4, 2, 9});
  const Tensor to = tensor({{2, 0}, {1, 1}});
  CHECK(elements(x.detach().scatter(1, to, counted({2, 2}, 10))) ==
        std::vector<double>{11, 1, 10, 3, 13, 5});
  CHECK(elements(x.detach().scatter_add(1, to, counted({2, 2}, 10))) ==
        std::vector<double>{11, 1, 12, 3, 29, 5});
  Tensor y = x * 1;
  y.scatter_(1, to, -1);
  CHECK(elements(y) == std::vector<double>{-1, 1, -1, 3, -1, 5});
  CHECK(elements(weighted_grad(y, {x})[0]) == std::vector<double>{0, 2, 0, 4, 0, 6});
}

// libtorch 1.13 accepts other masks and reads their bytes; this is what PyTorch 2 says.
TEST_CASE("masks of a fill are bool or uint8") {
  const Tensor x = zeros({3});
  const std::string refused =
      "masked_fill_ only supports boolean masks, but got mask with dtype float";
  CHECK(error_of([&] { x.masked_fill(ones({3}), 1); }) == refused);
  CHECK(error_of([&] { x.masked_fill(ones({3}), tensor(1.)); }) == refused);
  CHECK(error_of([&] { x.masked_fill_(ones({3}), 1); }) == refused);
  CHECK(error_of([&] { x.masked_fill_(ones({3}), tensor(1.)); }) == refused);
  CHECK(elements(x) == std::vector<double>{0, 0, 0});
  CHECK(elements(x.masked_fill(tensor({0, 1, 0}).to(kUInt8), 2)) == std::vector<double>{0, 2, 0});
}

TEST_CASE("one value under one mask is converted; anything else must have self's dtype") {
  Tensor x = arange(4, kFloat32);
  const Tensor mask = tensor({false, true, false, true});
  x.index_put_({mask}, tensor(7));
  CHECK(elements(x) == std::vector<double>{0, 7, 2, 7});
  x.index({mask}) = tensor({8});
  CHECK(elements(x) == std::vector<double>{0, 8, 2, 8});
  CHECK(elements(index_put(x, {mask.to(kUInt8)}, tensor(9.5, kFloat64))) ==
        std::vector<double>{0, 9.5, 2, 9.5});
  CHECK(elements(arange(4).index_put_({mask}, tensor(7.5))) == std::vector<double>{0, 7, 2, 7});
  CHECK(elements(ones({2, 4}).index_put_({Slice(0, 1), mask}, tensor(3))) ==
        std::vector<double>{1, 3, 1, 3, 1, 1, 1, 1});
  const std::string differ =
      "Index put requires the source and destination dtypes match, got Float for the destination "
      "and Long for the source.";
  CHECK(error_of([&] { x.index_put_({tensor({0, 1})}, tensor(7)); }) == differ);
  CHECK(error_of([&] { x.index_put_({mask}, tensor({7, 7})); }) == differ);
  CHECK(error_of([&] { x.index_put_({mask}, tensor(7), true); }) == differ);
  CHECK(error_of([&] { ones({4, 4}).index_put_({mask, mask}, tensor(7)); }) == differ);
}

TEST_CASE("index_put_ takes a vector of indices with a number") {
  Tensor x = zeros({2, 2});
  const std::vector<TensorIndex> place{1, 0};
  x.index_put_(place, 5);
  CHECK(elements(x) == std::vector<double>{0, 0, 5, 0});
}

TEST_CASE("an index may be of any integer type") {
  const Tensor x = tensor({10, 11, 12});
  const auto at = [&](auto i) { return x[i].template item<int>(); };
  CHECK(at(1) == 11);
  CHECK(at(size_t{1}) == 11);
  CHECK(at(1U) == 11);
  CHECK(at(1LL) == 11);
  CHECK(at(1ULL) == 11);
  CHECK(at(short{1}) == 11);
  CHECK(at(char{1}) == 11);
  CHECK(at(uint8_t{1}) == 11);
  CHECK(at(true) == 11);
  CHECK(at(int64_t{-1}) == 12);
  CHECK(at(Scalar(1)) == 11);
  CHECK(at(tensor(1)) == 11);
  CHECK(x.index({size_t{1}}).item<int>() == 11);
  CHECK(x.index({Slice(size_t{1}, 3U)}).sizes() == IntArrayRef{2});
  CHECK(x.select(0U, size_t{2}).item<int>() == 12);
  CHECK(x.slice(size_t{0}, size_t{1}, 2U).sizes() == IntArrayRef{1});
  CHECK(x.size(0U) == 3);
  CHECK((x + size_t{1})[0].item<int>() == 11);
}

TEST_CASE("masked_fill, masked_select and where") {
  const Tensor x = counted({2, 3}).requires_grad_();
  const Tensor mask = tensor({true, false, true});
  CHECK(elements(x.masked_fill(mask, -1)) == std::vector<double>{-1, 1, -1, -1, 4, -1});
  CHECK(elements(x.masked_select(mask)) == std::vector<double>{0, 2, 3, 5});
  CHECK(elements(weighted_grad(x.masked_select(mask), {x})[0]) ==
        std::vector<double>{1, 0, 2, 3, 0, 4});
  const Tensor value = scalar_tensor(9, kFloat64).requires_grad_();
  Tensor y = x * 1;
  y.masked_fill_(mask, value);
  CHECK(elements(y) == std::vector<double>{9, 1, 9, 9, 4, 9});
  CHECK(elements(weighted_grad(y, {value})[0]) == std::vector<double>{1 + 3 + 4 + 6});
  CHECK(elements(where(x > 2, x, zeros({1}, kFloat64))) == std::vector<double>{0, 0, 0, 3, 4, 5});
  CHECK(elements(where(mask, 1, x)) == std::vector<double>{1, 1, 1, 1, 4, 1});
  CHECK(where(mask, 1., 2).dtype() == kFloat32);
  CHECK(where(mask, 1, 2).dtype() == kInt64);
  CHECK(where(mask, 1., ones({3}, kInt64)).dtype() == kFloat32);
  CHECK(elements(where(tensor({{0, 1}, {1, 0}}))[1]) == std::vector<double>{1, 0});
}

TEST_CASE("nonzero, take, triangles, diagonals and one-hot vectors") {
  CHECK(elements(tensor({{0, 3}, {4, 0}}).nonzero()) == std::vector<double>{0, 1, 1, 0});
  CHECK(scalar_tensor(1).nonzero().sizes() == IntArrayRef{1, 0});
  const Tensor x = counted({3, 3}, 1);
  CHECK(elements(take(x, tensor({-1, 0}))) == std::vector<double>{9, 1});
  CHECK(elements(x.tril()) == std::vector<double>{1, 0, 0, 4, 5, 0, 7, 8, 9});
  CHECK(elements(x.triu(1)) == std::vector<double>{0, 2, 3, 0, 0, 6, 0, 0, 0});
  CHECK(elements(x.diag(-1)) == std::vector<double>{4, 8});
  CHECK(elements(tensor({1., 2.}).diag(1)) == std::vector<double>{0, 1, 0, 0, 0, 2, 0, 0, 0});
  CHECK(elements(one_hot(tensor({2, 0}))) == std::vector<double>{0, 0, 1, 1, 0, 0});
}

TEST_CASE("embedding sums the gradients of a row's uses") {
  const Tensor weight = counted({4, 2}).requires_grad_();
  const Tensor indices = tensor({{1, 3}, {1, 0}});
  const Tensor y = embedding(weight, indices);
  CHECK(y.sizes() == IntArrayRef{2, 2, 2});
  CHECK(elements(y) == std::vector<double>{2, 3, 6, 7, 2, 3, 0, 1});
  CHECK(elements(weighted_grad(y, {weight})[0]) ==
        std::vector<double>{7, 8, 1 + 5, 2 + 6, 0, 0, 3, 4});
  CHECK(elements(weighted_grad(embedding(weight, indices, 3), {weight})[0]) ==
        std::vector<double>{7, 8, 6, 8, 0, 0, 0, 0});
  CHECK(elements(weighted_grad(embedding(weight, indices, -1, true), {weight})[0]) ==
        std::vector<double>{7, 8, 3, 4, 0, 0, 3, 4});
}

TEST_CASE("errors of indexing are PyTorch's, and nothing is written") {
  Tensor a = zeros({2, 3});
  const Tensor index = tensor({5});
  auto error = [&](auto f) { return error_of([&] { f(); }); };
  const std::string out = "index 5 is out of bounds for dimension 0 with size 2";
  CHECK(contains(error([&] { a.index({index}); }), out));
  CHECK(contains(error([&] { a.index({5}); }), out));
  CHECK(contains(error([&] { a.gather(0, tensor({{5}})); }), out));
  CHECK(contains(error([&] { a.scatter_(0, tensor({{0, 5}}), 1); }), out));
  CHECK(contains(error([&] { a.index_select(0, index); }), out));
  CHECK(contains(error([&] { a.index_add_(0, tensor({0, 5}), ones({2, 3})); }), out));
  CHECK(contains(error([&] { a.index_put_({tensor({0, 5})}, 1); }), out));
  CHECK(contains(error([&] { embedding(a, index); }), "index out of range in self"));
  CHECK(contains(error([&] {
                   zeros({3, 4}).index({tensor({true, false})});
                 }),
                 "The shape of the mask [2] at index 0 does not match the shape of the indexed "
                 "tensor [3, 4] at index 0"));
  CHECK(contains(error([&] {
                   a.index({tensor({0, 1}), tensor({0, 1, 2})});
                 }),
                 "shape mismatch: indexing tensors could not be broadcast together with shapes "
                 "[2], [3]"));
  CHECK(contains(error([&] { a.index({zeros({1})}); }),
                 "tensors used as indices must be long, byte or bool tensors"));
  CHECK(contains(error([&] { a.index({0, 0, 0}); }), "too many indices for tensor of dimension 2"));
  CHECK(contains(error([&] { a.index_put_({tensor({0})}, zeros({1}, kFloat64)); }),
                 "Index put requires the source and destination dtypes match, got Float for the "
                 "destination and Double for the source."));
  CHECK(contains(error([&] { a.index_put_({tensor({0})}, zeros({2})); }),
                 "shape mismatch: value tensor of shape [2] cannot be broadcast to indexing result "
                 "of shape [1, 3]"));
  CHECK(contains(error([&] { a.index_select(0, tensor({{0}})); }),
                 "index_select(): Index is supposed to be a vector"));
  CHECK(contains(error([&] {
                   a.masked_select(tensor({1, 0, 0}));
                 }),
                 "masked_select: expected BoolTensor or ByteTensor for mask"));
  Tensor v = zeros({3});
  CHECK(contains(error([&] {
                   v.masked_fill_(ones({2, 3}, kBool), 1);
                 }),
                 "output with shape [3] doesn't match the broadcast shape [2, 3]"));
  CHECK(contains(error([&] { one_hot(tensor({2}), 2); }),
                 "Class values must be smaller than num_classes"));
  CHECK(elements(a) == std::vector<double>(6, 0));
}

TEST_CASE("choosing by a mask and gathering give every element on two threads") {
  manual_seed(0);
  const int64_t rows = 300, columns = 301;
  const Tensor x = randn({rows, columns}), y = randn({rows, columns}), mask = x > 0.2;
  const Tensor picks = randint(columns, {rows, columns}, kInt64);
  const Tensor chosen = where(mask, x, y), left = where(mask, x, 7), right = where(mask, 7, y);
  const Tensor filled = x.masked_fill(mask, 7), picked = x.gather(1, picks);
  const Tensor added = zeros({rows, columns}).scatter_add(1, picks, y);
  const Tensor selected = x.masked_select(mask), places = mask.nonzero();
  const auto at = [](const Tensor& t, int64_t i) { return t.data_ptr<float>()[i]; };
  std::vector<float> sums(rows * columns);
  int64_t wrong = 0, found = 0;
  for (int64_t i = 0; i < rows * columns; ++i) {
    const bool m = mask.data_ptr<bool>()[i];
    const int64_t pick = i / columns * columns + picks.data_ptr<int64_t>()[i];
    sums[pick] += at(y, i);
    wrong += at(chosen, i) != (m ? at(x, i) : at(y, i));
    wrong += at(left, i) != (m ? at(x, i) : 7) || at(right, i) != (m ? 7 : at(y, i));
    wrong += at(filled, i) != (m ? 7 : at(x, i)) || at(picked, i) != at(x, pick);
    if (!m) continue;
    wrong += at(selected, found) != at(x, i);
    wrong += places.data_ptr<int64_t>()[2 * found] != i / columns;
    wrong += places.data_ptr<int64_t>()[2 * found + 1] != i % columns;
    ++found;
  }
  for (int64_t i = 0; i < rows * columns; ++i) wrong += at(added, i) != sums[i];
  CHECK(wrong == 0);
  CHECK(selected.numel() == found);
  CHECK(places.size(0) == found);
  picks[299][300] = columns;
  CHECK(contains(error_of([&] { x.gather(1, picks); }),
                 "index 301 is out of bounds for dimension 1 with size 301"));
}

TEST_CASE("sums over equal places of an expanded tensor lose nothing to other threads") {
  const Tensor cells = zeros({1, 5});
  const Tensor rows = cells.expand({100000, 5}), index = tensor({0, 0, 3});
  rows.index_put_({Slice(), index}, ones({}), true);
  CHECK(cells.equal(tensor({{200000., 0., 0., 100000., 0.}})));
}
