#include "kernels/indexing/gather.h"

#include "autograd/op_node.h"
#include "kernels/base/array.h"

#include "gradtape/ops/factory.h"
#include "gradtape/ops/indexing.h"

// gather, scatter and scatter_add: one index for every element.
namespace gradtape {
namespace {

using namespace autograd;

// self with source written or added at the places of index, in place where out is given.
Tensor scattered(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                 bool accumulate, const Tensor& out) {
  if (out.defined()) {
    if (index.numel() == 0) return out;
    kernels::scatter(out, dim, kernels::out_of_reach(index, out, /*in_step=*/false),
                     kernels::out_of_reach(source, out, /*in_step=*/false), accumulate);
    return out;
  }
  const Tensor result = kernels::make_array(self.impl().sizes(), self.dtype());
  kernels::copy(result, self);
  if (index.numel() > 0) kernels::scatter(result, dim, index, source, accumulate);
  return result;
}

// gather's gradient, and a tensor's that scatter_add added to zeros.
struct GatherBackward {
  static constexpr const char* name = "GatherBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kNothing};
  DimVector sizes;
  int64_t dim;
  Tensor forward(const Tensor& grad, const Tensor& index) const {
    Tensor result = kernels::make_zeros(sizes, grad.dtype());
    if (index.numel() > 0) kernels::scatter(result, dim, index, grad, /*accumulate=*/true);
    return result;
  }
  Tensor vjp(int, const Tensor& grad, const Saved& saved) const {
    return gather(grad, dim, saved.input(1));
  }
};

struct Gather {
  static constexpr const char* name = "GatherBackward0";
  static constexpr Reads reads[] = {kInput1, kNothing};
  int64_t dim;
  Tensor forward(const Tensor& self, const Tensor& index) const {
    return kernels::gather(self, dim, index);
  }
  Tensor vjp(int, const Tensor& grad, const Saved& saved) const {
    return apply(GatherBackward{saved.sizes(0), dim}, grad, saved.input(1));
  }
};

// Inputs self, index, source.
struct Scatter {
  static constexpr const char* name = "ScatterBackward0";
  static constexpr Writes writes = Writes::Anywhere;
  static constexpr Reads reads[] = {kInput1, kNothing, kInput1};
  int64_t dim;
  Tensor forward(const Tensor& self, const Tensor& index, const Tensor& source,
                 const Tensor& out = {}) const {
    return scattered(self, dim, index, source, /*accumulate=*/false, out);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    if (i == 0) return scatter(grad, dim, saved.input(1), 0);
    return grown(gather(grad, dim, saved.input(1)), saved.sizes(2));
  }
  // A source larger than index: what was not used has no gradient.
  static Tensor grown(const Tensor& used, IntArrayRef sizes) {
    if (used.sizes().equals(sizes)) return used;
    Tensor whole = zeros(sizes, used.dtype());
    Tensor part = whole;
    for (int64_t i = 0; i < used.dim(); ++i) part = part.narrow(i, 0, used.sizes()[i]);
    part.copy_(used);
    return whole;
  }
};

struct ScatterValue {
  static constexpr const char* name = "ScatterBackward1";
  static constexpr Writes writes = Writes::Anywhere;
  static constexpr Reads reads[] = {kInput1, kNothing};
  int64_t dim;
  Scalar value;
  Tensor forward(const Tensor& self, const Tensor& index, const Tensor& out = {}) const {
    const Tensor one = full({}, value, self.dtype());
    const Tensor source =
        kernels::window(one, index.impl().sizes(), DimVector(index.sizes().size()), 0);
    return scattered(self, dim, index, source, /*accumulate=*/false, out);
  }
  Tensor vjp(int, const Tensor& grad, const Saved& saved) const {
    return scatter(grad, dim, saved.input(1), 0);
  }
};

struct ScatterAdd {
  static constexpr const char* name = "ScatterAddBackward0";
  static constexpr Writes writes = Writes::Anywhere;
  static constexpr Reads reads[] = {kNothing, kNothing, kInput1};
  int64_t dim;
  Tensor forward(const Tensor& self, const Tensor& index, const Tensor& source,
                 const Tensor& out = {}) const {
    return scattered(self, dim, index, source, /*accumulate=*/true, out);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    if (i == 0) return grad;
    return Scatter::grown(gather(grad, dim, saved.input(1)), saved.sizes(2));
  }
};

// A 0-d tensor counts as one of shape [1].
int64_t rank_of(const Tensor& tensor) { return std::max<int64_t>(tensor.dim(), 1); }
int64_t size_of(const Tensor& tensor, int64_t dim) {
  return tensor.dim() == 0 ? 1 : tensor.sizes()[dim];
}

int64_t check_gather(const Tensor& self, int64_t dim, const Tensor& index) {
  GRADTAPE_CHECK(index.dtype() == kInt64, "gather(): Expected dtype int64 for index; got ",
                 index.dtype());
  dim = wrap_dim(dim, self.dim(), "gather");
  if (index.numel() == 0) return dim;
  GRADTAPE_CHECK(rank_of(self) == rank_of(index),
                 "Index tensor must have the same number of dimensions as input tensor; got index ",
                 index.sizes(), ", self ", self.sizes());
  for (int64_t i = 0; i < rank_of(self); ++i) {
    GRADTAPE_CHECK(i == dim || size_of(index, i) <= size_of(self, i),
                   "Size does not match at dimension ", i, " expected index ", index.sizes(),
                   " to be smaller than self ", self.sizes(), " apart from dimension ", dim);
  }
  return dim;
}

int64_t check_scatter(const Tensor& self, int64_t dim, const Tensor& index) {
  GRADTAPE_CHECK(index.dtype() == kInt64, "scatter(): Expected dtype int64 for index; got ",
                 index.dtype());
  dim = wrap_dim(dim, self.dim(), "scatter");
  if (index.numel() == 0) return dim;
  GRADTAPE_CHECK(rank_of(self) == rank_of(index),
                 "Index tensor must have the same number of dimensions as self tensor; got index ",
                 index.sizes(), ", self ", self.sizes());
  return dim;
}

void check_scatter_sizes(const Tensor& self, int64_t dim, const Tensor& index,
                         const Tensor& source) {
  GRADTAPE_CHECK(self.dtype() == source.dtype(),
                 "scatter(): Expected self.dtype to be equal to src.dtype; got ", self.dtype(),
                 " and ", source.dtype());
  if (index.numel() == 0) return;
  GRADTAPE_CHECK(rank_of(index) == rank_of(source),
                 "Index tensor must have the same number of dimensions as src tensor; got index ",
                 index.sizes(), ", src ", source.sizes());
  for (int64_t i = 0; i < rank_of(self); ++i) {
    GRADTAPE_CHECK((i == dim || size_of(index, i) <= size_of(self, i)) &&
                       size_of(index, i) <= size_of(source, i),
                   "Expected index ", index.sizes(), " to be smaller than self ", self.sizes(),
                   " apart from dimension ", dim, " and to be smaller size than src ",
                   source.sizes());
  }
}

void check_scatter_value(const Tensor& self, int64_t dim, const Tensor& index) {
  if (index.numel() == 0) return;
  for (int64_t i = 0; i < rank_of(self); ++i) {
    GRADTAPE_CHECK(i == dim || size_of(index, i) <= size_of(self, i), "Expected index ",
                   index.sizes(), " to be smaller than self ", self.sizes(),
                   " apart from dimension ", dim);
  }
}

// The kernels want tensors of one rank.
Tensor at_least_1d(const Tensor& tensor) {
  return tensor.dim() == 0 ? tensor.reshape({1}) : tensor;
}

// A 0-d self with the others of shape [1], and the reverse.
bool is_mixed(const Tensor& self, const Tensor& index) {
  return index.numel() > 0 && self.dim() != index.dim();
}

}  // namespace

Tensor gather(const Tensor& self, int64_t dim, const Tensor& index) {
  dim = check_gather(self, dim, index);
  if (is_mixed(self, index)) {
    return gather(at_least_1d(self), dim, at_least_1d(index)).reshape(index.sizes());
  }
  return apply(Gather{dim}, self, index);
}

Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  dim = check_scatter(self, dim, index);
  check_scatter_sizes(self, dim, index, source);
  if (is_mixed(self, index) || is_mixed(source, index)) {
    return scatter(at_least_1d(self), dim, at_least_1d(index), at_least_1d(source))
        .reshape(self.sizes());
  }
  return apply(Scatter{dim}, self, index, source);
}

Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
  dim = check_scatter(self, dim, index);
  check_scatter_value(self, dim, index);
  if (is_mixed(self, index)) {
    return scatter(at_least_1d(self), dim, at_least_1d(index), value).reshape(self.sizes());
  }
  return apply(ScatterValue{dim, value}, self, index);
}

Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  dim = check_scatter(self, dim, index);
  check_scatter_sizes(self, dim, index, source);
  if (is_mixed(self, index) || is_mixed(source, index)) {
    return scatter_add(at_least_1d(self), dim, at_least_1d(index), at_least_1d(source))
        .reshape(self.sizes());
  }
  return apply(ScatterAdd{dim}, self, index, source);
}

