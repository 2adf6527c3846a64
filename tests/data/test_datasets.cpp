#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "golden.h"
#include "temporary_folder.h"

#include "gradtape/data.h"
#include "gradtape/io/idx.h"
#include "gradtape/ops/factory.h"

using namespace gradtape;
using namespace gradtape::data;

namespace {

std::vector<float> values(const Tensor& tensor) {
  const Tensor dense = tensor.contiguous();
  return {dense.data_ptr<float>(), dense.data_ptr<float>() + dense.numel()};
}

Tensor bytes(IntArrayRef sizes, int first) {
  Tensor result = empty(sizes, kUInt8);
  for (int64_t i = 0; i < result.numel(); ++i)
    result.data_ptr<uint8_t>()[i] = static_cast<uint8_t>(first + i);
  return result;
}

// 3 training images of 2 x 2 with labels 7, 8, 9; 1 test image.
void write_mnist(const TemporaryFolder& folder) {
  io::write_idx(folder.file("train-images-idx3-ubyte"), bytes({3, 2, 2}, 0));
  io::write_idx(folder.file("train-labels-idx1-ubyte.gz"), bytes({3}, 7));
  io::write_idx(folder.file("t10k-images-idx3-ubyte.gz"), bytes({1, 2, 2}, 255 - 3));
  io::write_idx(folder.file("t10k-labels-idx1-ubyte"), bytes({1}, 1));
}

// The same rows, but not Stackable: the long way.
struct Rows : datasets::Dataset<Rows, TensorExample> {
  explicit Rows(Tensor tensor) : source(std::move(tensor)) {}
  TensorExample get(size_t index) override { return source.get(index); }
  std::optional<size_t> size() const override { return source.size(); }
  datasets::TensorDataset source;
};

struct Doubled : transforms::Normalize<void> {
  using Normalize::Normalize;
  Tensor operator()(Tensor input) override { return input.mul(2); }
};

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return true;
}

}  // namespace

