#include "ops/recorded.h"

#include "gradtape/ops/linear_algebra.h"

using namespace gradtape;
using namespace gradtape::testing;

TEST_CASE("matmul multiplies every pair of ranks as PyTorch") {
  for (const char* ranks : {"1_1", "2_1", "1_2", "2_2", "3_1", "3_2", "1_3", "2_3", "3_3", "4_3"}) {
    check_recorded(std::string("matmul_") + ranks,
                   [](const auto& x) { return matmul(x[0], x[1]); });
  }
}

TEST_CASE("addmm and baddbmm scale, broadcast and add") {
  check_recorded("addmm", [](const auto& x) { return addmm(x[0], x[1], x[2], 0.5, 2); });
  check_recorded("baddbmm", [](const auto& x) { return baddbmm(x[0], x[1], x[2], 0.5, 2); });
}

TEST_CASE("linear takes any number of leading axes, with and without bias") {
  for (const char* name : {"linear_1", "linear_2", "linear_3"}) {
    check_recorded(name, [](const auto& x) { return linear(x[0], x[1], x[2]); });
  }
  check_recorded("linear_no_bias", [](const auto& x) { return linear(x[0], x[1]); });
  check_recorded("outer", [](const auto& x) { return outer(x[0], x[1]); });
}

TEST_CASE("products of every size agree with sums written out") {
  // Through the tiny, the panels' and the library's path, with remainders of every kind.
  const int64_t sizes[][3] = {{1, 1, 1},    {2, 3, 4},    {5, 7, 17},  {9, 33, 15},  {13, 16, 16},
                              {31, 40, 33}, {70, 65, 90}, {1, 600, 3}, {6, 50, 700}, {47, 700, 70}};
  for (const ScalarType dtype : {kFloat32, kFloat64}) {
    for (const auto& [n, k, m] : sizes) {
      CAPTURE(str(dtype, ", ", n, " x ", k, " x ", m));
      const Tensor a = wave({n, k}, 1), b = wave({k, m}, 2);
      const Tensor sums = a.unsqueeze(2).mul(b.unsqueeze(0)).sum(1);
      const double tolerance = dtype == kFloat32 ? 1e-4 : 1e-10;
      const Tensor x = a.to(dtype), y = b.to(dtype);
      check_near(mm(x, y), sums, tolerance);
      check_near(mm(x.t().contiguous().t(), y), sums, tolerance);
      check_near(mm(x, y.t().contiguous().t()), sums, tolerance);
      // Neither rows nor columns are contiguous.
      const Tensor wide = zeros({n, 2 * k}, dtype);
      wide.slice(1, 0, std::nullopt, 2).copy_(x);
      check_near(mm(wide.slice(1, 0, std::nullopt, 2), y), sums, tolerance);
    }
  }
}

TEST_CASE("linear adds its bias on every path") {
  const int64_t sizes[][3] = {{2, 3, 4}, {9, 20, 33}, {3, 500, 40}, {130, 700, 50}};
  for (const ScalarType dtype : {kFloat32, kFloat64, kInt64}) {
    for (const auto& [n, in, out] : sizes) {
      CAPTURE(str(dtype, ", ", n, " x ", in, " x ", out));
      const Tensor x = wave({n, in}, 1).mul(4).to(dtype),
                   weight = wave({out, in}, 2).mul(4).to(dtype);
      const Tensor bias = wave({2 * out}, 3).mul(4).to(dtype).slice(0, 0, std::nullopt, 2);
      const double tolerance = dtype == kFloat32 ? 2e-3 : 1e-9;
      check_near(linear(x, weight, bias), mm(x, weight.t()).add(bias).to(kFloat64), tolerance);
    }
  }
}

TEST_CASE("products by panels are the same for any number of threads") {
  const int before = get_num_threads();
  const Tensor a = wave({150, 700}, 1).to(kFloat32), b = wave({700, 90}, 2).to(kFloat32);
  const Tensor weight = b.t().contiguous();
  set_num_threads(1);
  const Tensor one = mm(a, b), other = linear(a, weight);
  for (const int threads : {2, 3, 7}) {
    set_num_threads(threads);
    CHECK(mm(a, b).equal(one));
    CHECK(linear(a, weight).equal(other));
  }
  set_num_threads(before);
}

TEST_CASE("a row that is expanded multiplies like its copies") {
  const Tensor row = wave({1, 40}, 1).to(kFloat32), b = wave({40, 30}, 2).to(kFloat32);
  check_near(mm(row.expand({20, 40}), b), mm(row.repeat({20, 1}), b).to(kFloat64), 1e-5);
}

TEST_CASE("products over an inner size of 0 are 0, or what they are added to") {
  const Tensor a = zeros({2, 0}), b = zeros({0, 3});
  CHECK(mm(a, b).equal(zeros({2, 3})));
  CHECK(addmm(ones({3}), a, b).equal(ones({2, 3})));
  CHECK(linear(a, zeros({3, 0}), ones({3})).equal(ones({2, 3})));
  CHECK(mv(a, zeros({0})).equal(zeros({2})));
  CHECK(dot(zeros({0}), zeros({0})).item<float>() == 0);
  CHECK(mm(zeros({0, 2}), zeros({2, 3})).sizes() == IntArrayRef({0, 3}));
  CHECK(linear(zeros({0, 2}), zeros({3, 2}), ones({3})).sizes() == IntArrayRef({0, 3}));
  CHECK(matmul(zeros({2, 0, 3}), zeros({3, 4})).sizes() == IntArrayRef({2, 0, 4}));
}

