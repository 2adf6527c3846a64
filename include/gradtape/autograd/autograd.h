#pragma once

#include <optional>
#include <vector>

#include "gradtape/autograd/grad_mode.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::autograd {

using gradtape::Variable;
using gradtape::variable_list;

/// Accumulates the gradients of the sum of tensors, each weighted by its grad_tensors entry, into
/// the leaves they were made from, or only into inputs where any are given.
///
/// Shapes: grad_tensors[i] as tensors[i]; an entry may be undefined for a tensor of one element.
/// Throws: Error if a tensor needs no gradient, a shape differs, or a graph was freed before.
void backward(const variable_list& tensors, const variable_list& grad_tensors = {},
              std::optional<bool> retain_graph = {}, bool create_graph = false,
              const variable_list& inputs = {});

/// The gradients of the same sum with respect to inputs; no tensor's .grad() is touched.
///
/// Throws: as backward; and Error if an input was not used, unless allow_unused, which makes its
/// gradient undefined.
variable_list grad(const variable_list& outputs, const variable_list& inputs,
                   const variable_list& grad_outputs = {}, std::optional<bool> retain_graph = {},
                   bool create_graph = false, bool allow_unused = false);

/// Makes the gradient of a leaf zero, without a history; an undefined one stays undefined. What
/// Module::zero_grad and Optimizer::zero_grad do to each parameter.
void zero_grad(const Tensor& leaf);

/// For a scope of this thread: backward checks every gradient and throws, naming the record, at the
/// first that holds a NaN.
class DetectAnomalyGuard {
 public:
  DetectAnomalyGuard();
  ~DetectAnomalyGuard();
  DetectAnomalyGuard(const DetectAnomalyGuard&) = delete;
  DetectAnomalyGuard& operator=(const DetectAnomalyGuard&) = delete;

 private:
  bool before_;
};

}  // namespace gradtape::autograd
