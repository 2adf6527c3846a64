#pragma once

#include <memory>
#include <vector>

#include "kernels/indexing/lookup.h"

#include "gradtape/ops/tensor_index.h"

// What stands between the braces of index({...}), taken apart as libtorch does.
namespace gradtape {

// self after its integers, slices, Nones and "..." have been applied, as a view, and the masks and
// index tensors that remain: entry i for dimension i of the view, undefined where there is none.
struct IndexedView {
  Tensor view;
  std::vector<Tensor> tensors;
};
IndexedView apply_indices(const Tensor& self, ArrayRef<indexing::TensorIndex> indices);

// Index tensors made ready: masks turned into numbers, all broadcast to one shape, all in range.
struct IndexPlan {
  DimVector dims;                             // the indexed dimensions, ascending
  std::vector<std::vector<int64_t>> numbers;  // for each of them
  DimVector index_sizes;                      // what the index tensors broadcast to
  bool adjacent;                              // else the index dimensions come first

  DimVector result_sizes(IntArrayRef sizes) const;
  kernels::Lookup lookup(const Tensor& array) const;
};
// Throws: Error in PyTorch's words where a dtype, a shape or a number does not fit.
std::shared_ptr<const IndexPlan> make_index_plan(IntArrayRef sizes,
                                                 const std::vector<Tensor>& tensors);

}  // namespace gradtape
