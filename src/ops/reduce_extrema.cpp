#include "autograd/op_node.h"
#include "kernels/reduce/reduce.h"
#include "ops/axes.h"

#include "gradtape/ops/arithmetic.h"
#include "gradtape/ops/factory.h"
#include "gradtape/ops/reduce.h"

namespace gradtape {
namespace {

using namespace autograd;
using kernels::all_axes;
using kernels::reduced_sizes;

// The gradient is shared evenly by all elements that tie.
template <bool kMax>
struct ExtremumAll {
  static constexpr const char* name = kMax ? "MaxBackward1" : "MinBackward1";
  static constexpr Reads reads[] = {kInput0 | kOutput};

  Tensor forward(const Tensor& x) const {
    const AxisMask axes = all_axes(x.dim());
    return kMax ? kernels::amax(x, axes, {}) : kernels::amin(x, axes, {});
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const Tensor x = saved.input(0).detach(), result = saved.output().detach();
    const Tensor ties = result.isnan().item<bool>() ? x.isnan() : x.eq(result);
    return zeros_like(x).masked_fill(ties, grad.div(ties.sum()));
  }
};

template <bool kMax>
struct ExtremumAxes {
  static constexpr const char* name = kMax ? "AmaxBackward0" : "AminBackward0";
  static constexpr Reads reads[] = {kInput0 | kOutput};

  AxisMask axes;
  bool keepdim;

  Tensor forward(const Tensor& x) const {
    DimVector sizes = reduced_sizes(x, axes, keepdim);
    return kMax ? kernels::amax(x, axes, std::move(sizes))
                : kernels::amin(x, axes, std::move(sizes));
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const Tensor x = saved.input(0).detach();
    const int64_t rank = x.dim();
    const Tensor result = restore_axes(saved.output().detach(), axes, keepdim, rank);
    const Tensor ties = x.eq(result).to(grad.dtype());
    DimVector dims;
    for (int64_t i = 0; i < rank; ++i) {
      if (axes >> i & 1) dims.push_back(i);
    }
    return restore_axes(grad, axes, keepdim, rank).mul(ties).div(ties.sum(dims, true));
  }
};

// Values with positions: the gradient goes where the value came from.
template <bool kMax>
struct ExtremumWithIndex {
  static constexpr const char* name = kMax ? "MaxBackward0" : "MinBackward0";
  static constexpr Reads kPositions = kOutput << 1;
  static constexpr Reads reads[] = {kPositions};