TEST_SUITE("data/datasets") {
  TEST_CASE("MNIST's files are read, plain or compressed, as images from 0 to 1 and labels") {
    const TemporaryFolder folder;
    write_mnist(folder);
    datasets::MNIST train(folder.path());
    CHECK(train.is_train());
    CHECK(train.size() == 3);
    CHECK(train.images().sizes() == IntArrayRef{3, 1, 2, 2});
    CHECK(train.images().dtype() == kFloat32);
    CHECK(train.targets().dtype() == kInt64);
    const Example<> example = train.get(1);
    CHECK(example.data.sizes() == IntArrayRef{1, 2, 2});
    CHECK(values(example.data) == std::vector<float>{4 / 255.f, 5 / 255.f, 6 / 255.f, 7 / 255.f});
    CHECK(example.target.item<int64_t>() == 8);

    datasets::MNIST test(folder.path(), datasets::MNIST::Mode::kTest);
    CHECK(!test.is_train());
    CHECK(test.size() == 1);
    CHECK(values(test.images())[3] == 1);
  }

  TEST_CASE("all bytes, alone, in a batch and in images(), are byte / 255 in float") {
    const TemporaryFolder folder;
    const std::string images = folder.file("images"), labels = folder.file("labels");
    io::write_idx(images, bytes({2, 16, 16}, 0));
    io::write_idx(labels, bytes({2}, 0));
    datasets::IdxDataset dataset(images, labels), copy = dataset;
    std::vector<float> expected(256);
    for (int i = 0; i < 256; ++i) expected[i] = static_cast<float>(i) / 255.f;
    const std::vector<size_t> indices{1, 0, 1};
    const Example<> batch = dataset.get_stacked(indices);
    CHECK(batch.data.sizes() == IntArrayRef{3, 1, 16, 16});
    CHECK(values(batch.target.to(kFloat32)) == std::vector<float>{1, 0, 1});
    for (int64_t i = 0; i < 3; ++i) CHECK(values(batch.data[i]) == expected);
    CHECK(values(dataset.get(1).data) == expected);
    CHECK(values(dataset.images()[1]) == expected);

    // As in libtorch, whose datasets hold floats, examples are taken from them.
    CHECK(&dataset.images() == &copy.images());
    dataset.images().fill_(0.5);
    CHECK(values(copy.get_stacked(indices).data) == std::vector<float>(3 * 256, 0.5f));
    CHECK(values(dataset.get(0).data) == std::vector<float>(256, 0.5f));
    has(testing::error_of([&] {
          copy.get_stacked(std::vector<size_t>{0, 2});
        }),
        "IdxDataset: the index must be below the size (2); got 2");
  }

  TEST_CASE("the digits that the repository carries are read, enlarged") {
    const std::string folder = golden::source_dir() + "/examples/data/digits";
    datasets::MNIST train(folder, datasets::MNIST::Mode::kTrain, 28);
    datasets::MNIST test(folder, datasets::MNIST::Mode::kTest, 28);
    CHECK(train.images().sizes() == IntArrayRef{1437, 1, 28, 28});
    CHECK(test.images().sizes() == IntArrayRef{360, 1, 28, 28});
    // The data set begins with 0, 1, 2, ...
    for (int64_t i = 0; i < 10; ++i) CHECK(train.get(i).target.item<int64_t>() == i);
    uintmax_t total = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) total += file.file_size();
    CHECK(total < 300'000);
  }

  TEST_CASE("a missing folder, a missing file and files that do not fit are named") {
    has(testing::error_of([] { datasets::MNIST("/nowhere/x"); }),
        "MNIST: folder /nowhere/x does not exist");
    const TemporaryFolder folder;
    has(testing::error_of([&] { datasets::MNIST(folder.path()); }),
        "MNIST: folder " + folder.path() +
            " has no file train-images-idx3-ubyte or train-images-idx3-ubyte.gz");
    const std::string images = folder.file("images"), labels = folder.file("labels");
    io::write_idx(images, bytes({3, 2, 2}, 0));
    io::write_idx(labels, bytes({2}, 0));
    has(testing::error_of([&] { datasets::IdxDataset(images, labels); }),
        "IdxDataset: images (3) and labels (2) must be as many");
    has(testing::error_of([&] { datasets::IdxDataset(labels, labels); }),
        "IdxDataset: images must be Byte [N, H, W]; got Byte [2]");
    has(testing::error_of([&] { datasets::IdxDataset(images, images); }),
        "IdxDataset: labels must be Byte [N]; got Byte [3, 2, 2]");
  }

  TEST_CASE("an index beyond the size is refused") {
    datasets::TensorDataset dataset(ones({3, 2}));
    has(testing::error_of([&] { dataset.get(3); }),
        "TensorDataset: the index must be below the size (3); got 3");
    has(testing::error_of([&] {
          dataset.get_stacked(std::vector<size_t>{0, size_t(-1)});
        }),
        "(3); got 18446744073709551615");
  }

  TEST_CASE("an enlarged image is what PyTorch's bilinear interpolate makes") {
    const auto recorded = golden::load("enlarge.json");
    for (const auto& c : recorded["cases"]) {
      const auto input = c["input"].get<std::vector<float>>();
      const auto expected = c["output"].get<std::vector<float>>();
      Tensor image = empty({1, c["height"].get<int64_t>(), c["width"].get<int64_t>()}, kFloat32);
      std::copy(input.begin(), input.end(), image.data_ptr<float>());
      const auto got = values(datasets::enlarge(image, c["side"].get<int64_t>()));
      REQUIRE(got.size() == expected.size());
      for (size_t i = 0; i < got.size(); ++i) CHECK(std::abs(got[i] - expected[i]) < 1e-6f);
    }
    CHECK_THROWS_AS(datasets::enlarge(ones({1, 2, 2}), 0), Error);
    CHECK_THROWS_AS(datasets::enlarge(ones({2, 0}), 4), Error);
  }

  TEST_CASE("a stacked batch is the same by the short way and by the long one, bit for bit") {
    const double means[] = {0.1307, -3};
    for (const std::vector<int64_t>& sizes :
         {std::vector<int64_t>{5, 2, 3, 4}, {5, 1, 3, 4}, {5, 3, 4}, {5, 6}, {5}}) {
      const Tensor rows = randn(sizes);
      for (const size_t channels : {1, 2}) {
        const transforms::Normalize<void> normalize({means, channels}, 0.3081);
        auto fast =
            datasets::TensorDataset(rows).map(normalize).map(transforms::Stack<TensorExample>());
        auto slow = Rows(rows).map(normalize).map(transforms::Stack<TensorExample>());
        const std::vector<size_t> indices = {4, 0, 0, 3};
        const Tensor a = fast.get_batch(indices).data, b = slow.get_batch(indices).data;
        CHECK(a.sizes() == b.sizes());
        CHECK(values(a) == values(b));
      }
    }
  }

  TEST_CASE("a transform derived from a stackable one is asked for each example") {
    auto dataset = datasets::TensorDataset(ones({2, 1, 1, 1}))
                       .map(Doubled(0.5, 0.5))
                       .map(transforms::Stack<TensorExample>());
    CHECK(values(dataset.get_batch(std::vector<size_t>{0, 1}).data) == std::vector<float>{2, 2});
  }

  TEST_CASE("transforms are applied in turn, to examples or to batches") {
    auto dataset =
        datasets::TensorDataset(ones({3, 1, 1, 1}))
            .map(transforms::TensorLambda<void>([](Tensor x) { return x.mul(3); }))
            .map(transforms::Lambda<TensorExample>([](TensorExample e) { return e.data.add(1); }))
            .map(transforms::BatchLambda<std::vector<TensorExample>, size_t>(
                [](std::vector<TensorExample> batch) {
                  CHECK(batch.at(0).data.item<float>() == 4);
                  return batch.size();
                }));
    CHECK(dataset.get_batch(std::vector<size_t>{0, 2}) == 2);
    CHECK(dataset.size() == 3);
  }

  TEST_CASE("Stack makes one example of many, and none of an empty batch") {
    transforms::Stack<> stack;
    const Example<> batch = stack.apply_batch({{ones({2}), ones({})}, {zeros({2}), zeros({})}});
    CHECK(values(batch.data) == std::vector<float>{1, 1, 0, 0});
    CHECK(batch.data.sizes() == IntArrayRef{2, 2});
    CHECK(batch.target.sizes() == IntArrayRef{2});
    CHECK_THROWS_AS(stack.apply_batch({}), Error);
  }

  TEST_CASE("a shared dataset is one object in every copy") {
    auto shared = datasets::make_shared_dataset<datasets::TensorDataset>(ones({3, 2}));
    auto copy = shared;
    CHECK(&*copy == &*shared);
    CHECK(shared.size() == 3);
    CHECK(shared.get_batch(std::vector<size_t>{1}).size() == 1);
  }
}

