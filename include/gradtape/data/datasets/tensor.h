#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "gradtape/data/datasets/base.h"

namespace gradtape::data::datasets {

/// The rows of one tensor, without targets.
struct TensorDataset : public Dataset<TensorDataset, TensorExample> {
  using Stackable = TensorDataset;

  /// Throws: Error if the tensors differ in shape.
  explicit TensorDataset(const std::vector<Tensor>& tensors);
  explicit TensorDataset(Tensor tensor) : tensor(std::move(tensor)) {}

  /// Row index. Throws: Error if there is none.
  TensorExample get(size_t index) override;
  TensorExample get_stacked(ArrayRef<size_t> indices);
  std::optional<size_t> size() const override;

  Tensor tensor;
};

}  // namespace gradtape::data::datasets
