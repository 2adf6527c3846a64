#include "kernels/reduce/reduce.h"
#include "ops/axes.h"

#include "gradtape/ops/reduce.h"

namespace gradtape {
namespace {

using kernels::reduced_sizes;

// A view of x in the shape that x and other broadcast to.
Tensor broadcast_to_both(const Tensor& x, const Tensor& other) {
  const IntArrayRef a = x.sizes(), b = other.sizes();
  const size_t rank = std::max(a.size(), b.size());
  DimVector sizes(rank), strides(rank);
  for (size_t i = 0; i < rank; ++i) {
    const size_t from_end = rank - i;
    const int64_t own = from_end <= a.size() ? a[a.size() - from_end] : 1;
    const int64_t its = from_end <= b.size() ? b[b.size() - from_end] : 1;
    GRADTAPE_CHECK(own == its || own == 1 || its == 1, "allclose: The size of tensor a (", own,
                   ") must match the size of tensor b (", its, ") at non-singleton dimension ", i,
                   "; got ", a, " and ", b);
    sizes[i] = own == 1 ? its : own;
    strides[i] = own == 1 ? 0 : x.strides()[a.size() - from_end];
  }
  return kernels::window(x, std::move(sizes), std::move(strides), x.storage_offset());
}

}  // namespace

Tensor all(const Tensor& self) { return kernels::all(self, kernels::all_axes(self.dim()), {}); }

Tensor all(const Tensor& self, int64_t dim, bool keepdim) {
  const AxisMask axes = axes_of(dim, self.dim(), "all");
  return kernels::all(self, axes, reduced_sizes(self, axes, keepdim));
}

Tensor any(const Tensor& self) { return kernels::any(self, kernels::all_axes(self.dim()), {}); }

Tensor any(const Tensor& self, int64_t dim, bool keepdim) {
  const AxisMask axes = axes_of(dim, self.dim(), "any");
  return kernels::any(self, axes, reduced_sizes(self, axes, keepdim));
}

bool equal(const Tensor& self, const Tensor& other) {
  if (!self.sizes().equals(other.sizes())) return false;
  if (self.dtype() == other.dtype()) return kernels::equal(self, other);
  const ScalarType both = promote_types(self.dtype(), other.dtype());
  return kernels::equal(kernels::dense(self, both), kernels::dense(other, both));
}

bool allclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  GRADTAPE_CHECK(self.dtype() == other.dtype(), "allclose: ", self.dtype(), " did not match ",
                 other.dtype());
  GRADTAPE_CHECK(rtol >= 0, "allclose: rtol must be greater than or equal to zero, but got ", rtol);
  GRADTAPE_CHECK(atol >= 0, "allclose: atol must be greater than or equal to zero, but got ", atol);
  if (self.sizes().equals(other.sizes())) {
    return kernels::allclose(self, other, rtol, atol, equal_nan);
  }
  return kernels::allclose(broadcast_to_both(self, other), broadcast_to_both(other, self), rtol,
                           atol, equal_nan);
}

Tensor Tensor::all() const { return gradtape::all(*this); }
Tensor Tensor::all(int64_t dim, bool keepdim) const { return gradtape::all(*this, dim, keepdim); }
Tensor Tensor::any() const { return gradtape::any(*this); }
Tensor Tensor::any(int64_t dim, bool keepdim) const { return gradtape::any(*this, dim, keepdim); }
bool Tensor::equal(const Tensor& other) const { return gradtape::equal(*this, other); }
bool Tensor::allclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return gradtape::allclose(*this, other, rtol, atol, equal_nan);
}

}  // namespace gradtape
