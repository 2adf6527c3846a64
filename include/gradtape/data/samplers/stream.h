#pragma once

#include "gradtape/data/samplers/base.h"

namespace gradtape::data::samplers {

/// A request for so many examples, whichever they are.
struct BatchSize {
  explicit BatchSize(size_t size) : size_(size) {}
  size_t size() const noexcept { return size_; }
  operator size_t() const noexcept { return size_; }

  size_t size_;
};

/// Asks a stream for batches until an epoch of epoch_size examples is full.
class StreamSampler : public Sampler<BatchSize> {
 public:
  explicit StreamSampler(size_t epoch_size) : epoch_size_(epoch_size) {}

  void reset(std::optional<size_t> new_size = {}) override;
  std::optional<BatchSize> next(size_t batch_size) override;

 private:
  size_t examples_so_far_ = 0;
  size_t epoch_size_;
};

}  // namespace gradtape::data::samplers
