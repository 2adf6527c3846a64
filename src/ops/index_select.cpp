#include <numeric>

#include "autograd/op_node.h"
#include "kernels/base/array.h"
#include "kernels/indexing/lookup.h"

#include "gradtape/ops/indexing.h"

// index_select and index_add: one index for a whole slice.
namespace gradtape {
namespace {

using namespace autograd;

// Dimension dim of array seen through index (int32 or int64).
//
// Throws: Error naming op if an entry is out of range.
kernels::Lookup lookup_along(const char* op, const Tensor& array, int64_t dim,
                             const Tensor& index) {
  kernels::Lookup lookup;
  const bool is_scalar = array.dim() == 0;
  const int64_t size = is_scalar ? 1 : array.sizes()[dim];
  lookup.positions =
      kernels::positions_of(index, size, is_scalar ? 0 : array.strides()[dim], [&](int64_t entry) {
        detail::fail(op, ": index out of range in self: index ", entry,
                     " is out of bounds for dimension ", dim, " with size ", size);
      });
  if (is_scalar) return lookup;
  lookup.before_sizes = DimVector(array.sizes().slice(0, dim));
  lookup.before_strides = DimVector(array.strides().slice(0, dim));
  lookup.after_sizes = DimVector(array.sizes().slice(dim + 1));
  lookup.after_strides = DimVector(array.strides().slice(dim + 1));
  return lookup;
}

// source has array's sizes but along dim, where it is as long as index.
void add_along(const Tensor& array, int64_t dim, const Tensor& index, const Tensor& source) {
  const kernels::Lookup lookup = lookup_along("index_add_()", array, dim, index);
  kernels::write(array, lookup,
                 kernels::out_of_reach(kernels::dense(source), array, /*in_step=*/false),
                 /*accumulate=*/true);
}

struct IndexSelectBackward {
  static constexpr const char* name = "IndexSelectBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kNothing};
  DimVector sizes;
  int64_t dim;
  Tensor forward(const Tensor& grad, const Tensor& index) const {
    Tensor result = kernels::make_zeros(sizes, grad.dtype());
    add_along(result, dim, index, grad);
    return result;
  }
  Tensor vjp(int, const Tensor& grad, const Saved& saved) const {
    return index_select(grad, dim, saved.input(1));
  }
};

struct IndexSelect {
  static constexpr const char* name = "IndexSelectBackward0";
  static constexpr Reads reads[] = {kInput1, kNothing};
  int64_t dim;
  Tensor forward(const Tensor& self, const Tensor& index) const {
    DimVector sizes = self.impl().sizes();
    if (!sizes.empty()) sizes[dim] = index.numel();
    return kernels::read(self, lookup_along("index_select()", self, dim, index), std::move(sizes));
  }
  Tensor vjp(int, const Tensor& grad, const Saved& saved) const {
    return apply(IndexSelectBackward{saved.sizes(0), dim}, grad, saved.input(1));
  }
};

// Inputs self, index, source.
struct IndexAdd {
  static constexpr const char* name = "IndexAddBackward0";
  static constexpr Writes writes = Writes::Anywhere;
  static constexpr Reads reads[] = {kNothing, kNothing, kInput1};
  int64_t dim;
  Tensor forward(const Tensor& self, const Tensor& index, const Tensor& source,
                 const Tensor& out = {}) const {
    Tensor result = out;
    if (!result.defined()) {
      result = kernels::make_array(self.impl().sizes(), self.dtype());
      kernels::copy(result, self);
    }
    add_along(result, dim, index, source);
    return result;
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    if (i == 0) return grad;
    return index_select(grad, dim, saved.input(1)).reshape(saved.sizes(2));
  }
};

int64_t check_index_add(const Tensor& self, int64_t dim, const Tensor& index,
                        const Tensor& source) {
  dim = wrap_dim(dim, self.dim(), "index_add_()");
  GRADTAPE_CHECK(index.dim() <= 1,
                 "index_add_(): Index is supposed to be a vector, but got dim: ", index.dim(),
                 " with type: ", index.dtype(), " and size: ", index.sizes());
  GRADTAPE_CHECK(index.dtype() == kInt64 || index.dtype() == kInt32,
                 "index_add_(): Expected dtype int32/int64 for index but got: ", index.dtype());
  GRADTAPE_CHECK(self.dtype() == source.dtype(), "index_add_(): self (", self.dtype(),
                 ") and source (", source.dtype(), ") must have the same scalar type");
  const int64_t given = source.dim() == 0 ? 1 : source.size(std::min(dim, source.dim() - 1));
  GRADTAPE_CHECK(index.numel() == given, "index_add_(): Number of indices (", index.numel(),
                 ") should be equal to source.size(dim): (", given, "), for dim: ", dim);
  // A 0-d tensor counts as one of shape [1].
  bool fits = self.dim() == source.dim() || (self.dim() < 2 && source.dim() < 2);
  for (int64_t i = 0; fits && i < std::min(self.dim(), source.dim()); ++i) {
    fits = i == dim || self.sizes()[i] == source.sizes()[i];
  }
  GRADTAPE_CHECK(fits, "index_add_(): source must be of self's shape but for dimension ", dim,
                 "; got self ", self.sizes(), ", source ", source.sizes());
  return dim;
}

}  // namespace

Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index) {
  dim = wrap_dim(dim, self.dim(), "index_select()");
  GRADTAPE_CHECK(index.dim() <= 1, "index_select(): Index is supposed to be a vector; got index ",
                 index.sizes());
  GRADTAPE_CHECK(index.dtype() == kInt64 || index.dtype() == kInt32,
                 "index_select(): Expected dtype int32 or int64 for index; got ", index.dtype());
  GRADTAPE_CHECK(self.dim() > 0 || index.numel() == 1,
                 "index_select(): a 0-d self needs exactly one index; got index ", index.sizes());
  return apply(IndexSelect{dim}, self, index);
}

Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  dim = check_index_add(self, dim, index, source);
  return apply(IndexAdd{dim}, self, index, source);
}

Tensor Tensor::index_select(int64_t dim, const Tensor& index) const {
  return gradtape::index_select(*this, dim, index);
}
Tensor Tensor::index_add(int64_t dim, const Tensor& index, const Tensor& source) const {
  return gradtape::index_add(*this, dim, index, source);
}
Tensor& Tensor::index_add_(int64_t dim, const Tensor& index, const Tensor& source) const {
  dim = check_index_add(*this, dim, index, source);
  return apply_inplace(IndexAdd{dim}, *this, index, source);
}

}  // namespace gradtape
