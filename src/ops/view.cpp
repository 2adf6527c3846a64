#include "gradtape/ops/view.h"

#include "autograd/op_node.h"
#include "core/checked.h"
#include "kernels/base/array.h"
#include "kernels/elementwise/elementwise.h"
#include "ops/view_geometry.h"

// Views that show all elements of a tensor in another shape or order.
namespace gradtape {
namespace {

using namespace autograd;

// The gradient of a view that only renames the elements' places.
struct Reshaping {
  static constexpr Reads reads[] = {kNothing};
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad.reshape(saved.sizes(0)); }
};
struct View : Reshaping {
  static constexpr const char* name = "ViewBackward0";
};
struct ReshapeAlias : Reshaping {
  static constexpr const char* name = "ReshapeAliasBackward0";
};
struct UnsafeView : Reshaping {
  static constexpr const char* name = "UnsafeViewBackward0";
};
struct Squeeze : Reshaping {
  static constexpr const char* name = "SqueezeBackward0";
};
struct SqueezeDim : Reshaping {
  static constexpr const char* name = "SqueezeBackward1";
};

struct Unsqueeze {
  static constexpr const char* name = "UnsqueezeBackward0";
  static constexpr Reads reads[] = {kNothing};
  int64_t dim;
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad.squeeze(dim); }
};

struct Transpose {
  static constexpr const char* name = "TransposeBackward0";
  static constexpr Reads reads[] = {kNothing};
  int64_t dim0, dim1;
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad.transpose(dim0, dim1); }
};

struct T {
  static constexpr const char* name = "TBackward0";
  static constexpr Reads reads[] = {kNothing};
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad.t(); }
};

struct Permute {
  static constexpr const char* name = "PermuteBackward0";
  static constexpr Reads reads[] = {kNothing};
  DimVector inverse;
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad.permute(inverse); }
};

// The engine sums the gradient back to the size that was expanded.
struct Expand {
  static constexpr const char* name = "ExpandBackward0";
  static constexpr Reads reads[] = {kNothing};
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad; }
};

// Other sizes and strides for self itself. The elements stay where they are, so the history of a
// view's base does not change, only that of self; as in PyTorch the version moves on.
template <class Op>
Tensor& change_geometry(Op op, const Tensor& self, DimVector sizes, DimVector strides) {
  IntrusivePtr<Node> node;
  if (GradMode::is_enabled() && requires_grad(self)) {
    check_inplace(self);
    node = make_node(std::move(op), self);
  }
  TensorImpl& impl = self.impl();
  if (!node && !self.is_view()) fix_history(self, sizes, impl.dtype());
  impl.set(impl.storage(), impl.dtype(), std::move(sizes), std::move(strides), impl.offset());
  impl.storage()->bump_version();
  if (node) replace_history(self, std::move(node));
  return const_cast<Tensor&>(self);
}

struct Geometry {
  DimVector sizes, strides;
};

Geometry squeezed(const Tensor& self) {
  Geometry result;
  for (size_t i = 0; i < self.sizes().size(); ++i) {
    if (self.sizes()[i] == 1) continue;
    result.sizes.push_back(self.sizes()[i]);
    result.strides.push_back(self.strides()[i]);
  }
  return result;
}

Geometry squeezed(const Tensor& self, int64_t dim) {
  Geometry result{self.impl().sizes(), self.impl().strides()};
  if (self.dim() > 0 && result.sizes[dim] == 1) {
    result.sizes.erase(dim);
    result.strides.erase(dim);
  }
  return result;
}

Geometry unsqueezed(const Tensor& self, int64_t dim) {
  Geometry result{self.impl().sizes(), self.impl().strides()};
  const int64_t stride =
      dim < self.dim() ? stride_of_steps(result.strides[dim], result.sizes[dim]) : 1;
  result.sizes.insert(dim, 1);
  result.strides.insert(dim, stride);
  return result;
}

Geometry transposed(const Tensor& self, int64_t dim0, int64_t dim1) {
  Geometry result{self.impl().sizes(), self.impl().strides()};
  if (dim0 != dim1) {
    std::swap(result.sizes[dim0], result.sizes[dim1]);
    std::swap(result.strides[dim0], result.strides[dim1]);
  }
  return result;
}

