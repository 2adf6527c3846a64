#include "gradtape/ops/join.h"

#include <string_view>

#include "autograd/list_node.h"
#include "core/checked.h"
#include "kernels/indexing/join.h"
#include "ops/view_geometry.h"

#include "gradtape/ops/factory.h"
#include "gradtape/ops/view.h"

namespace gradtape {
namespace {

using namespace autograd;

// What cat leaves out, whatever the shape of the others.
bool is_legacy_empty(IntArrayRef sizes) { return sizes.size() == 1 && sizes[0] == 0; }

struct Cat {
  static constexpr const char* name = "CatBackward0";
  int64_t dim;

  void vjp(const Tensor& grad, std::span<const Edge> edges, std::span<Tensor> into) const {
    int64_t start = 0;
    for (size_t i = 0; i < edges.size(); ++i) {
      const bool skipped = is_legacy_empty(edges[i].sizes);
      const int64_t size = skipped ? 0 : edges[i].sizes[dim];
      if (edges[i].node) {
        into[i] = skipped ? zeros({0}, grad.dtype()) : grad.narrow(dim, start, size);
      }
      start += size;
    }
  }
};

struct Stack {
  static constexpr const char* name = "StackBackward0";
  int64_t dim;

  void vjp(const Tensor& grad, std::span<const Edge> edges, std::span<Tensor> into) const {
    for (size_t i = 0; i < edges.size(); ++i) {
      if (edges[i].node) into[i] = grad.select(dim, static_cast<int64_t>(i));
    }
  }
};

// As an array of rank 2n, [r0, s0, r1, s1, ...], the result is self broadcast.
struct Repeat {
  static constexpr const char* name = "RepeatBackward0";
  static constexpr Reads reads[] = {kNothing};
  DimVector repeats;

  Tensor forward(const Tensor& self) const {
    const size_t fresh = repeats.size() - self.sizes().size();
    DimVector sizes, pairs, strides;
    for (size_t i = 0; i < repeats.size(); ++i) {
      const int64_t size = i < fresh ? 1 : self.sizes()[i - fresh];
      sizes.push_back(checked_mul(repeats[i], size));
      pairs.push_back(repeats[i]);
      pairs.push_back(size);
      strides.push_back(0);
      strides.push_back(i < fresh ? 0 : self.strides()[i - fresh]);
    }
    const Tensor result = kernels::make_array(std::move(sizes), self.dtype());
    if (result.numel() == 0) return result;
    DimVector rows = contiguous_strides(pairs);
    kernels::copy(kernels::window(result, pairs, std::move(rows), 0),
                  kernels::window(self, pairs, std::move(strides), self.storage_offset()));
    return result;
  }

  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const IntArrayRef sizes = saved.sizes(0);
    const size_t fresh = repeats.size() - sizes.size();
    DimVector pairs, once;
    for (size_t i = 0; i < repeats.size(); ++i) {
      const int64_t size = i < fresh ? 1 : sizes[i - fresh];
      pairs.push_back(repeats[i]);
      pairs.push_back(size);
      once.push_back(1);
      once.push_back(size);
    }
    return grad.reshape(pairs).sum_to_size(once).reshape(sizes);
  }
};

struct Flip {
  static constexpr const char* name = "FlipBackward0";
  static constexpr Reads reads[] = {kNothing};
  DimVector flipped;
  Tensor forward(const Tensor& self) const { return kernels::flip(self, flipped); }
  Tensor vjp(const Tensor& grad, const Saved&) const { return apply(*this, grad); }
};

// Without dims: moved as if flat.
struct Roll {
  static constexpr const char* name = "RollBackward0";
  static constexpr Reads reads[] = {kNothing};
  DimVector shifts, dims;

  Tensor forward(const Tensor& self) const {
    if (dims.empty()) {
      const Tensor flat = kernels::dense(self);
      const Tensor rolled = kernels::roll(
          kernels::window(flat, {flat.numel()}, {1}, flat.storage_offset()), shifts[0], 0);
      return kernels::window(rolled, self.impl().sizes(), contiguous_strides(self.sizes()), 0);
    }
    Tensor result = self;
    for (size_t i = 0; i < dims.size(); ++i) result = kernels::roll(result, shifts[i], dims[i]);
    return result;
  }

