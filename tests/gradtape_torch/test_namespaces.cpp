#include <cstdint>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>
#include <torch/torch.h>

// The same namespaces in gradtape, whatever the headers have put there.
namespace gradtape {
namespace nn {}
namespace data::samplers {}
}  // namespace gradtape

// A program written for PyTorch's C++ frontend may reopen its namespaces.
namespace torch::nn {
namespace {
struct Reopened {};
}  // namespace
}  // namespace torch::nn

namespace torch::data::samplers {
namespace {
struct Reopened {};
}  // namespace
}  // namespace torch::data::samplers

TEST_SUITE("gradtape_torch/namespaces") {
  TEST_CASE("c10::Error, at::Error and torch::Error are gradtape's") {
    CHECK(std::is_same_v<c10::Error, gradtape::Error>);
    CHECK(std::is_same_v<at::Error, gradtape::Error>);
    CHECK(std::is_same_v<torch::Error, gradtape::Error>);
  }

  TEST_CASE("optional and nullopt are the standard library's") {
    CHECK(std::is_same_v<torch::optional<int>, std::optional<int>>);
    c10::optional<int> value = c10::nullopt;
    CHECK_FALSE(value.has_value());
  }

  TEST_CASE("c10::str streams its arguments together") { CHECK(c10::str("a", 1, 'b') == "a1b"); }

  TEST_CASE("a reopened namespace holds what the program put there") {
    CHECK(std::is_empty_v<torch::nn::Reopened>);
  }

  TEST_CASE(
      "after using namespace torch, the nested namespaces are not ambiguous with gradtape's") {
    using namespace torch;
    CHECK(std::is_empty_v<nn::Reopened>);
    using namespace torch::data;
    CHECK(std::is_empty_v<samplers::Reopened>);
  }
}

TEST_SUITE("gradtape_torch/names") {
  TEST_CASE("names that libtorch has in more than one namespace") {
    CHECK(std::is_same_v<torch::autograd::tensor_list, std::vector<torch::Tensor>>);
    CHECK(std::is_same_v<torch::autograd::variable_list, std::vector<torch::Tensor>>);
    CHECK(std::is_same_v<decltype(torch::ones({1}).dtype()), caffe2::TypeMeta>);
    CHECK(c10::typeMetaToScalarType(torch::ones({1}).dtype()) == torch::kFloat);
    CHECK(std::is_same_v<at::TensorAccessor<float, 2>, torch::TensorAccessor<float, 2>>);

    struct Numbers : torch::data::Dataset<Numbers> {
      torch::data::Example<> get(size_t i) override { return {x[i], x[i] * 2}; }
      torch::optional<size_t> size() const override { return 3; }
      torch::Tensor x = torch::arange(3);
    };
    CHECK(Numbers().get_batch(std::vector<size_t>{2})[0].target.item<int>() == 4);
    CHECK(std::is_base_of_v<torch::data::BatchDataset<Numbers>, Numbers>);
  }
}

TEST_SUITE("gradtape_torch/irange") {
  TEST_CASE("irange(end) counts from 0") {
    std::vector<int64_t> seen;
    for (const auto i : c10::irange(int64_t{3})) seen.push_back(i);
    CHECK(seen == std::vector<int64_t>{0, 1, 2});
  }

  TEST_CASE("irange(begin, end) counts in end's type") {
    std::vector<int64_t> seen;
    for (const auto i : c10::irange(2, int64_t{5})) {
      static_assert(std::is_same_v<decltype(i), const int64_t>);
      seen.push_back(i);
    }
    CHECK(seen == std::vector<int64_t>{2, 3, 4});
  }

  TEST_CASE("irange is empty when end is negative or below begin") {
    for (const auto i : c10::irange(-1)) FAIL(i);
    for (const auto i : c10::irange(3, 1)) FAIL(i);
  }
}