TEST_SUITE("data/samplers") {
  TEST_CASE("the sequential sampler counts, and starts again with another size") {
    samplers::SequentialSampler sampler(5);
    CHECK(sampler.next(3) == std::vector<size_t>{0, 1, 2});
    CHECK(sampler.index() == 3);
    CHECK(sampler.next(3) == std::vector<size_t>{3, 4});
    CHECK(!sampler.next(3));
    sampler.reset(1);
    CHECK(sampler.next(3) == std::vector<size_t>{0});
    CHECK(!sampler.next(3));
  }

  TEST_CASE("the random sampler gives each index once, in an order of any dtype") {
    for (const Dtype dtype : {kInt64, kInt32, kInt16, kFloat64}) {
      samplers::RandomSampler sampler(100, dtype);
      std::vector<bool> seen(100);
      while (const auto indices = sampler.next(7))
        for (const size_t index : *indices) seen.at(index) = true;
      CHECK(std::count(seen.begin(), seen.end(), true) == 100);
      CHECK(sampler.index() == 100);
      sampler.reset(3);
      CHECK(sampler.next(10)->size() == 3);
    }
  }

  TEST_CASE("the stream sampler asks for an epoch's number of examples") {
    samplers::StreamSampler sampler(5);
    CHECK(sampler.next(3)->size() == 3);
    CHECK(sampler.next(3)->size() == 2);
    CHECK(!sampler.next(3));
    sampler.reset();
    CHECK(sampler.next(10)->size() == 5);
  }
}