  Tensor vjp(const Tensor& grad, const Saved&) const {
    DimVector back = shifts;
    for (size_t i = 0; i < back.size(); ++i) {
      const int64_t size = dims.empty() ? grad.numel() : grad.sizes()[dims[i]];
      back[i] = back[i] == 0 ? 0 : size - back[i];
    }
    return apply(Roll{std::move(back), dims}, grad);
  }
};

ScalarType common_dtype(TensorList tensors) {
  ScalarType dtype = tensors[0].dtype();
  for (const Tensor& tensor : tensors) dtype = promote_types(dtype, tensor.dtype());
  return dtype;
}

}  // namespace

Tensor cat(TensorList tensors, int64_t dim) {
  GRADTAPE_CHECK(!tensors.empty(), "torch.cat(): expected a non-empty list of Tensors");
  const Tensor* first = nullptr;
  for (size_t i = 0; i < tensors.size(); ++i) {
    GRADTAPE_CHECK(tensors[i].dim() > 0, "zero-dimensional tensor (at position ", i,
                   ") cannot be concatenated");
    if (!first && !is_legacy_empty(tensors[i].sizes())) first = &tensors[i];
  }
  const ScalarType dtype = common_dtype(tensors);
  if (!first) {
    return record_list(Cat{0}, kernels::make_array({0}, dtype), tensors);
  }
  dim = wrap_dim(dim, first->dim(), "cat");
  DimVector sizes = first->impl().sizes();
  sizes[dim] = 0;
  std::vector<TensorBase> arrays;
  arrays.reserve(tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    const IntArrayRef given = tensors[i].sizes();
    if (is_legacy_empty(given)) continue;
    GRADTAPE_CHECK(given.size() == sizes.size(),
                   "Tensors must have same number of dimensions: got ", sizes.size(), " and ",
                   given.size());
    for (size_t k = 0; k < given.size(); ++k) {
      GRADTAPE_CHECK(static_cast<int64_t>(k) == dim || given[k] == sizes[k],
                     "Sizes of tensors must match except in dimension ", dim, ". Expected size ",
                     sizes[k], " but got size ", given[k], " for tensor number ", i,
                     " in the list.");
    }
    sizes[dim] = checked_add(sizes[dim], given[dim]);
    arrays.push_back(tensors[i]);
  }
  return record_list(Cat{dim}, kernels::cat(arrays, dim, std::move(sizes), dtype), tensors);
}

Tensor stack(TensorList tensors, int64_t dim) {
  GRADTAPE_CHECK(!tensors.empty(), "stack expects a non-empty TensorList");
  dim = wrap_dim(dim, tensors[0].dim() + 1, "stack");
  DimVector sizes = tensors[0].impl().sizes();
  for (size_t i = 1; i < tensors.size(); ++i) {
    GRADTAPE_CHECK(tensors[i].sizes().equals(sizes),
                   "stack expects each tensor to be equal size, but got ", sizes,
                   " at entry 0 and ", tensors[i].sizes(), " at entry ", i);
  }
  sizes.insert(dim, 1);
  std::vector<TensorBase> arrays;
  arrays.reserve(tensors.size());
  for (const Tensor& tensor : tensors) {
    DimVector strides = tensor.impl().strides();
    strides.insert(dim,
                   dim < tensor.dim() ? stride_of_steps(strides[dim], tensor.sizes()[dim]) : 1);
    arrays.push_back(kernels::window(tensor, sizes, std::move(strides), tensor.storage_offset()));
  }
  sizes[dim] = static_cast<int64_t>(tensors.size());
  return record_list(Stack{dim}, kernels::cat(arrays, dim, std::move(sizes), common_dtype(tensors)),
                     tensors);
}

Tensor hstack(TensorList tensors) {
  GRADTAPE_CHECK(!tensors.empty(), "hstack expects a non-empty TensorList");
  std::vector<Tensor> parts;
  for (const Tensor& tensor : tensors) {
    parts.push_back(tensor.dim() == 0 ? tensor.reshape({1}) : tensor);
  }
  return cat(parts, parts[0].dim() == 1 ? 0 : 1);
}

