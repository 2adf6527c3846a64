#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "gradtape/core/error.h"

namespace gradtape::data::detail {

// What a loader's thread and its workers hand each other: requests one way, batches the other.
// A job is under way from push() until pop() hands out its result.
template <class Request, class Batch>
class JobQueue {
 public:
  struct Job {
    size_t number;
    Request request;
  };
  struct Result {
    size_t number;
    std::optional<Batch> batch;
    std::exception_ptr exception;
  };

  explicit JobQueue(bool in_order) : in_order_(in_order) {}

  // -- the loader's side
  size_t under_way() const { return under_way_; }

  void push(Request request) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back({pushed_++, std::move(request)});
    }
    ++under_way_;
    job_added_.notify_one();
  }

  // The next result, in the order of the jobs if that is asked for.
  // Throws: Error if timeout passes before there is one.
  Result pop(std::optional<std::chrono::milliseconds> timeout) {
    std::unique_lock lock(mutex_);
    auto found = results_.end();
    const auto ready = [&] {
      found = std::find_if(results_.begin(), results_.end(), [&](const Result& result) {
        return !in_order_ || result.number == popped_;
      });
      return found != results_.end();
    };
    if (timeout) {
      GRADTAPE_CHECK(
          result_added_.wait_for(lock, *timeout, ready),
          "DataLoader: Timeout in DataLoader queue while waiting for next batch (timeout was ",
          timeout->count(), " ms); got ", under_way_, " batches under way");
    } else {
      result_added_.wait(lock, ready);
    }
    Result result = std::move(*found);
    results_.erase(found);
    ++popped_;
    --under_way_;
    return result;
  }

  // Forgets jobs that nobody has begun, waits for the others, and starts counting again.
  void drain() {
    std::unique_lock lock(mutex_);
    under_way_ -= jobs_.size();
    jobs_.clear();
    result_added_.wait(lock, [&] { return results_.size() == under_way_; });
    results_.clear();
    under_way_ = pushed_ = popped_ = 0;
  }

  // Makes every take() return nothing from now on.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    job_added_.notify_all();
  }

  // -- a worker's side
  std::optional<Job> take() {
    std::unique_lock lock(mutex_);
    job_added_.wait(lock, [&] { return stopped_ || !jobs_.empty(); });
    if (stopped_) return std::nullopt;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
  }

  void finish(Result result) {
    {
      const std::lock_guard lock(mutex_);
      results_.push_back(std::move(result));
    }
    result_added_.notify_one();
  }

 private:
  const bool in_order_;
  std::mutex mutex_;
  std::condition_variable job_added_, result_added_;
  std::deque<Job> jobs_;
  std::vector<Result> results_;
  size_t pushed_ = 0;
  size_t popped_ = 0;
  size_t under_way_ = 0;  // only the loader's thread reads and writes it
  bool stopped_ = false;
};

}  // namespace gradtape::data::detail
