#include "ops/golden_shape.h"

using namespace gradtape;
using namespace gradtape::testing;
using nlohmann::json;

namespace {

Tensor apply_step(const Tensor& t, const json& step) {
  const std::string kind = step[0];
  std::vector<int64_t> a;
  for (size_t i = 1; i < step.size(); ++i) a.push_back(step[i].get<int64_t>());
  if (kind == "transpose") return t.transpose(a[0], a[1]);
  if (kind == "movedim") return t.movedim(a[0], a[1]);
  if (kind == "permute") return t.permute(a);
  if (kind == "select") return t.select(a[0], a[1]);
  if (kind == "slice") return t.slice(a[0], a[1], a[2], a[3]);
  if (kind == "narrow") return t.narrow(a[0], a[1], a[2]);
  if (kind == "expand") return t.expand(a);
  if (kind == "squeeze") return t.squeeze();
  if (kind == "squeeze_dim") return t.squeeze(a[0]);
  if (kind == "unsqueeze") return t.unsqueeze(a[0]);
  if (kind == "view") return t.view(a);
  if (kind == "reshape") return t.reshape(a);
  if (kind == "flatten") return t.flatten(a[0], a[1]);
  if (kind == "diagonal") return t.diagonal(a[0], a[1], a[2]);
  if (kind == "unfold") return t.unfold(a[0], a[1], a[2]);
  if (kind == "t") return t.t();
  if (kind == "unflatten") return t.unflatten(a[0], {a[1], a[2]});
  if (kind == "split") return t.split(a[0], a[1]).at(a[2]);
  if (kind == "chunk") return t.chunk(a[0], a[1]).at(a[2]);
  if (kind == "unbind") return t.unbind(a[0]).at(a[1]);
  FAIL("unknown step ", kind);
  return t;
}

}  // namespace

TEST_CASE("random chains of views have PyTorch's geometry, values, gradients and errors") {
  const json golden = golden::load("view.json");
  for (const json& c : golden["cases"]) {
    CAPTURE(c.dump());
    const Tensor x = counted(ints(c["shape"])).requires_grad_();
    Tensor y = x;
    bool failed = false;
    try {
      for (const json& step : c["steps"]) y = apply_step(y, step);
    } catch (const Error&) {
      failed = true;
    }
    CHECK(failed == c.contains("error"));
    if (failed || c.contains("error")) continue;
    CHECK(y.sizes().vec() == ints(c["sizes"]));
    CHECK(y.strides().vec() == ints(c["strides"]));
    CHECK(y.storage_offset() == c["offset"]);
    CHECK(elements(y) == c["values"].get<std::vector<double>>());
    CHECK(elements(weighted_grad(y, {x})[0]) == c["grad"].get<std::vector<double>>());
  }
}

TEST_CASE("views share memory, and a write through one reaches the base") {
  Tensor x = zeros({2, 3});
  Tensor column = x.t().select(0, 1);
  CHECK(column.is_alias_of(x));
  column.fill_(5);
  CHECK(elements(x) == std::vector<double>{0, 5, 0, 0, 5, 0});
}

TEST_CASE("reshape copies only where strides do not allow a view") {
  const Tensor x = counted({2, 3});
  CHECK(x.reshape({3, 2}).is_alias_of(x));
  const Tensor copy = x.t().reshape({6});
  CHECK_FALSE(copy.is_alias_of(x));
  CHECK(elements(copy) == std::vector<double>{0, 3, 1, 4, 2, 5});
}

TEST_CASE("records of views have PyTorch's names") {
  const Tensor x = rand({2, 3, 4}).requires_grad_();
  CHECK(x.view({6, 4}).grad_fn()->name() == "ViewBackward0");
  CHECK(x.reshape({6, 4}).grad_fn()->name() == "ReshapeAliasBackward0");
  CHECK(x.transpose(0, 1).reshape({6, 4}).grad_fn()->name() == "UnsafeViewBackward0");
  CHECK(x.narrow(0, 0, 1).grad_fn()->name() == "SliceBackward0");
  CHECK(x.movedim(0, 1).grad_fn()->name() == "PermuteBackward0");
  CHECK(x.chunk(2, 2)[0].grad_fn()->name() == "SplitBackward0");
  CHECK(x.split({1, 3}, 2)[1].grad_fn()->name() == "SplitWithSizesBackward0");
  CHECK(x.unbind()[1].grad_fn()->name() == "UnbindBackward0");
  CHECK(x.unbind()[1].output_nr() == 1);
}

TEST_CASE("the pieces of a split that were not used have a gradient of zero") {
  const Tensor x = counted({5}).requires_grad_();
  const auto pieces = x.split(2);
  CHECK(pieces[2].sizes() == IntArrayRef{1});
  pieces[1].sum().backward();
  CHECK(elements(x.grad()) == std::vector<double>{0, 0, 1, 1, 0});
}

