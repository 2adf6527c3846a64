#pragma once

#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "gradtape/core/error.h"
#include "gradtape/core/parallel.h"
#include "gradtape/data/dataloader/job_queue.h"
#include "gradtape/data/dataloader_options.h"
#include "gradtape/data/iterator.h"
#include "gradtape/data/worker_exception.h"

namespace gradtape::data {

/// A loader: a range of batches, gone through once for each epoch, loaded ahead by worker threads
/// if the options ask for them. Workers run every op on one thread. The loader itself belongs to
/// one thread.
template <class Dataset, class Batch, class BatchRequest>
class DataLoaderBase {
 public:
  using BatchType = Batch;
  using BatchRequestType = BatchRequest;

  explicit DataLoaderBase(const DataLoaderOptions& options)
      : options_(options), queue_(options.enforce_ordering()) {}
  DataLoaderBase(const DataLoaderBase&) = delete;
  DataLoaderBase& operator=(const DataLoaderBase&) = delete;
  virtual ~DataLoaderBase() { join(); }

  /// Starts an epoch. The iterator must not outlive the loader.
  ///
  /// Throws: Error while another iterator that is in use has batches under way. What a worker
  /// throws comes out of the iterator as a WorkerException.
  Iterator<Batch> begin() {
    GRADTAPE_CHECK(!joined_, "DataLoader: no epoch can begin after join()");
    GRADTAPE_CHECK(
        queue_.under_way() == 0 || in_use_.expired(),
        "DataLoader: Attempted to get a new DataLoader iterator while another iterator is "
        "not yet exhausted; got ",
        queue_.under_way(), " batches under way");
    queue_.drain();
    reset();
    if (options_.workers > 0)
      for (size_t i = 0; i < options_.max_jobs; ++i) prefetch();
    Iterator<Batch> result([this] { return next(); });
    in_use_ = result.alive();
    return result;
  }
  Iterator<Batch> end() { return {}; }

  /// Ends the workers, after the batch that each is loading.
  void join() {
    if (std::exchange(joined_, true)) return;
    queue_.drain();
    queue_.stop();
    for (std::thread& worker : workers_) worker.join();
  }

  const FullDataLoaderOptions& options() const noexcept { return options_; }

 protected:
  /// The next thing to ask the dataset for; none at the end of the epoch.
  virtual std::optional<BatchRequest> get_batch_request() = 0;
  /// Starts the sampler's or the dataset's next epoch.
  virtual void reset() = 0;

  /// Starts a worker that loads from a dataset, which lives as long as this loader.
  void start_worker(std::shared_ptr<Dataset> dataset) {
    workers_.emplace_back([this, dataset = std::move(dataset)] { work(*dataset); });
  }

  FullDataLoaderOptions options_;
  /// Where the loader's own thread loads from when there are no workers.
  std::shared_ptr<Dataset> main_thread_dataset_;

 private:
  using Queue = detail::JobQueue<BatchRequest, Batch>;

  void prefetch() {
    if (std::optional<BatchRequest> request = get_batch_request()) queue_.push(std::move(*request));
  }

  std::optional<Batch> next() {
    if (options_.workers == 0) {
      std::optional<BatchRequest> request = get_batch_request();
      if (!request) return std::nullopt;
      return main_thread_dataset_->get_batch(std::move(*request));
    }
    // A stateful dataset that has ended answers each request under way with nothing.
    while (queue_.under_way() > 0) {
      typename Queue::Result result = queue_.pop(options_.timeout);
      if (result.exception || result.batch) prefetch();
      if (result.exception) throw WorkerException(std::move(result.exception));
      if (result.batch) return std::move(result.batch);
    }
    return std::nullopt;
  }

  void work(Dataset& dataset) {
    const SingleThreadGuard guard;
    while (auto job = queue_.take()) {
      typename Queue::Result result{job->number, std::nullopt, nullptr};
      try {
        result.batch = dataset.get_batch(std::move(job->request));
      } catch (...) {
        result.exception = std::current_exception();
      }
      queue_.finish(std::move(result));
    }
  }

  Queue queue_;
  std::weak_ptr<const void> in_use_;
  bool joined_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace gradtape::data