  int64_t axis;
  bool keepdim;

  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const IntArrayRef sizes = saved.sizes(0);
    if (sizes.empty()) return grad;
    const Tensor zero = zeros(sizes, TensorOptions(grad.dtype())), indices = saved.output(1);
    if (keepdim) return zero.scatter(axis, indices, grad);
    return zero.scatter(axis, indices.unsqueeze(axis), grad.unsqueeze(axis));
  }
};

template <bool kMax>
std::pair<Tensor, Tensor> values_and_positions(const Tensor& self, int64_t dim, bool keepdim,
                                               const char* op) {
  const int64_t axis = wrap_dim(dim, self.dim(), op);
  GRADTAPE_CHECK(self.dim() == 0 || self.sizes()[axis] > 0, op, "(): Expected reduction dim ", axis,
                 " to have non-zero size; got self ", self.sizes());
  const AxisMask axes = self.dim() == 0 ? 0 : AxisMask{1} << axis;
  DimVector sizes = reduced_sizes(self, axes, keepdim);
  return kMax ? kernels::max_with_index(self, axis, std::move(sizes))
              : kernels::min_with_index(self, axis, std::move(sizes));
}

void check_not_empty(const Tensor& self, const char* op) {
  GRADTAPE_CHECK(self.numel() > 0, op,
                 "(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
                 "reduction dim with the 'dim' argument.");
}

template <bool kMax>
Tensor extremum(const Tensor& self, const char* op) {
  check_not_empty(self, op);
  return apply(ExtremumAll<kMax>{}, self);
}

template <bool kMax>
std::tuple<Tensor, Tensor> extremum(const Tensor& self, int64_t dim, bool keepdim, const char* op) {
  auto [values, indices] = values_and_positions<kMax>(self, dim, keepdim, op);
  const int64_t axis = wrap_dim(dim, self.dim(), op);
  record_many(ExtremumWithIndex<kMax>{axis, keepdim}, {values, indices}, self);
  return {std::move(values), std::move(indices)};
}

template <bool kMax>
Tensor extremum(const Tensor& self, IntArrayRef dim, bool keepdim, const char* op) {
  const AxisMask axes = axes_of(dim, self.dim(), op);
  if (dim.empty()) check_not_empty(self, op);
  for (int64_t i = 0; i < self.dim(); ++i) {
    GRADTAPE_CHECK(!(axes >> i & 1) || self.sizes()[i] > 0, op, "(): Expected reduction dim ", i,
                   " to have non-zero size; got self ", self.sizes());
  }
  return apply(ExtremumAxes<kMax>{axes, keepdim}, self);
}

template <bool kMax>
Tensor position(const Tensor& self, std::optional<int64_t> dim, bool keepdim, const char* op) {
  if (dim) return values_and_positions<kMax>(self, *dim, keepdim, op).second;
  GRADTAPE_CHECK(self.numel() > 0, op,
                 "(): Expected reduction dim to be specified for input.numel() == 0.");
  Tensor result = kernels::make_array(keepdim ? DimVector(self.dim(), 1) : DimVector(), kInt64);
  *result.data_ptr<int64_t>() = kMax ? kernels::argmax(self) : kernels::argmin(self);
  return result;
}

}  // namespace

Tensor max(const Tensor& self) { return extremum<true>(self, "max"); }
Tensor min(const Tensor& self) { return extremum<false>(self, "min"); }
Tensor max(const Tensor& self, const Tensor& other) { return maximum(self, other); }
Tensor min(const Tensor& self, const Tensor& other) { return minimum(self, other); }
std::tuple<Tensor, Tensor> max(const Tensor& self, int64_t dim, bool keepdim) {
  return extremum<true>(self, dim, keepdim, "max");
}
std::tuple<Tensor, Tensor> min(const Tensor& self, int64_t dim, bool keepdim) {
  return extremum<false>(self, dim, keepdim, "min");
}
Tensor amax(const Tensor& self, IntArrayRef dim, bool keepdim) {
  return extremum<true>(self, dim, keepdim, "amax");
}
Tensor amin(const Tensor& self, IntArrayRef dim, bool keepdim) {
  return extremum<false>(self, dim, keepdim, "amin");
}
Tensor argmax(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  return position<true>(self, dim, keepdim, "argmax");
}
Tensor argmin(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  return position<false>(self, dim, keepdim, "argmin");
}

Tensor Tensor::max() const { return gradtape::max(*this); }
Tensor Tensor::min() const { return gradtape::min(*this); }
std::tuple<Tensor, Tensor> Tensor::max(int64_t dim, bool keepdim) const {
  return gradtape::max(*this, dim, keepdim);
}
std::tuple<Tensor, Tensor> Tensor::min(int64_t dim, bool keepdim) const {
  return gradtape::min(*this, dim, keepdim);
}
Tensor Tensor::amax(IntArrayRef dim, bool keepdim) const {
  return gradtape::amax(*this, dim, keepdim);
}
Tensor Tensor::amin(IntArrayRef dim, bool keepdim) const {
  return gradtape::amin(*this, dim, keepdim);
}
Tensor Tensor::argmax(std::optional<int64_t> dim, bool keepdim) const {
  return gradtape::argmax(*this, dim, keepdim);
}
Tensor Tensor::argmin(std::optional<int64_t> dim, bool keepdim) const {
  return gradtape::argmin(*this, dim, keepdim);
}

}  // namespace gradtape
