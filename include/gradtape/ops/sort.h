#pragma once

#include <concepts>
#include <optional>
#include <tuple>

#include "gradtape/ops/tensor.h"

// Orders along one axis. A NaN counts as the largest value. Gradients go where the values came
// from. All throw Error for an axis out of range.
namespace gradtape {

/// The elements in order along dim and, int64, where they were; equals keep their order.
///
/// Shapes: both as self.
std::tuple<Tensor, Tensor> sort(const Tensor& self, int64_t dim = -1, bool descending = false);
std::tuple<Tensor, Tensor> sort(const Tensor& self, std::optional<bool> stable, int64_t dim = -1,
                                bool descending = false);
/// The positions that sort gives.
Tensor argsort(const Tensor& self, int64_t dim = -1, bool descending = false);
/// Taken by a bool alone: argsort(x, 0) names a dimension.
template <std::same_as<bool> B>
Tensor argsort(const Tensor& self, B stable, int64_t dim = -1, bool descending = false) {
  return std::get<1>(sort(self, std::optional<bool>(stable), dim, descending));
}
/// The k largest (smallest) elements along dim, best first, and where they were; of equals the
/// first.
///
/// Shapes: both as self with size k at dim. Throws: Error unless 0 <= k <= its size.
std::tuple<Tensor, Tensor> topk(const Tensor& self, int64_t k, int64_t dim = -1,
                                bool largest = true, bool sorted = true);

}  // namespace gradtape
