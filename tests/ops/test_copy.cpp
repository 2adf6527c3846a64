#include <doctest/doctest.h>

#include "ops/golden_values.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using namespace gradtape::testing;

TEST_CASE("to converts as PyTorch: toward zero, wrapping in small integers") {
  const Tensor x = tensor({3.7, -3.7, 300.5, 0.});
  CHECK(difference(x.to(kInt64), {3, -3, 300, 0}) == "");
  CHECK(difference(x.to(kUInt8), {3, 253, 44, 0}) == "");
  CHECK(difference(x.to(kInt8), {3, -3, 44, 0}) == "");
  CHECK(difference(x.to(kBool), {1, 1, 1, 0}) == "");
  CHECK(x.to(kFloat32).is_same(x));
  CHECK_FALSE(x.to(kFloat32, false, true).is_same(x));
}

TEST_CASE("clone and to keep dense strides, contiguous makes them row-major") {
  const Tensor turned = arange(6, TensorOptions(kFloat32)).view({2, 3}).t();
  CHECK(turned.clone().strides() == IntArrayRef({1, 3}));
  CHECK(turned.to(kFloat64).strides() == IntArrayRef({1, 3}));
  CHECK(turned.contiguous().strides() == IntArrayRef({2, 1}));
  CHECK(ones({1}).expand({3, 2}).clone().strides() == IntArrayRef({2, 1}));
  CHECK(difference(turned.contiguous(), {0, 3, 1, 4, 2, 5}) == "");
}

TEST_CASE("copies between large transposed tensors of any dtype") {
  for (const ScalarType dtype : {kUInt8, kInt16, kFloat32, kFloat64}) {
    const Tensor x = remainder(arange(70 * 131, TensorOptions(kInt64)), 113).view({70, 131});
    const Tensor y = x.to(dtype).t().contiguous();
    CHECK((y.t() == x).all().item<bool>());
    CHECK((x.t().to(dtype) == y).all().item<bool>());
  }
}

TEST_CASE("copy_ broadcasts, converts, and leaves nothing of self's gradient") {
  const Tensor x = ones({2, 3}).requires_grad_(), row = tensor({1., 2., 3.}).requires_grad_();
  Tensor y = x * 2;
  y.copy_(row.to(kFloat64));
  CHECK(difference(y, {1, 2, 3, 1, 2, 3}) == "");
  y.sum().backward();
  CHECK(difference(x.grad(), {0, 0, 0, 0, 0, 0}) == "");
  CHECK(difference(row.grad(), {2, 2, 2}) == "");
  CHECK(row.grad().dtype() == kFloat32);
}

TEST_CASE("copy_ and fill_: errors are PyTorch's") {
  Tensor two = ones({2}), line = ones({5});
  CHECK(error_of([&] {
          two.copy_(ones({3, 2}));
        }) == "output with shape [2] doesn't match the broadcast shape [3, 2]");
  CHECK(error_of([&] { two.copy_(ones({3})); }) ==
        "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension "
        "0");
  CHECK(error_of([&] {
          line.slice(0, 1).copy_(line.slice(0, 0, 4));
        }).starts_with("unsupported operation: some elements of the input tensor"));
  CHECK(error_of([&] {
          ones({1}).expand({3}).copy_(ones({3}));
        }).starts_with("unsupported operation: more than one element of the written-to tensor"));
  CHECK(error_of([&] {
          two.fill_(ones({3, 2}));
        }) == "fill_ only supports 0-dimension value tensor but got tensor with 2 dimensions.");
  CHECK(error_of([&] {
          ones({2}, kUInt8).fill_(300);
        }).starts_with("value cannot be converted to type"));
}

TEST_CASE("fill_ and zero_ write expanded and strided tensors") {
  Tensor wide = ones({1, 2}).expand({3, 2});
  wide.fill_(7);
  CHECK(difference(wide.contiguous(), {7, 7, 7, 7, 7, 7}) == "");
  Tensor x = ones({2, 4});
  x.slice(1, {}, {}, 2).zero_();
  CHECK(difference(x, {0, 1, 0, 1, 0, 1, 0, 1}) == "");
  CHECK(difference(tensor({1, 2}).fill_(2.7), {2, 2}) == "");
  CHECK(difference(ones({2}, kUInt8).fill_(-1), {255, 255}) == "");
}

TEST_CASE("to() cannot give a gradient, and says so") {
  const Tensor x = ones({2});
  const std::string refused =
      "Operators taking TensorOptions cannot take a TensorOptions with options.requires_grad set "
      "as "
      "true. This isn't implemented yet.";
  CHECK(error_of([&] { x.to(TensorOptions().requires_grad(true)); }) == refused);
  CHECK(error_of([&] { x.to(dtype(kFloat64).requires_grad(true)); }) == refused);
  CHECK_FALSE(x.to(TensorOptions().requires_grad(false)).requires_grad());
  CHECK(x.to(x.options()).is_same(x));
  CHECK(x.to("cpu").is_same(x));
  CHECK(x.to(tensor(1), false, true).dtype() == kInt64);
}