TEST_CASE("integers multiply exactly and bool does not multiply") {
  const Tensor a = tensor({{1, 2}, {3, 4}}), b = tensor({{5, 6}, {7, 8}});
  CHECK(mm(a, b).equal(tensor({{19, 22}, {43, 50}})));
  CHECK(mm(a.to(kUInt8), a.to(kUInt8).mul(60)).dtype() == kUInt8);
  CHECK(dot(a.select(0, 0), b.select(0, 1)).item<int64_t>() == 23);
  CHECK(error_of([&] { mm(a.to(kBool), b.to(kBool)); }) ==
        "\"addmm_impl_cpu_\" not implemented for 'Bool'");
}

TEST_CASE("addmm with beta 0 does not read what it adds to") {
  const Tensor nan = full({2, 2}, std::numeric_limits<double>::quiet_NaN(), kFloat32);
  CHECK(addmm(nan, eye(2), eye(2), 0).equal(eye(2)));
}

TEST_CASE("products refuse shapes and dtypes that do not fit") {
  const auto x = [](std::initializer_list<int64_t> sizes) { return zeros(sizes); };
  CHECK(error_of([&] {
          mm(x({2, 3}), x({4, 5}));
        }) == "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)");
  CHECK(error_of([&] {
          matmul(x({3}), x({4, 2}));
        }) == "mat1 and mat2 shapes cannot be multiplied (1x3 and 4x2)");
  CHECK(error_of([&] {
          linear(x({2, 2, 3}), x({4, 5}));
        }) == "mat1 and mat2 shapes cannot be multiplied (4x3 and 5x4)");
  CHECK(error_of([&] {
          matmul(x({}), x({3, 3}));
        }) == "both arguments to matmul need to be at least 1D, but they are 0D and 2D");
  CHECK(error_of([&] { mv(x({2, 3}), x({4})); }) == "size mismatch, got 2, 2x3,4");
  CHECK(starts_with(error_of([&] { dot(x({2}), x({4})); }),
                    "inconsistent tensor size, expected tensor [2] and src [4]"));
  CHECK(starts_with(error_of([&] {
                      matmul(x({2, 2, 3}), x({3, 3, 2}));
                    }),
                    "The size of tensor a (2) must match the size of tensor b (3)"));
  CHECK(error_of([&] {
          bmm(x({2, 2, 3}), x({2, 4, 3}));
        }) ==
        "Expected size for first two dimensions of batch2 tensor to be: [2, 3] but got: [2, 4].");
  CHECK(starts_with(error_of([&] {
                      mm(x({2, 3}), zeros({3, 2}, kFloat64));
                    }),
                    "mm: expected scalar type Float but found Double"));
  CHECK(starts_with(error_of([&] {
                      addmm(x({7}), x({2, 3}), x({3, 4}));
                    }),
                    "The expanded size of the tensor (4) must match the existing size (7)"));
}

TEST_CASE("linear takes every bias that broadcasts to its rows") {
  const Tensor x = wave({3, 4}, 0), weight = wave({5, 4}, 1);
  const Tensor product = matmul(x, weight.t());
  for (const auto& sizes : std::vector<std::vector<int64_t>>{{1}, {5}, {3, 5}, {3, 1}, {}}) {
    const Tensor bias = wave(sizes, 2).requires_grad_();
    const Tensor y = linear(x, weight, bias);
    check_near(y, product.add(bias.detach()), 1e-12);
    y.sum().backward();
    check_near(bias.grad(), full(sizes, 15. / static_cast<double>(bias.numel()), kFloat64), 1e-12);
  }
  const Tensor one = ones({1}, kFloat64);
  CHECK(linear(x[0], weight, one).sizes() == IntArrayRef{5});
  CHECK(linear(wave({2, 3, 4}, 0), weight, one).sizes() == IntArrayRef{2, 3, 5});
  CHECK(error_of([&] { linear(x, weight, ones({4}, kFloat64)); }) != "");
  CHECK(error_of([&] { linear(x, weight, ones({2, 3, 5}, kFloat64)); }) != "");
}

TEST_CASE("integer products of every layout and width are those of their definition") {
  for (const ScalarType dtype : {kUInt8, kInt8, kInt16, kInt32, kInt64}) {
    const Tensor a = arange(7 * 9).sub(20).to(dtype).view({7, 9});
    const Tensor b = arange(9 * 300).mul(7).to(dtype).view({9, 300});
    const Tensor want = a.unsqueeze(2).mul(b.unsqueeze(0)).sum({1}).to(dtype);
    CHECK(equal(mm(a, b), want));
    CHECK(equal(mm(a, b.t().contiguous().t()), want));
    CHECK(equal(mm(a.t().contiguous().t(), b), want));
    CHECK(equal(mm(b.t(), a.t()), want.t()));
    CHECK(equal(bmm(a.expand({3, 7, 9}), b.expand({3, 9, 300}))[2], want));
  }
}