void check_t(const Tensor& self) {
  GRADTAPE_CHECK(self.dim() <= 2, "t() expects a tensor with <= 2 dimensions, but self is ",
                 self.dim(), "D");
}

}  // namespace

Tensor view(const Tensor& self, IntArrayRef sizes) {
  DimVector to = infer_size(sizes, self.numel());
  DimVector strides;
  GRADTAPE_CHECK(view_strides(self.sizes(), self.strides(), to, &strides),
                 "view size is not compatible with input tensor's size and stride (at least one "
                 "dimension spans across two contiguous subspaces). Use .reshape(...) instead. "
                 "Got sizes ",
                 sizes, ", self ", self.sizes(), " with strides ", self.strides());
  return apply_view(View{}, self, std::move(to), std::move(strides), self.storage_offset());
}

Tensor reshape(const Tensor& self, IntArrayRef sizes) {
  DimVector to = infer_size(sizes, self.numel());
  DimVector strides;
  if (view_strides(self.sizes(), self.strides(), to, &strides)) {
    return apply_view(ReshapeAlias{}, self, std::move(to), std::move(strides),
                      self.storage_offset());
  }
  const Tensor copy = self.contiguous();
  strides = contiguous_strides(to);
  return record(UnsafeView{},
                kernels::window(copy, std::move(to), std::move(strides), copy.storage_offset()),
                copy);
}

Tensor flatten(const Tensor& self, int64_t start_dim, int64_t end_dim) {
  const int64_t start = wrap_dim(start_dim, self.dim(), "flatten");
  const int64_t end = wrap_dim(end_dim, self.dim(), "flatten");
  GRADTAPE_CHECK(start <= end,
                 "flatten() has invalid args: start_dim cannot come after end_dim; got ", start_dim,
                 " and ", end_dim, ", self ", self.sizes());
  if (self.dim() == 0) return self.reshape({1});
  if (start == end) return self;
  DimVector sizes;
  int64_t product = 1;
  for (int64_t i = 0; i < self.dim(); ++i) {
    const int64_t size = self.sizes()[i];
    if (i < start || i > end) {
      sizes.push_back(size);
    } else {
      product = checked_mul(product, size);
      if (i == end) sizes.push_back(product);
    }
  }
  return self.reshape(sizes);
}

Tensor unflatten(const Tensor& self, int64_t dim, IntArrayRef sizes) {
  const int64_t axis = wrap_dim(dim, self.dim(), "unflatten");
  GRADTAPE_CHECK(!sizes.empty(), "unflatten: sizes must be non-empty");
  const int64_t size = self.dim() == 0 ? 1 : self.sizes()[axis];
  int64_t product = 1, inferred = 0;
  for (const int64_t part : sizes) {
    if (part == -1) {
      ++inferred;
    } else {
      product = checked_mul(product, part);
    }
  }
  const bool fits =
      inferred == 0 ? product == size : inferred == 1 && product != 0 && size % product == 0;
  GRADTAPE_CHECK(fits, "unflatten: Provided sizes ", sizes,
                 " don't multiply up to the size of dim ", axis, " (", size,
                 ") in the input tensor");
  DimVector to;
  for (int64_t i = 0; i < std::max<int64_t>(self.dim(), 1); ++i) {
    if (i != axis) {
      to.push_back(self.sizes()[i]);
      continue;
    }
    for (const int64_t part : sizes) to.push_back(part == -1 ? size / product : part);
  }
  return self.view(to);
}

Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1) {
  dim0 = wrap_dim(dim0, self.dim(), "transpose");
  dim1 = wrap_dim(dim1, self.dim(), "transpose");
  Geometry to = transposed(self, dim0, dim1);
  return apply_view(Transpose{dim0, dim1}, self, std::move(to.sizes), std::move(to.strides),
                    self.storage_offset());
}

