#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "golden.h"
#include "temporary_folder.h"

#include "gradtape/core/generator.h"
#include "gradtape/data.h"
#include "gradtape/ops/factory.h"

using namespace gradtape;
using namespace gradtape::data;

namespace {

using Batches = std::vector<std::vector<int64_t>>;

// Example i is the number i; index fails_at throws.
struct Numbers : datasets::Dataset<Numbers, TensorExample> {
  explicit Numbers(size_t count, size_t fails_at = -1) : count(count), fails_at(fails_at) {}
  TensorExample get(size_t index) override {
    if (index == fails_at) throw std::runtime_error("example " + std::to_string(index) + " is bad");
    if (delay.count() > 0) std::this_thread::sleep_for(index == 0 ? 4 * delay : delay);
    return full({}, Scalar(static_cast<int64_t>(index)), kInt64);
  }
  std::optional<size_t> size() const override { return count; }

  size_t count, fails_at;
  std::chrono::milliseconds delay{0};
};

// Batches of plain indices, as fast as can be.
struct Indices : datasets::BatchDataset<Indices, std::vector<size_t>> {
  explicit Indices(std::optional<size_t> count) : count(count) {}
  std::vector<size_t> get_batch(ArrayRef<size_t> request) override { return request.vec(); }
  std::optional<size_t> size() const override { return count; }
  std::optional<size_t> count;
};

template <class Loader>
Batches read_epoch(Loader& loader) {
  Batches batches;
  for (TensorExample& batch : loader) {
    const int64_t* data = batch.data.template data_ptr<int64_t>();
    batches.emplace_back(data, data + batch.data.numel());
  }
  return batches;
}

size_t resident_bytes() {
  size_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_SUITE("data/dataloader") {
  TEST_CASE(
      "the same seed gives libtorch's batches in libtorch's order, with any number of workers") {
    const auto recorded = golden::load("data_loader.json");
    for (const auto& c : recorded["cases"]) {
      for (const size_t workers : {0, 1, 2, 3}) {
        manual_seed(c["seed"].get<uint64_t>());
        auto dataset = Numbers(c["size"].get<size_t>()).map(transforms::Stack<TensorExample>());
        const auto options = DataLoaderOptions(c["batch_size"].get<size_t>())
                                 .workers(workers)
                                 .drop_last(c["drop_last"]);
        const auto expected = c["epochs"].get<std::vector<Batches>>();
        const auto check = [&](auto& loader) {
          for (const Batches& epoch : expected) CHECK(read_epoch(loader) == epoch);
        };
        if (c["sequential"].get<bool>())
          check(*make_data_loader<samplers::SequentialSampler>(dataset, options));
        else
          check(*make_data_loader(dataset, options));
        CHECK(randint(1 << 30, {1}).item<int64_t>() == c["next_random"].get<int64_t>());
      }
    }
  }

  TEST_CASE("a number is the batch size") {
    auto loader = make_data_loader<samplers::SequentialSampler>(Indices(5), 2);
    std::vector<std::vector<size_t>> batches;
    for (const auto& batch : *loader) batches.push_back(batch);
    CHECK(batches == std::vector<std::vector<size_t>>{{0, 1}, {2, 3}, {4}});
  }

  TEST_CASE("without an order each batch comes once") {
    auto loader = make_data_loader<samplers::SequentialSampler>(
        Indices(1000), DataLoaderOptions(7).workers(3).enforce_ordering(false));
    for (int epoch = 0; epoch < 3; ++epoch) {
      std::multiset<size_t> seen;
      for (const auto& batch : *loader) seen.insert(batch.begin(), batch.end());
      CHECK(seen.size() == 1000);
      CHECK(std::set<size_t>(seen.begin(), seen.end()).size() == 1000);
    }
  }

  TEST_CASE("batches keep their order when an early one takes longer") {
    Numbers slow(8);
    slow.delay = std::chrono::milliseconds(5);
    auto loader = make_data_loader<samplers::SequentialSampler>(
        slow.map(transforms::Stack<TensorExample>()), DataLoaderOptions(1).workers(4));
    CHECK(read_epoch(*loader) == Batches{{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}});
  }

  TEST_CASE("what a worker throws comes out with its message, and the epoch can go on") {
    auto loader = make_data_loader<samplers::SequentialSampler>(
        Numbers(6, 2).map(transforms::Stack<TensorExample>()), DataLoaderOptions(1).workers(2));
    auto it = loader->begin();
    CHECK((*it).data.item<int64_t>() == 0);
    ++it;
    CHECK(testing::error_of([&] { ++it; }) ==
          "Caught exception in DataLoader worker thread. Original message: example 2 is bad");
    for (int i = 0; i < 2; ++i) {
      bool caught = false;
      try {
        read_epoch(*loader);
      } catch (const WorkerException& error) {
        caught = true;
        CHECK_THROWS_AS(std::rethrow_exception(error.original_exception), std::runtime_error);
      } catch (const Error&) {
        it = loader->end();  // the first iterator is still in use
      }
      CHECK(caught == (i == 1));
    }
  }

  TEST_CASE("without workers an exception comes out as it is") {
    auto loader = make_data_loader<samplers::SequentialSampler>(
        Numbers(3, 1).map(transforms::Stack<TensorExample>()));
    CHECK_THROWS_AS(read_epoch(*loader), std::runtime_error);
  }

  TEST_CASE("an epoch that was left by break can be followed by another") {
    auto loader = make_data_loader<samplers::SequentialSampler>(Indices(100),
                                                                DataLoaderOptions(1).workers(2));
    for (int i = 0; i < 20; ++i) {
      for (const auto& batch : *loader) {
        CHECK(batch == std::vector<size_t>{0});
        break;
      }
    }
  }

  TEST_CASE("an iterator that is in use forbids another") {
    auto loader = make_data_loader<samplers::SequentialSampler>(Indices(100),
                                                                DataLoaderOptions(1).workers(1));
    auto first = loader->begin();
    CHECK(testing::error_of([&] {
            loader->begin();
          }).find("another iterator is not yet exhausted") != std::string::npos);
  }

  TEST_CASE("a loader that goes away in mid-epoch does not wait for what nobody asked for") {
    Numbers slow(1000);
    slow.delay = std::chrono::milliseconds(20);
    const auto start = std::chrono::steady_clock::now();
    {
      auto loader = make_data_loader<samplers::SequentialSampler>(
          slow.map(transforms::Stack<TensorExample>()),
          DataLoaderOptions(1).workers(2).max_jobs(500));
      loader->begin();
    }
    // Two batches are being loaded; 500 would take 5 s.
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
  }

  TEST_CASE("a batch that does not come within the timeout is an error") {
    Numbers slow(4);
    slow.delay = std::chrono::milliseconds(100);
    auto loader = make_data_loader<samplers::SequentialSampler>(
        slow.map(transforms::Stack<TensorExample>()),
        DataLoaderOptions(1).workers(1).timeout(std::chrono::milliseconds(10)));
    CHECK(testing::error_of([&] { read_epoch(*loader); }).find("(timeout was 10 ms)") !=
          std::string::npos);
  }

  TEST_CASE("an iterator at the end is not read or moved on") {
    auto loader = make_data_loader<samplers::SequentialSampler>(Indices(1));
    auto it = loader->begin();
    ++it;
    CHECK(it == loader->end());
    CHECK_THROWS_AS(*it, Error);
    CHECK_THROWS_AS(++it, Error);
    CHECK_THROWS_AS(*loader->end(), Error);
  }

  TEST_CASE("a batch size of 0 and an empty dataset are refused") {
    CHECK(testing::error_of([] { make_data_loader(Indices(5), 0); }) ==
          "make_data_loader: batch_size must be at least 1; got 0");
    CHECK(testing::error_of([] { make_data_loader(Indices(0), 1); }) ==
          "make_data_loader: the dataset must hold at least one example; got size 0");
    CHECK(testing::error_of([] { make_data_loader(Indices(std::nullopt), 1); }) ==
          "make_data_loader: a dataset without a size needs a sampler");
    CHECK(testing::error_of([] {
            make_data_loader(Indices(5), DataLoaderOptions(1).workers(2).max_jobs(0));
          }) == "make_data_loader: max_jobs must be at least 1 with workers (2); got 0");
  }

  TEST_CASE("a stateful dataset says itself when an epoch ends") {
    struct Countdown : datasets::StatefulDataset<Countdown, int> {
      std::optional<int> get_batch(size_t) override {
        const int value = (*left)--;
        return value > 0 ? std::optional(value) : std::nullopt;
      }
      std::optional<size_t> size() const override { return std::nullopt; }
      void reset() override { *left = 5; }
      std::shared_ptr<std::atomic<int>> left = std::make_shared<std::atomic<int>>(0);
    };
    for (const size_t workers : {0, 1}) {
      auto loader = make_data_loader(Countdown(), DataLoaderOptions(1).workers(workers));
      for (int epoch = 0; epoch < 2; ++epoch)
        CHECK(std::vector<int>(loader->begin(), loader->end()) == std::vector<int>{5, 4, 3, 2, 1});
    }
  }

  TEST_CASE("10,000 batches through workers run at constant memory") {
    // 8 batches of 256 kB are under way; each leaves its thread's cache for the loader's.
    auto dataset = datasets::TensorDataset(ones({640, 1024}, kFloat32))
                       .map(transforms::Normalize<void>(0.5, 0.5))
                       .map(transforms::Stack<TensorExample>());
    auto loader = make_data_loader(dataset, DataLoaderOptions(64).workers(2).max_jobs(8));
    size_t batches = 0, before = 0;
    for (int epoch = 0; epoch < 1000; ++epoch) {
      for (const TensorExample& batch : *loader) batches += batch.data.numel() == 64 * 1024;
      if (epoch == 100) before = resident_bytes();
    }
    CHECK(batches == 10000);
    const size_t after = resident_bytes();
    INFO("from ", before, " to ", after, " bytes");
    CHECK(after < before + (size_t{16} << 20));
  }
}
