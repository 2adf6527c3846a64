#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "gradtape/data/datasets/base.h"
#include "gradtape/data/stackable.h"
#include "gradtape/data/transforms/stack.h"

namespace gradtape::data::datasets {

namespace detail {
template <bool IsOptional, class T>
using optional_if_t = std::conditional_t<IsOptional, std::optional<T>, T>;

template <class SourceDataset, class AppliedTransform>
using MappedBatch =
    optional_if_t<SourceDataset::is_stateful, typename AppliedTransform::OutputBatchType>;
}  // namespace detail

/// A dataset with a transform applied to its batches.
template <class SourceDataset, class AppliedTransform>
class MapDataset : public BatchDataset<MapDataset<SourceDataset, AppliedTransform>,
                                       detail::MappedBatch<SourceDataset, AppliedTransform>,
                                       typename SourceDataset::BatchRequestType> {
 public:
  using DatasetType = SourceDataset;
  using TransformType = AppliedTransform;
  using BatchRequestType = typename SourceDataset::BatchRequestType;
  using OutputBatchType = detail::MappedBatch<SourceDataset, AppliedTransform>;
  using Stackable = MapDataset;

  MapDataset(SourceDataset dataset, AppliedTransform transform)
      : dataset_(std::move(dataset)), transform_(std::move(transform)) {}

  OutputBatchType get_batch(BatchRequestType request) override {
    if constexpr (SourceDataset::is_stateful) {
      auto batch = dataset_.get_batch(std::move(request));
      if (!batch) return std::nullopt;
      return transform_.apply_batch(std::move(*batch));
    } else if constexpr (transforms::detail::is_stack<AppliedTransform> &&
                         data::detail::StackableDataset<SourceDataset>) {
      return dataset_.get_stacked(request);
    } else {
      return transform_.apply_batch(dataset_.get_batch(std::move(request)));
    }
  }

  /// What Stack would make of get_batch(indices); there where dataset and transform can do it.
  auto get_stacked(ArrayRef<size_t> indices) requires
      data::detail::StackableAfter<AppliedTransform, SourceDataset> {
    return transform_.apply_stacked(dataset_.get_stacked(indices));
  }

  std::optional<size_t> size() const noexcept override { return dataset_.size(); }
  /// Starts a stateful dataset's next epoch.
  void reset() { dataset_.reset(); }

  const SourceDataset& dataset() noexcept { return dataset_; }
  const AppliedTransform& transform() noexcept { return transform_; }

 private:
  SourceDataset dataset_;
  AppliedTransform transform_;
};

template <class SourceDataset, class AppliedTransform>
MapDataset<SourceDataset, AppliedTransform> map(SourceDataset dataset, AppliedTransform transform) {
  using Batch = typename SourceDataset::BatchType;
  if constexpr (SourceDataset::is_stateful)
    static_assert(
        std::is_same_v<typename Batch::value_type, typename AppliedTransform::InputBatchType>,
        "the dataset's batches must be what the transform takes");
  else
    static_assert(std::is_same_v<Batch, typename AppliedTransform::InputBatchType>,
                  "the dataset's batches must be what the transform takes");
  return {std::move(dataset), std::move(transform)};
}

}  // namespace gradtape::data::datasets
