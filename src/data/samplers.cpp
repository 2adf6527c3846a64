#include <algorithm>
#include <numeric>

#include "gradtape/core/error.h"
#include "gradtape/data/samplers/random.h"
#include "gradtape/data/samplers/sequential.h"
#include "gradtape/data/samplers/stream.h"
#include "gradtape/ops/factory.h"

namespace gradtape::data::samplers {

void SequentialSampler::reset(std::optional<size_t> new_size) {
  size_ = new_size.value_or(size_);
  index_ = 0;
}

std::optional<std::vector<size_t>> SequentialSampler::next(size_t batch_size) {
  if (index_ == size_) return std::nullopt;
  std::vector<size_t> indices(std::min(batch_size, size_ - index_));
  std::iota(indices.begin(), indices.end(), index_);
  index_ += indices.size();
  return indices;
}

RandomSampler::RandomSampler(int64_t size, Dtype index_dtype)
    : indices_(randperm(size, index_dtype)) {}

void RandomSampler::reset(std::optional<size_t> new_size) {
  const auto size = new_size ? static_cast<int64_t>(*new_size) : indices_.numel();
  indices_ = randperm(size, indices_.dtype());
  index_ = 0;
}

std::optional<std::vector<size_t>> RandomSampler::next(size_t batch_size) {
  const int64_t left = indices_.numel() - index_;
  if (left == 0) return std::nullopt;
  const int64_t count = std::min<uint64_t>(batch_size, left);
  std::vector<size_t> indices(count);
  visit_dtype(indices_.dtype(), [&](auto tag) {
    const auto* data = indices_.data_ptr<typename decltype(tag)::type>() + index_;
    std::copy(data, data + count, indices.begin());
  });
  index_ += count;
  return indices;
}

void StreamSampler::reset(std::optional<size_t> new_size) {
  epoch_size_ = new_size.value_or(epoch_size_);
  examples_so_far_ = 0;
}

std::optional<BatchSize> StreamSampler::next(size_t batch_size) {
  if (examples_so_far_ == epoch_size_) return std::nullopt;
  const BatchSize request(std::min(batch_size, epoch_size_ - examples_so_far_));
  examples_so_far_ += request;
  return request;
}

}  // namespace gradtape::data::samplers