Tensor permute(const Tensor& self, IntArrayRef dims) {
  const size_t rank = self.sizes().size();
  GRADTAPE_CHECK(dims.size() == rank,
                 "permute(): number of dimensions in the tensor input does not match the length of "
                 "the desired ordering of dimensions i.e. input.dim() = ",
                 rank, " is not equal to len(dims) = ", dims.size());
  DimVector sizes(rank), strides(rank), inverse(rank, -1);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t dim = wrap_dim(dims[i], static_cast<int64_t>(rank), "permute");
    GRADTAPE_CHECK(inverse[dim] == -1, "permute(): duplicate dims are not allowed; got ", dims);
    inverse[dim] = static_cast<int64_t>(i);
    sizes[i] = self.sizes()[dim];
    strides[i] = self.strides()[dim];
  }
  return apply_view(Permute{std::move(inverse)}, self, std::move(sizes), std::move(strides),
                    self.storage_offset());
}

Tensor movedim(const Tensor& self, int64_t source, int64_t destination) {
  return movedim(self, IntArrayRef(source), IntArrayRef(destination));
}

Tensor movedim(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
  GRADTAPE_CHECK(source.size() == destination.size(),
                 "movedim: Invalid source or destination dims: source (", source,
                 " dims) should contain the same number of dims as destination (", destination,
                 " dims)");
  if (self.dim() == 0) {
    for (const int64_t dim : source) wrap_dim(dim, 0, "movedim");
    for (const int64_t dim : destination) wrap_dim(dim, 0, "movedim");
    return apply_view(View{}, self, {}, {}, self.storage_offset());
  }
  DimVector order(self.dim(), -1);
  DimVector moved(self.dim());
  for (size_t i = 0; i < source.size(); ++i) {
    const int64_t from = wrap_dim(source[i], self.dim(), "movedim");
    const int64_t to = wrap_dim(destination[i], self.dim(), "movedim");
    GRADTAPE_CHECK(!moved[from], "movedim: repeated dim in `source` (", source, ")");
    GRADTAPE_CHECK(order[to] == -1, "movedim: repeated dim in `destination` (", destination, ")");
    moved[from] = 1;
    order[to] = from;
  }
  int64_t next = 0;
  for (int64_t& dim : order) {
    if (dim != -1) continue;
    while (moved[next]) ++next;
    dim = next++;
  }
  return self.permute(order);
}

Tensor t(const Tensor& self) {
  check_t(self);
  Geometry to = transposed(self, 0, self.dim() < 2 ? 0 : 1);
  return apply_view(T{}, self, std::move(to.sizes), std::move(to.strides), self.storage_offset());
}

Tensor expand(const Tensor& self, IntArrayRef sizes, bool) {
  const size_t rank = sizes.size();
  GRADTAPE_CHECK(rank >= self.sizes().size(), "expand(", self.toString(), "{", self.sizes(),
                 "}, size=", sizes, "): the number of sizes provided (", rank,
                 ") must be greater or equal to the number of dimensions in the tensor (",
                 self.dim(), ")");
  const size_t fresh = rank - self.sizes().size();
  DimVector to(rank), strides(rank);
  for (size_t i = rank; i-- > 0;) {
    int64_t size = i >= fresh ? self.sizes()[i - fresh] : 1;
    int64_t stride = i >= fresh     ? self.strides()[i - fresh]
                     : i + 1 < rank ? stride_of_steps(strides[i + 1], to[i + 1])
                                    : 1;
    if (sizes[i] == -1) {
      GRADTAPE_CHECK(i >= fresh,
                     "The expanded size of the tensor (-1) isn't allowed in a leading, "
                     "non-existing dimension ",
                     i);
    } else if (sizes[i] != size) {
      GRADTAPE_CHECK(size == 1 && sizes[i] >= 0, "The expanded size of the tensor (", sizes[i],
                     ") must match the existing size (", size, ") at non-singleton dimension ", i,
                     ".  Target sizes: ", sizes, ".  Tensor sizes: ", self.sizes());
      size = sizes[i];
      stride = 0;
    }
    to[i] = size;
    strides[i] = stride;
  }
  return apply_view(Expand{}, self, std::move(to), std::move(strides), self.storage_offset());
}

