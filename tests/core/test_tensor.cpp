#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {

template <class T>
constexpr bool gives_accessor = requires(T&& tensor) {
  std::forward<T>(tensor).template accessor<float, 1>();
};

}  // namespace

TEST_SUITE("core/tensor") {
  TEST_CASE("a default-made tensor is undefined and says so when it is used") {
    const Tensor nothing;
    CHECK_FALSE(nothing.defined());
    CHECK(nothing.use_count() == 0);
    CHECK(nothing.toString() == "UndefinedType");
    CHECK_FALSE(nothing.requires_grad());
    CHECK_FALSE(nothing.grad().defined());
    CHECK_THROWS_WITH_AS(nothing.sizes(), "Expected a Tensor, but got an undefined one", Error);
  }

  TEST_CASE("a copy shares the elements, a clone does not") {
    const Tensor original = zeros({3});
    const Tensor copy = original, clone = original.clone();
    original.data_ptr<float>()[1] = 5;
    CHECK(copy.is_same(original));
    CHECK(copy.data_ptr<float>()[1] == 5);
    CHECK(clone.data_ptr<float>()[1] == 0);
  }

  TEST_CASE("a const tensor may be written in place, as in libtorch") {
    const Tensor x = zeros({2});
    x.add_(1).mul_(3);
    x[0].zero_();
    CHECK(x.equal(tensor({0., 3.})));
  }

  TEST_CASE("assigning to a name makes it name the other tensor") {
    Tensor a = zeros({2});
    const Tensor before = a;
    a = ones({3});
    CHECK(a.size(0) == 3);
    CHECK(before.data_ptr<float>()[0] == 0);
  }

  TEST_CASE("assigning to an expression writes the elements") {
    const Tensor matrix = zeros({2, 2});
    matrix[1] = tensor({3., 4.});
    matrix[0][1] = 2;
    CHECK(matrix.equal(tensor({{0., 2.}, {3., 4.}})));
  }

  TEST_CASE("size, stride and dim count negative axes from the back") {
    const Tensor x = empty({2, 3, 4}, kFloat64);
    CHECK(x.dim() == 3);
    CHECK(x.numel() == 24);
    CHECK(x.nbytes() == 192);
    CHECK(x.size(-1) == 4);
    CHECK(x.size(-3) == 2);
    CHECK(x.stride(0) == 12);
    CHECK(x.stride(-2) == 4);
    CHECK(x.strides() == std::vector<int64_t>{12, 4, 1});
  }

  TEST_CASE("an axis out of range is named with the range") {
    const Tensor x = empty({2, 3});
    CHECK_THROWS_WITH_AS(x.size(2),
                         "size: Dimension out of range (expected to be in range of [-2, 1], but "
                         "got 2)",
                         Error);
    CHECK_THROWS_WITH_AS(x.stride(-3),
                         "stride: Dimension out of range (expected to be in range of [-2, 1], but "
                         "got -3)",
                         Error);
    CHECK_THROWS_WITH_AS(empty({}).size(0), "size: a 0-d tensor has no dimensions; got dim 0",
                         Error);
  }

  TEST_CASE("is_contiguous: row-major, whatever the strides of axes of size 1") {
    const Tensor x = empty({2, 3, 4});
    CHECK(x.is_contiguous());
    CHECK(empty({}).is_contiguous());
    CHECK(x[1].is_contiguous());
    CHECK(x.slice(0, 1, 2).is_contiguous());
    CHECK_FALSE(x.transpose(0, 1).is_contiguous());
    CHECK_FALSE(x.slice(1, 0, 2).is_contiguous());
    CHECK_FALSE(x.slice(2, 0, 4, 2).is_contiguous());
    CHECK_FALSE(empty({1}).expand({3}).is_contiguous());
    CHECK(x.slice(2, 0, 1).slice(1, 0, 1).slice(0, 0, 1).is_contiguous());
    CHECK(empty({1, 3}).t().is_contiguous());
    CHECK(empty({3}).expand({1, 3}).is_contiguous());
    CHECK(empty({0, 3}).t().is_contiguous());
    CHECK(empty_strided({1, 3}, {7, 1}).is_contiguous());
    CHECK_FALSE(empty_strided({2, 3}, {7, 1}).is_contiguous());
  }

  TEST_CASE("the strides of a tensor without elements are those of sizes of at least 1") {
    CHECK(empty({2, 0, 3}).strides() == std::vector<int64_t>{3, 3, 1});
  }

  TEST_CASE("item gives the one element, of every dtype, from any shape of one element") {
    for (const ScalarType dtype : {kUInt8, kInt8, kInt16, kInt32, kInt64, kFloat32, kFloat64}) {
      CHECK(full({1, 1}, 7, dtype).item<double>() == 7);
      CHECK(full({}, 7, dtype).item<int>() == 7);
    }
    CHECK(full({}, true, kBool).item<bool>());
    CHECK(tensor(-2.5).item<float>() == -2.5f);
    CHECK(arange(6)[4].item<int64_t>() == 4);
  }

  TEST_CASE("item of several elements is an error with their number") {
    CHECK_THROWS_WITH_AS(zeros({2, 3}).item(),
                         "a Tensor with 6 elements cannot be converted to Scalar; got self [2, 3]",
                         Error);
    CHECK_THROWS_WITH_AS(zeros({0}).item<float>(),
                         "a Tensor with 0 elements cannot be converted to Scalar; got self [0]",
                         Error);
  }

  TEST_CASE("data_ptr of another type is an error that names both") {
    CHECK_THROWS_WITH_AS(zeros({2}).data_ptr<double>(),
                         "expected scalar type Double but found Float", Error);
  }

  TEST_CASE("data_ptr of a view points to its first element") {
    const Tensor x = arange(6, kFloat32).view({2, 3});
    CHECK(x[1].data_ptr<float>() == x.data_ptr<float>() + 3);
    CHECK(x[1].storage_offset() == 3);
    CHECK(x[1].is_alias_of(x));
    CHECK_FALSE(x.clone().is_alias_of(x));
  }

  TEST_CASE("an accessor reads and writes through strides") {
    const Tensor x = arange(6, kFloat32).view({2, 3});
    const Tensor transposed = x.t();
    auto columns = transposed.accessor<float, 2>();
    CHECK(columns.size(0) == 3);
    CHECK(columns.stride(0) == 1);
    CHECK(columns[2][1] == 5);
    columns[2][1] = 50;
    CHECK(x[1][2].item<float>() == 50);
  }

  TEST_CASE("a temporary gives no accessor, which would outlive it") {
    CHECK(gives_accessor<Tensor&>);
    CHECK(gives_accessor<const Tensor&>);
    CHECK_FALSE(gives_accessor<Tensor>);
  }

  TEST_CASE("an accessor of another rank or type is an error") {
    const Tensor x = zeros({2, 3});
    CHECK_THROWS_WITH_AS((x.accessor<float, 1>()), "accessor: the rank must be 1; got self [2, 3]",
                         Error);
    CHECK_THROWS_WITH_AS((x.accessor<int, 2>()), "expected scalar type Int but found Float", Error);
  }

  TEST_CASE("tensors of rank above 6 work as all others") {
    const Tensor x = arange(128).view({2, 2, 2, 2, 2, 2, 2});
    CHECK(x.dim() == 7);
    CHECK(x.stride(0) == 64);
    CHECK(x[1][1][1][1][1][1][1].item<int64_t>() == 127);
    CHECK(x.transpose(0, 6)[1][0][0][0][0][0][0].item<int64_t>() == 1);
  }

  TEST_CASE("a tensor over borrowed memory gives it back when the last view is gone") {
    float memory[6] = {0, 1, 2, 3, 4, 5};
    int freed = 0;
    Tensor row;
    {
      const Tensor x = from_blob(memory, {2, 3}, [&](void*) { ++freed; });
      row = x[1];
    }
    CHECK(freed == 0);
    CHECK(row[2].item<float>() == 5);
    row.reset();
    CHECK(freed == 1);
  }
}