Tensor vstack(TensorList tensors) {
  GRADTAPE_CHECK(!tensors.empty(), "vstack expects a non-empty TensorList");
  std::vector<Tensor> parts;
  for (const Tensor& tensor : tensors) {
    parts.push_back(tensor.dim() < 2 ? tensor.reshape({1, tensor.numel()}) : tensor);
  }
  return cat(parts, 0);
}

Tensor repeat(const Tensor& self, IntArrayRef repeats) {
  GRADTAPE_CHECK(repeats.size() >= self.sizes().size(),
                 "Number of dimensions of repeat dims can not be smaller than number of dimensions "
                 "of tensor; got repeats ",
                 repeats, ", self ", self.sizes());
  for (const int64_t count : repeats) {
    GRADTAPE_CHECK(count >= 0, "repeat: Trying to create tensor with negative dimension ", count,
                   ": repeats ", repeats, ", self ", self.sizes());
  }
  return apply(Repeat{repeats}, self);
}

Tensor tile(const Tensor& self, IntArrayRef repeats) {
  DimVector all(repeats);
  while (all.size() < self.sizes().size()) all.insert(0, 1);
  return repeat(self, all);
}

Tensor flip(const Tensor& self, IntArrayRef dims) {
  DimVector flipped(self.sizes().size());
  for (const int64_t dim : dims) {
    const int64_t axis = wrap_dim(dim, self.dim(), "flip");
    if (self.dim() == 0) continue;
    GRADTAPE_CHECK(!flipped[axis], "flip: dim ", axis,
                   " appears multiple times in the list of dims ", dims);
    flipped[axis] = 1;
  }
  return apply(Flip{std::move(flipped)}, self);
}

Tensor roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims) {
  GRADTAPE_CHECK(!shifts.empty(), "roll: `shifts` required");
  GRADTAPE_CHECK(shifts.size() == dims.size() || (dims.empty() && shifts.size() == 1),
                 "shifts and dimensions must align. shifts: ", shifts.size(),
                 ", dims:", dims.size());
  Roll op{shifts, dims};
  for (int64_t& dim : op.dims) dim = wrap_dim(dim, self.dim(), "roll");
  if (self.dim() == 0) op.dims.clear();
  for (size_t i = 0; i < shifts.size(); ++i) {
    const int64_t size = op.dims.empty() ? self.numel() : self.sizes()[op.dims[i]];
    const int64_t shift = size == 0 ? 0 : shifts[i] % size;
    op.shifts[i] = shift < 0 ? shift + size : shift;
  }
  return apply(std::move(op), self);
}

std::vector<Tensor> meshgrid(TensorList tensors, const char* indexing) {
  GRADTAPE_CHECK(!tensors.empty(), "meshgrid expects a non-empty TensorList");
  const std::string_view order(indexing);
  GRADTAPE_CHECK(order == "ij" || order == "xy",
                 "meshgrid: indexing must be one of \"xy\" or \"ij\", but received: ", indexing);
  DimVector sizes;
  for (const Tensor& tensor : tensors) {
    GRADTAPE_CHECK(tensor.dim() <= 1,
                   "Expected 0D or 1D tensor in the tensor list but got: ", tensor.sizes());
    GRADTAPE_CHECK(tensor.dtype() == tensors[0].dtype(),
                   "meshgrid expects all tensors to have the same dtype; got ", tensors[0].dtype(),
                   " and ", tensor.dtype());
    sizes.push_back(tensor.numel());
  }
  std::vector<Tensor> grids;
  for (size_t i = 0; i < tensors.size(); ++i) {
    DimVector one(sizes.size(), 1);
    one[i] = sizes[i];
    grids.push_back(tensors[i].view(one).expand(sizes));
    if (order == "xy" && sizes.size() > 1) grids.back() = grids.back().transpose(0, 1);
  }
  return grids;
}

Tensor Tensor::repeat(IntArrayRef repeats) const { return gradtape::repeat(*this, repeats); }
Tensor Tensor::flip(IntArrayRef dims) const { return gradtape::flip(*this, dims); }
Tensor Tensor::roll(IntArrayRef shifts, IntArrayRef dims) const {
  return gradtape::roll(*this, shifts, dims);
}

}  // namespace gradtape
