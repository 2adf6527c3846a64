#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "gradtape/data/dataloader/base.h"

namespace gradtape::data {

/// A loader of a dataset that knows by itself what comes next. Its workers share the dataset.
template <class Dataset>
class StatefulDataLoader : public DataLoaderBase<Dataset, typename Dataset::BatchType::value_type,
                                                 typename Dataset::BatchRequestType> {
  using Base = DataLoaderBase<Dataset, typename Dataset::BatchType::value_type,
                              typename Dataset::BatchRequestType>;

 public:
  using typename Base::BatchRequestType;

  /// Throws: Error if the batch size is 0.
  StatefulDataLoader(Dataset dataset, const DataLoaderOptions& options) : Base(options) {
    this->main_thread_dataset_ = std::make_shared<Dataset>(std::move(dataset));
    for (size_t i = 0; i < this->options_.workers; ++i)
      this->start_worker(this->main_thread_dataset_);
  }
  ~StatefulDataLoader() override { this->join(); }

 private:
  void reset() override { this->main_thread_dataset_->reset(); }

  std::optional<BatchRequestType> get_batch_request() override { return this->options_.batch_size; }
};

}  // namespace gradtape::data
