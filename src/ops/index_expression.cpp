#include "ops/index_expression.h"

#include "core/checked.h"
#include "kernels/indexing/mask.h"

#include "gradtape/ops/factory.h"
#include "gradtape/ops/view.h"

namespace gradtape {
namespace {

using indexing::TensorIndex;
using Kind = TensorIndex::Kind;

bool is_mask(const Tensor& tensor) { return tensor.dtype() == kBool || tensor.dtype() == kUInt8; }

// Dimensions of self that the indices name.
int64_t count_named(ArrayRef<TensorIndex> indices) {
  int64_t count = 0;
  for (const TensorIndex& index : indices) {
    if (index.kind() == Kind::Tensor) {
      count += is_mask(index.tensor()) ? index.tensor().dim() : 1;
    } else if (index.kind() == Kind::Integer || index.kind() == Kind::Slice) {
      ++count;
    }
  }
  return count;
}

Tensor select_index(const Tensor& self, int64_t dim, int64_t index, size_t position) {
  GRADTAPE_CHECK(self.dim() > 0,
                 "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
                 "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number");
  GRADTAPE_CHECK(dim < self.dim(), "too many indices for tensor of dimension ", self.dim());
  const int64_t size = self.sizes()[dim];
  GRADTAPE_CHECK(index >= -size && index < size, "index ", index,
                 " is out of bounds for dimension ", position, " with size ", size);
  return self.select(dim, index);
}

// A truth value is an index of one new dimension: its only entry, or none.
Tensor index_of_truth(bool value) { return zeros({value ? 1 : 0}, kInt64); }

}  // namespace

// The indices, one after the other, each at the dimension that the ones before it have left. As in
// libtorch a mask moves on by one dimension, whatever its rank.
IndexedView apply_indices(const Tensor& self, ArrayRef<TensorIndex> indices) {
  const int64_t named = count_named(indices);
  GRADTAPE_CHECK(named <= self.dim(), "too many indices for tensor of dimension ", self.dim(),
                 "; got ", named);
  IndexedView result{self, {}};
  int64_t dim = 0;
  auto put_tensor = [&](const Tensor& tensor) {
    result.tensors.resize(dim + 1);
    result.tensors[dim++] = tensor;
  };
  for (size_t i = 0; i < indices.size(); ++i) {
    const TensorIndex& index = indices[i];
    Tensor& view = result.view;
    switch (index.kind()) {
      case Kind::Integer:
        view = select_index(view, dim, index.integer(), i);
        break;
      case Kind::Slice: {
        GRADTAPE_CHECK(dim < view.dim(), "too many indices for tensor of dimension ", self.dim());
        const int64_t size = view.sizes()[dim];
        const indexing::Slice& slice = index.slice();
        const bool whole = slice.start().value_or(0) == 0 && slice.stop().value_or(size) == size &&
                           slice.step() == 1 && indices.size() > 1;
        if (!whole) view = view.slice(dim, slice.start(), slice.stop(), slice.step());
        ++dim;
        break;
      }
      case Kind::Ellipsis:
        dim += self.dim() - named;
        break;
      case Kind::None:
        view = view.unsqueeze(dim++);
        break;
      case Kind::Boolean:
        view = view.unsqueeze(dim);
        put_tensor(index_of_truth(index.boolean()));
        break;
      case Kind::Tensor: {
        const Tensor& tensor = index.tensor();
        GRADTAPE_CHECK(tensor.defined(), "index: entry ", i, " is an undefined tensor");
        if (tensor.dim() > 0 || !is_integral(tensor.dtype())) {
          put_tensor(tensor);
        } else if (is_mask(tensor)) {
          view = view.unsqueeze(dim);
          put_tensor(index_of_truth(tensor.item<bool>()));
        } else {
          view = select_index(view, dim, tensor.item<int64_t>(), i);
        }
        break;
      }
    }
  }
  return result;
}

namespace {

// Masks as one column of numbers for each of their dimensions.
std::vector<Tensor> without_masks(IntArrayRef sizes, const std::vector<Tensor>& tensors) {
  std::vector<Tensor> result;
  for (const Tensor& tensor : tensors) {
    if (!tensor.defined()) {
      result.emplace_back();
      continue;
    }
    GRADTAPE_CHECK(tensor.dtype() == kInt64 || is_mask(tensor),
                   "tensors used as indices must be long, byte or bool tensors; got ",
                   tensor.dtype());
    if (!is_mask(tensor)) {
      result.push_back(tensor);
      continue;
    }
    for (int64_t i = 0; i < tensor.dim(); ++i) {
      const size_t at = result.size() + i;
      GRADTAPE_CHECK(at < sizes.size() && tensor.sizes()[i] == sizes[at], "The shape of the mask ",
                     tensor.sizes(), " at index ", i,
                     " does not match the shape of the indexed tensor ", sizes, " at index ", at);
    }
    const Tensor places = kernels::nonzero(tensor);
    for (int64_t i = 0; i < tensor.dim(); ++i) {
      result.push_back(kernels::window(places, {places.sizes()[0]}, {tensor.dim()}, i));
    }
  }
  GRADTAPE_CHECK(result.size() <= sizes.size(), "too many indices for tensor of dimension ",
                 sizes.size(), " (got ", result.size(), ")");
  return result;
}

DimVector broadcast_indices(const std::vector<Tensor>& indices) {
  DimVector sizes;
  bool fits = true;
  for (const Tensor& index : indices) {
    if (!index.defined()) continue;
    while (sizes.size() < index.sizes().size()) sizes.insert(0, 1);
    const size_t fresh = sizes.size() - index.sizes().size();
    for (size_t i = 0; i < index.sizes().size(); ++i) {
      const int64_t size = index.sizes()[i];
      if (sizes[fresh + i] == 1) {
        sizes[fresh + i] = size;
      } else {
        fits &= size == 1 || size == sizes[fresh + i];
      }
    }
  }
  if (fits) return sizes;
  std::string shapes;
  for (const Tensor& index : indices) {
    if (index.defined()) shapes += (shapes.empty() ? "" : ", ") + str(index.sizes());
  }
  detail::fail("shape mismatch: indexing tensors could not be broadcast together with shapes ",
               shapes);
}

std::vector<int64_t> broadcast_numbers(const Tensor& index, const DimVector& sizes) {
  DimVector strides(sizes.size());
  const size_t fresh = sizes.size() - index.sizes().size();
  for (size_t i = 0; i < index.sizes().size(); ++i) {
    if (index.sizes()[i] != 1) strides[fresh + i] = index.strides()[i];
  }
  const Tensor dense =
      kernels::dense(kernels::window(index, sizes, std::move(strides), index.storage_offset()));
  const auto* data = reinterpret_cast<const int64_t*>(dense.impl().data());
  return {data, data + dense.numel()};
}

}  // namespace

std::shared_ptr<const IndexPlan> make_index_plan(IntArrayRef sizes,
                                                 const std::vector<Tensor>& tensors) {
  const std::vector<Tensor> indices = without_masks(sizes, tensors);
  auto plan = std::make_shared<IndexPlan>();
  plan->index_sizes = broadcast_indices(indices);
  check_affordable(numel_of(plan->index_sizes), sizeof(int64_t));
  for (size_t dim = 0; dim < indices.size(); ++dim) {
    if (!indices[dim].defined()) continue;
    plan->dims.push_back(static_cast<int64_t>(dim));
    plan->numbers.push_back(broadcast_numbers(indices[dim], plan->index_sizes));
    GRADTAPE_CHECK(sizes[dim] != 0 || numel_of(plan->index_sizes) == 0,
                   "index is out of bounds for dimension with size 0");
  }
  plan->adjacent = plan->dims.back() - plan->dims[0] + 1 == static_cast<int64_t>(plan->dims.size());
  if (numel_of(plan->result_sizes(sizes)) == 0) return plan;
  for (size_t i = 0; i < plan->dims.size(); ++i) {
    const int64_t size = sizes[plan->dims[i]];
    for (int64_t& number : plan->numbers[i]) {
      GRADTAPE_CHECK(number >= -size && number < size, "index ", number,
                     " is out of bounds for dimension ", i, " with size ", size);
      if (number < 0) number += size;
    }
  }
  return plan;
}

DimVector IndexPlan::result_sizes(IntArrayRef sizes) const {
  DimVector result;
  size_t next = 0;
  if (!adjacent) result = index_sizes;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (next < dims.size() && dims[next] == static_cast<int64_t>(i)) {
      if (adjacent && next == 0) {
        for (const int64_t size : index_sizes) result.push_back(size);
      }
      ++next;
    } else {
      result.push_back(sizes[i]);
    }
  }
  return result;
}

kernels::Lookup IndexPlan::lookup(const Tensor& array) const {
  kernels::Lookup lookup;
  size_t next = 0;
  for (size_t i = 0; i < array.sizes().size(); ++i) {
    if (next < dims.size() && dims[next] == static_cast<int64_t>(i)) {
      ++next;
      continue;
    }
    const bool before = adjacent && next == 0;
    (before ? lookup.before_sizes : lookup.after_sizes).push_back(array.sizes()[i]);
    (before ? lookup.before_strides : lookup.after_strides).push_back(array.strides()[i]);
  }
  lookup.positions.resize(numel_of(index_sizes));
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t stride = array.strides()[dims[i]];
    for (size_t k = 0; k < lookup.positions.size(); ++k) {
      lookup.positions[k] += numbers[i][k] * stride;
    }
  }
  return lookup;
}

}  // namespace gradtape
