#pragma once

#include "gradtape/data/samplers/base.h"

namespace gradtape::data::samplers {

/// 0, 1, 2, ... size - 1.
class SequentialSampler : public Sampler<> {
 public:
  explicit SequentialSampler(size_t size) : size_(size) {}

  void reset(std::optional<size_t> new_size = {}) override;
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  /// How many indices have been handed out in this epoch.
  size_t index() const noexcept { return index_; }

 private:
  size_t size_;
  size_t index_ = 0;
};

}  // namespace gradtape::data::samplers
