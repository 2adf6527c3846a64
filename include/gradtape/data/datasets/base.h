#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "gradtape/core/array_ref.h"
#include "gradtape/data/example.h"

namespace gradtape::data::datasets {

template <class SourceDataset, class AppliedTransform>
class MapDataset;
template <class SourceDataset, class AppliedTransform>
MapDataset<SourceDataset, AppliedTransform> map(SourceDataset dataset, AppliedTransform transform);

namespace detail {
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
}  // namespace detail

/// A dataset that gives batches. Self is the derived class.
///
/// Worker threads each get a copy of it, so copies must be independent or safe to read together.
template <class Self, class Batch = std::vector<Example<>>, class BatchRequest = ArrayRef<size_t>>
class BatchDataset {
 public:
  using SelfType = Self;
  using BatchType = Batch;
  using BatchRequestType = BatchRequest;
  /// A stateful dataset gives optional batches: none at the end of an epoch.
  static constexpr bool is_stateful = detail::is_optional<Batch>;

  virtual ~BatchDataset() = default;

  /// The examples that the request names: by default their indices.
  virtual Batch get_batch(BatchRequest request) = 0;
  /// Number of examples, if it is known.
  virtual std::optional<size_t> size() const = 0;

  /// This dataset with a transform applied to every batch. Include datasets/map.h.
  template <class TransformType>
  MapDataset<Self, TransformType> map(TransformType transform) & {
    return datasets::map(static_cast<Self&>(*this), std::move(transform));
  }
  template <class TransformType>
  MapDataset<Self, TransformType> map(TransformType transform) && {
    return datasets::map(std::move(static_cast<Self&>(*this)), std::move(transform));
  }
};

/// A dataset that gives single examples; a batch is a vector of them.
template <class Self, class SingleExample = Example<>>
class Dataset : public BatchDataset<Self, std::vector<SingleExample>> {
 public:
  using ExampleType = SingleExample;

  virtual SingleExample get(size_t index) = 0;

  std::vector<SingleExample> get_batch(ArrayRef<size_t> indices) override {
    std::vector<SingleExample> batch;
    batch.reserve(indices.size());
    for (const size_t index : indices) batch.push_back(get(index));
    return batch;
  }
};

/// An unending source: the request is the number of examples.
template <class Self, class Batch = std::vector<Example<>>>
using StreamDataset = BatchDataset<Self, Batch, size_t>;

}  // namespace gradtape::data::datasets

namespace gradtape::data {
using datasets::BatchDataset;
using datasets::Dataset;
}  // namespace gradtape::data
