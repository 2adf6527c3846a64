#pragma once

#include <concepts>
#include <cstddef>
#include <utility>

#include "gradtape/core/array_ref.h"
#include "gradtape/data/example.h"

// Examples that lie in one tensor need not be taken apart and stacked again: 64 images cost 64
// tensors that way, and one copy the short way. A dataset or transform that can do the same to a
// whole stacked batch says so by `using Stackable = itself`; where everything from the dataset up
// to Stack does, MapDataset goes the short way. A class that is derived from such a one may have
// changed what one example is, and goes the long way unless it says so too.
namespace gradtape::data::detail {

template <class E>
inline constexpr bool is_tensor_example = false;
template <>
inline constexpr bool is_tensor_example<Example<>> = true;
template <>
inline constexpr bool is_tensor_example<TensorExample> = true;

/// A dataset with get_stacked(indices): the examples stacked along a new first dimension.
template <class D>
concept StackableDataset = requires(D& dataset, ArrayRef<size_t> indices) {
  requires std::same_as<typename D::Stackable, D>;
  requires is_tensor_example<decltype(dataset.get_stacked(indices))>;
};

/// A transform with apply_stacked(batch), what apply() does to each example of a stacked batch,
/// after such a dataset. One concept, because clang 14 looks into a conjunction whose first part
/// fails.
template <class T, class D>
concept StackableAfter = StackableDataset<D> &&
    requires(T& transform, D& dataset, ArrayRef<size_t> indices) {
  requires std::same_as<typename T::Stackable, T>;
  requires std::same_as<decltype(transform.apply_stacked(dataset.get_stacked(indices))),
                        decltype(dataset.get_stacked(indices))>;
};

}  // namespace gradtape::data::detail
