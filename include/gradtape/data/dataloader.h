#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "gradtape/data/dataloader/base.h"
#include "gradtape/data/dataloader/job_queue.h"
#include "gradtape/data/dataloader/stateful.h"
#include "gradtape/data/dataloader/stateless.h"
#include "gradtape/data/samplers/random.h"

namespace gradtape::data {

/// Batches of a dataset, chosen by a sampler; a plain number in place of options is the batch size.
///
///     auto loader = make_data_loader(dataset, DataLoaderOptions(64).workers(1));
///     for (Example<>& batch : *loader) ...
///
/// Throws: Error if the batch size or the dataset's size is 0.
template <class Dataset, class Sampler>
requires(!Dataset::is_stateful)
    std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(
        Dataset dataset, Sampler sampler, DataLoaderOptions options) {
  return std::make_unique<StatelessDataLoader<Dataset, Sampler>>(std::move(dataset),
                                                                 std::move(sampler), options);
}

/// The same with a sampler made from the dataset's size: shuffled, unless another is named.
///
/// Throws: Error also if the dataset has no size.
template <class Sampler = samplers::RandomSampler, class Dataset>
requires(!Dataset::is_stateful && std::is_constructible_v<Sampler, size_t>)
    std::unique_ptr<StatelessDataLoader<Dataset, Sampler>> make_data_loader(
        Dataset dataset, DataLoaderOptions options = {}) {
  const std::optional<size_t> size = dataset.size();
  GRADTAPE_CHECK(size, "make_data_loader: a dataset without a size needs a sampler");
  return make_data_loader(std::move(dataset), Sampler(*size), options);
}

/// Batches of a stateful dataset.
template <class Dataset>
requires(Dataset::is_stateful) std::unique_ptr<StatefulDataLoader<Dataset>> make_data_loader(
    Dataset dataset, DataLoaderOptions options = {}) {
  return std::make_unique<StatefulDataLoader<Dataset>>(std::move(dataset), options);
}

}  // namespace gradtape::data
