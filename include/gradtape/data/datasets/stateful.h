#pragma once

#include <optional>
#include <vector>

#include "gradtape/data/datasets/base.h"

namespace gradtape::data::datasets {

/// A dataset that knows by itself what comes next: it is asked for so many examples, and gives none
/// at the end of an epoch. Workers share one object, which therefore locks where it must.
template <class Self, class Batch = std::vector<Example<>>, class BatchRequest = size_t>
class StatefulDataset : public BatchDataset<Self, std::optional<Batch>, BatchRequest> {
 public:
  /// Starts the next epoch.
  virtual void reset() = 0;
};

}  // namespace gradtape::data::datasets
