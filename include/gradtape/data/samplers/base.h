#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace gradtape::data::samplers {

/// Chooses what the next batch is made of.
template <class BatchRequest = std::vector<size_t>>
class Sampler {
 public:
  using BatchRequestType = BatchRequest;

  virtual ~Sampler() = default;
  /// Starts the next epoch, of new_size examples if that is given.
  virtual void reset(std::optional<size_t> new_size) = 0;
  /// The next request, for at most batch_size examples; none at the end of the epoch.
  virtual std::optional<BatchRequest> next(size_t batch_size) = 0;
};

}  // namespace gradtape::data::samplers
