#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace gradtape::data {

/// How a loader loads: DataLoaderOptions(64).workers(2).drop_last(true).
class DataLoaderOptions {
 public:
  DataLoaderOptions() = default;
  DataLoaderOptions(size_t batch_size) : batch_size_(batch_size) {}

  /// Examples in a batch.
  DataLoaderOptions& batch_size(size_t value) { return batch_size_ = value, *this; }
  size_t batch_size() const noexcept { return batch_size_; }

  /// Threads that load ahead; with none the calling thread loads each batch when it is asked for.
  DataLoaderOptions& workers(size_t value) { return workers_ = value, *this; }
  size_t workers() const noexcept { return workers_; }

  /// Batches that may be under way or waiting; twice the workers unless set.
  DataLoaderOptions& max_jobs(std::optional<size_t> value) { return max_jobs_ = value, *this; }
  std::optional<size_t> max_jobs() const noexcept { return max_jobs_; }

  /// How long to wait for a worker's batch; for ever unless set.
  DataLoaderOptions& timeout(std::optional<std::chrono::milliseconds> value) {
    return timeout_ = value, *this;
  }
  std::optional<std::chrono::milliseconds> timeout() const noexcept { return timeout_; }

  /// Whether workers' batches come in the sampler's order, or each as soon as it is there.
  DataLoaderOptions& enforce_ordering(bool value) { return enforce_ordering_ = value, *this; }
  bool enforce_ordering() const noexcept { return enforce_ordering_; }

  /// Whether a last batch of fewer examples is left out.
  DataLoaderOptions& drop_last(bool value) { return drop_last_ = value, *this; }
  bool drop_last() const noexcept { return drop_last_; }

 private:
  size_t batch_size_ = 1;
  size_t workers_ = 0;
  std::optional<size_t> max_jobs_;
  std::optional<std::chrono::milliseconds> timeout_;
  bool enforce_ordering_ = true;
  bool drop_last_ = false;
};

/// The same with nothing left open.
struct FullDataLoaderOptions {
  /// Throws: Error if batch_size is 0, or max_jobs is 0 while there are workers.
  explicit FullDataLoaderOptions(const DataLoaderOptions& options);

  size_t batch_size;
  size_t workers;
  size_t max_jobs;
  std::optional<std::chrono::milliseconds> timeout;
  bool enforce_ordering;
  bool drop_last;
};

}  // namespace gradtape::data
