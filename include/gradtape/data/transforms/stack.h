#pragma once

#include <vector>

#include "gradtape/data/example.h"
#include "gradtape/data/transforms/collate.h"

namespace gradtape::data::transforms {

/// Makes one example of a batch: the data, and the targets, stacked along a new first dimension.
///
/// Throws: Error if the batch is empty or its tensors differ in shape.
template <class T = Example<>>
struct Stack;

template <>
struct Stack<Example<>> : public Collation<Example<>> {
  Example<> apply_batch(std::vector<Example<>> examples) override;
};

template <>
struct Stack<TensorExample> : public Collation<TensorExample> {
  TensorExample apply_batch(std::vector<TensorExample> examples) override;
};

namespace detail {
template <class T>
inline constexpr bool is_stack = false;
template <class E>
inline constexpr bool is_stack<Stack<E>> = true;
}  // namespace detail

}  // namespace gradtape::data::transforms
