#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "gradtape/data/dataloader/base.h"

namespace gradtape::data {

/// A loader whose sampler chooses the examples of each batch. Every worker has a copy of the
/// dataset.
template <class Dataset, class Sampler>
class StatelessDataLoader : public DataLoaderBase<Dataset, typename Dataset::BatchType,
                                                  typename Sampler::BatchRequestType> {
  using Base =
      DataLoaderBase<Dataset, typename Dataset::BatchType, typename Sampler::BatchRequestType>;

 public:
  using typename Base::BatchRequestType;

  /// Throws: Error if the batch size or the dataset's size is 0.
  StatelessDataLoader(Dataset dataset, Sampler sampler, const DataLoaderOptions& options)
      : Base(options), sampler_(std::move(sampler)) {
    const std::optional<size_t> size = dataset.size();
    GRADTAPE_CHECK(!size || *size > 0,
                   "make_data_loader: the dataset must hold at least one example; got size 0");
    for (size_t i = 0; i < this->options_.workers; ++i)
      this->start_worker(std::make_shared<Dataset>(dataset));
    if (this->options_.workers == 0)
      this->main_thread_dataset_ = std::make_shared<Dataset>(std::move(dataset));
  }
  ~StatelessDataLoader() override { this->join(); }

 private:
  void reset() override { sampler_.reset(std::nullopt); }

  std::optional<BatchRequestType> get_batch_request() override {
    std::optional<BatchRequestType> request = sampler_.next(this->options_.batch_size);
    if (request && this->options_.drop_last && request->size() < this->options_.batch_size)
      return std::nullopt;
    return request;
  }

  Sampler sampler_;
};

}  // namespace gradtape::data