std::vector<Tensor> broadcast_tensors(TensorList tensors) {
  DimVector sizes;
  for (const Tensor& tensor : tensors) {
    sizes = kernels::broadcast_sizes(sizes, tensor.impl().sizes());
  }
  std::vector<Tensor> results;
  for (const Tensor& tensor : tensors) {
    results.push_back(tensor.sizes().equals(sizes) ? tensor : tensor.expand(sizes));
  }
  return results;
}

Tensor squeeze(const Tensor& self) {
  Geometry to = squeezed(self);
  return apply_view(Squeeze{}, self, std::move(to.sizes), std::move(to.strides),
                    self.storage_offset());
}

Tensor squeeze(const Tensor& self, int64_t dim) {
  Geometry to = squeezed(self, wrap_dim(dim, self.dim(), "squeeze"));
  return apply_view(SqueezeDim{}, self, std::move(to.sizes), std::move(to.strides),
                    self.storage_offset());
}

Tensor unsqueeze(const Tensor& self, int64_t dim) {
  dim = wrap_dim(dim, self.dim() + 1, "unsqueeze");
  Geometry to = unsqueezed(self, dim);
  return apply_view(Unsqueeze{dim}, self, std::move(to.sizes), std::move(to.strides),
                    self.storage_offset());
}

Tensor Tensor::view(IntArrayRef sizes) const { return gradtape::view(*this, sizes); }
Tensor Tensor::reshape(IntArrayRef sizes) const { return gradtape::reshape(*this, sizes); }
Tensor Tensor::flatten(int64_t start_dim, int64_t end_dim) const {
  return gradtape::flatten(*this, start_dim, end_dim);
}
Tensor Tensor::unflatten(int64_t dim, IntArrayRef sizes) const {
  return gradtape::unflatten(*this, dim, sizes);
}
Tensor Tensor::transpose(int64_t dim0, int64_t dim1) const {
  return gradtape::transpose(*this, dim0, dim1);
}
Tensor Tensor::permute(IntArrayRef dims) const { return gradtape::permute(*this, dims); }
Tensor Tensor::movedim(int64_t source, int64_t destination) const {
  return gradtape::movedim(*this, source, destination);
}
Tensor Tensor::movedim(IntArrayRef source, IntArrayRef destination) const {
  return gradtape::movedim(*this, source, destination);
}
Tensor Tensor::t() const { return gradtape::t(*this); }
Tensor Tensor::expand(IntArrayRef sizes, bool implicit) const {
  return gradtape::expand(*this, sizes, implicit);
}
Tensor Tensor::squeeze() const { return gradtape::squeeze(*this); }
Tensor Tensor::squeeze(int64_t dim) const { return gradtape::squeeze(*this, dim); }
Tensor Tensor::unsqueeze(int64_t dim) const { return gradtape::unsqueeze(*this, dim); }

Tensor& Tensor::squeeze_() const {
  Geometry to = squeezed(*this);
  return change_geometry(Squeeze{}, *this, std::move(to.sizes), std::move(to.strides));
}
Tensor& Tensor::squeeze_(int64_t dim) const {
  Geometry to = squeezed(*this, wrap_dim(dim, this->dim(), "squeeze_"));
  return change_geometry(SqueezeDim{}, *this, std::move(to.sizes), std::move(to.strides));
}
Tensor& Tensor::unsqueeze_(int64_t dim) const {
  dim = wrap_dim(dim, this->dim() + 1, "unsqueeze_");
  Geometry to = unsqueezed(*this, dim);
  return change_geometry(Unsqueeze{dim}, *this, std::move(to.sizes), std::move(to.strides));
}
Tensor& Tensor::transpose_(int64_t dim0, int64_t dim1) const {
  dim0 = wrap_dim(dim0, dim(), "transpose_");
  dim1 = wrap_dim(dim1, dim(), "transpose_");
  Geometry to = transposed(*this, dim0, dim1);
  return change_geometry(Transpose{dim0, dim1}, *this, std::move(to.sizes), std::move(to.strides));
}
Tensor& Tensor::t_() const {
  check_t(*this);
  Geometry to = transposed(*this, 0, dim() < 2 ? 0 : 1);
  return change_geometry(T{}, *this, std::move(to.sizes), std::move(to.strides));
}

}  // namespace gradtape