TEST_CASE("a split output may not be written while gradients are recorded") {
  const Tensor x = counted({4}).requires_grad_() * 1;
  auto pieces = x.split(2);
  CHECK(contains(error_of([&] { pieces[0].mul_(2); }),
                 "is a view and is being modified inplace. This view is the output of a function "
                 "that returns multiple views"));
}

TEST_CASE("changing the shape in place is recorded") {
  const Tensor x = counted({2, 3}).requires_grad_();
  Tensor y = x * 2;
  y.t_();
  CHECK(y.sizes() == IntArrayRef{3, 2});
  y.unsqueeze_(0).squeeze_(0).transpose_(0, 1);
  CHECK(y.sizes() == IntArrayRef{2, 3});
  CHECK(y.grad_fn()->name() == "TransposeBackward0");
  CHECK(elements(weighted_grad(y, {x})[0]) == std::vector<double>{2, 4, 6, 8, 10, 12});
  Tensor row = (x * 3).select(0, 1);
  row.unsqueeze_(1);
  CHECK(elements(weighted_grad(row, {x})[0]) == std::vector<double>{0, 0, 0, 3, 6, 9});
  Tensor leaf = counted({2, 3}).requires_grad_();
  CHECK(contains(error_of([&] { leaf.t_(); }),
                 "a leaf Variable that requires grad is being used in an in-place operation."));
}

TEST_CASE("as_strided reads any window inside the storage") {
  const Tensor x = counted({6}).requires_grad_();
  const Tensor windows = x.as_strided({3, 2}, {2, 1});
  CHECK(elements(windows) == std::vector<double>{0, 1, 2, 3, 4, 5});
  const Tensor overlapping = x.as_strided({4, 3}, {1, 1});
  CHECK(elements(autograd::grad({overlapping.sum()}, {x})[0]) ==
        std::vector<double>{1, 2, 3, 3, 2, 1});
  const std::string error = error_of([] { zeros({2, 3}).as_strided({10}, {1}); });
  CHECK(contains(error,
                 "setStorage: sizes [10], strides [1], storage offset 0, and itemsize 4 requiring "
                 "a storage size of 40 are out of bounds for storage of size 24"));
}

TEST_CASE("errors of views are PyTorch's") {
  const Tensor a = zeros({2, 3});
  auto error = [&](auto f) { return error_of([&] { f(); }); };
  CHECK(contains(error([&] { a.view({2, 4}); }), "shape '[2, 4]' is invalid for input of size 6"));
  CHECK(contains(error([&] { a.t().view({6}); }),
                 "view size is not compatible with input tensor's size and stride (at least one "
                 "dimension spans across two contiguous subspaces). Use .reshape(...) instead."));
  CHECK(contains(error([&] { a.view({-1, -1}); }), "only one dimension can be inferred"));
  CHECK(contains(error([&] { a.view({-2, 3}); }), "invalid shape dimension -2"));
  CHECK(contains(error([&] {
                   zeros({0, 2}).view({-1, 0});
                 }),
                 "cannot reshape tensor of 0 elements into shape [-1, 0]"));
  CHECK(contains(error([&] { zeros({2}).expand({3}); }),
                 "The expanded size of the tensor (3) must match the existing size (2) at "
                 "non-singleton dimension 0.  Target sizes: [3].  Tensor sizes: [2]"));
  CHECK(contains(error([&] { a.expand({3}); }),
                 "the number of sizes provided (1) must be greater or equal to the number of "
                 "dimensions in the tensor (2)"));
  CHECK(contains(error([&] { a.transpose(0, 2); }),
                 "Dimension out of range (expected to be in range of [-2, 1], but got 2)"));
  CHECK(contains(error([&] { a.permute({0, 0}); }), "duplicate dims are not allowed"));
  CHECK(contains(error([&] {
                   zeros({2, 2, 2}).t();
                 }),
                 "t() expects a tensor with <= 2 dimensions, but self is 3D"));
  CHECK(contains(error([&] { a.select(0, 5); }),
                 "select(): index 5 out of range for tensor of size [2, 3] at dimension 0"));
  CHECK(contains(error([&] { a.narrow(0, 1, 2); }),
                 "start (1) + length (2) exceeds dimension size (2)."));
  CHECK(contains(error([&] {
                   a.split({1, 2});
                 }),
                 "split_with_sizes expects split_sizes to sum exactly to 2 (input tensor's size at "
                 "dimension 0), but got split_sizes=[1, 2]"));
  CHECK(
      contains(error([&] { a.chunk(0); }), "chunk expects `chunks` to be greater than 0, got: 0"));
  CHECK(contains(error([&] {
                   a.unflatten(1, {2, 2});
                 }),
                 "unflatten: Provided sizes [2, 2] don't multiply up to the size of dim 1 (3) in "
                 "the input tensor"));
  CHECK(contains(error([&] { a.unfold(0, 5, 1); }),
                 "maximum size for tensor at dimension 0 is 2 but size is 5"));
}
