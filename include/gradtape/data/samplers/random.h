#pragma once

#include "gradtape/data/samplers/base.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::data::samplers {

/// 0 ... size - 1 in an order drawn from the default generator: once when the sampler is made and
/// once at each reset, as libtorch does, so that equal seeds give equal batches.
class RandomSampler : public Sampler<> {
 public:
  /// index_dtype holds the indices while they wait; a smaller one takes less memory.
  explicit RandomSampler(int64_t size, Dtype index_dtype = kInt64);

  void reset(std::optional<size_t> new_size = {}) override;
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  /// How many indices have been handed out in this epoch.
  size_t index() const noexcept { return static_cast<size_t>(index_); }

 private:
  Tensor indices_;
  int64_t index_ = 0;
};

}  // namespace gradtape::data::samplers