Tensor Tensor::gather(int64_t dim, const Tensor& index) const {
  return gradtape::gather(*this, dim, index);
}
Tensor Tensor::scatter(int64_t dim, const Tensor& index, const Tensor& source) const {
  return gradtape::scatter(*this, dim, index, source);
}
Tensor Tensor::scatter_add(int64_t dim, const Tensor& index, const Tensor& source) const {
  return gradtape::scatter_add(*this, dim, index, source);
}
Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Tensor& source) const {
  dim = check_scatter(*this, dim, index);
  check_scatter_sizes(*this, dim, index, source);
  GRADTAPE_CHECK(!is_mixed(*this, index) && !is_mixed(source, index),
                 "scatter_: self, index and source must have one rank; got self ", sizes(),
                 ", index ", index.sizes(), ", source ", source.sizes());
  return apply_inplace(Scatter{dim}, *this, index, source);
}
Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Scalar& value) const {
  dim = check_scatter(*this, dim, index);
  check_scatter_value(*this, dim, index);
  GRADTAPE_CHECK(!is_mixed(*this, index), "scatter_: self and index must have one rank; got self ",
                 sizes(), ", index ", index.sizes());
  return apply_inplace(ScatterValue{dim, value}, *this, index);
}
Tensor& Tensor::scatter_add_(int64_t dim, const Tensor& index, const Tensor& source) const {
  dim = check_scatter(*this, dim, index);
  check_scatter_sizes(*this, dim, index, source);
  GRADTAPE_CHECK(!is_mixed(*this, index) && !is_mixed(source, index),
                 "scatter_add_: self, index and source must have one rank; got self ", sizes(),
                 ", index ", index.sizes(), ", source ", source.sizes());
  return apply_inplace(ScatterAdd{dim}, *this, index, source);
}

}  // namespace gradtape
