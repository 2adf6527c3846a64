#include "autograd/op_node.h"
#include "kernels/reduce/reduce.h"
#include "ops/axes.h"

#include "gradtape/ops/reduce.h"

namespace gradtape {
namespace {

using namespace autograd;
using kernels::all_axes;
using kernels::reduced_sizes;

struct Reduced {
  AxisMask axes;
  bool keepdim;
};

// The sum repeats its gradient: one view, no memory.
struct SumAll {
  static constexpr const char* name = "SumBackward0";
  static constexpr Reads reads[] = {kNothing};

  Tensor forward(const Tensor& x) const { return kernels::sum(x, all_axes(x.dim()), {}); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad.expand(saved.sizes(0)); }
};

struct SumAxes : Reduced {
  static constexpr const char* name = "SumBackward1";
  static constexpr Reads reads[] = {kNothing};

  Tensor forward(const Tensor& x) const {
    return kernels::sum(x, axes, reduced_sizes(x, axes, keepdim));
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const IntArrayRef sizes = saved.sizes(0);
    return restore_axes(grad, axes, keepdim, sizes.size()).expand(sizes);
  }
};

struct SumToSize {
  static constexpr const char* name = "SumToSizeBackward0";
  static constexpr Reads reads[] = {kNothing};

  AxisMask axes;
  DimVector sizes;

  Tensor forward(const Tensor& x) const { return kernels::sum(x, axes, sizes); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad.expand(saved.sizes(0)); }
};

struct MeanAll {
  static constexpr const char* name = "MeanBackward0";
  static constexpr Reads reads[] = {kNothing};

  Tensor forward(const Tensor& x) const { return kernels::mean(x, all_axes(x.dim()), {}); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    double count = 1;
    for (const int64_t size : saved.sizes(0)) count *= static_cast<double>(size);
    return grad.div(count).expand(saved.sizes(0));
  }
};

struct MeanAxes : Reduced {
  static constexpr const char* name = "MeanBackward1";
  static constexpr Reads reads[] = {kNothing};

  Tensor forward(const Tensor& x) const {
    return kernels::mean(x, axes, reduced_sizes(x, axes, keepdim));
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const IntArrayRef sizes = saved.sizes(0);
    double count = 1;
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (axes >> i & 1) count *= static_cast<double>(sizes[i]);
    }
    return restore_axes(grad, axes, keepdim, sizes.size()).div(count).expand(sizes);
  }
};

struct CumSum {
  static constexpr const char* name = "CumsumBackward0";
  static constexpr Reads reads[] = {kNothing};

  int64_t axis;
  bool reverse;

  Tensor forward(const Tensor& x) const { return kernels::cumsum(x, axis, reverse); }
  Tensor vjp(const Tensor& grad, const Saved&) const { return apply(CumSum{axis, !reverse}, grad); }
};

// The op on x converted to dtype first; the engine converts the gradient back. An integer result
// has no gradient.
template <class Op>
Tensor apply_as(Op op, const Tensor& x, ScalarType dtype) {
  Tensor result = op.forward(kernels::dense(x, dtype));
  result = kernels::dense(result, dtype);  // small integers have added up in int64
  return record(std::move(op), std::move(result), x);
}

bool is_default(const Tensor& self, std::optional<ScalarType> dtype) {
  return !dtype || *dtype == (self.is_floating_point() ? self.dtype() : kInt64);
}

void check_mean(const Tensor& self, std::optional<ScalarType> dtype) {
  const ScalarType result = dtype.value_or(self.dtype());
  GRADTAPE_CHECK(is_floating_point(result), "mean(): could not infer output dtype. ",
                 dtype ? "Optional" : "Input",
                 " dtype must be either a floating point or complex dtype. Got: ", result);
}

}  // namespace

Tensor sum(const Tensor& self, std::optional<ScalarType> dtype) {
  return is_default(self, dtype) ? apply(SumAll{}, self) : apply_as(SumAll{}, self, *dtype);
}

Tensor sum(const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
           std::optional<ScalarType> dtype) {
  const SumAxes op{{axes_of(dim.value_or({}), self.dim(), "sum"), keepdim}};
  return is_default(self, dtype) ? apply(op, self) : apply_as(op, self, *dtype);
}

Tensor sum_to_size(const Tensor& self, IntArrayRef sizes) {
  const IntArrayRef from = self.sizes();
  if (from.equals(sizes)) return self;
  const size_t extra = from.size() - sizes.size();
  bool fits = sizes.size() <= from.size();
  AxisMask axes = fits ? all_axes(extra) : 0;
  for (size_t i = 0; fits && i < sizes.size(); ++i) {
    if (sizes[i] == from[extra + i]) continue;
    fits = sizes[i] == 1;
    axes |= AxisMask{1} << (extra + i);
  }
  GRADTAPE_CHECK(fits, "sum_to_size: size {", sizes, "} is not expandable to size {", from, "}.");
  return apply(SumToSize{axes, sizes}, self);
}

Tensor mean(const Tensor& self, std::optional<ScalarType> dtype) {
  check_mean(self, dtype);
  if (dtype && *dtype != self.dtype()) return apply_as(MeanAll{}, self, *dtype);
  return apply(MeanAll{}, self);
}

Tensor mean(const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
            std::optional<ScalarType> dtype) {
  check_mean(self, dtype);
  const MeanAxes op{{axes_of(dim.value_or({}), self.dim(), "mean"), keepdim}};
  return dtype && *dtype != self.dtype() ? apply_as(op, self, *dtype) : apply(op, self);
}

Tensor cumsum(const Tensor& self, int64_t dim) {
  return apply(CumSum{wrap_dim(dim, self.dim(), "cumsum"), false}, self);
}

Tensor Tensor::sum(std::optional<ScalarType> dtype) const { return gradtape::sum(*this, dtype); }
Tensor Tensor::sum(OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) const {
  return gradtape::sum(*this, dim, keepdim, dtype);
}
Tensor Tensor::sum_to_size(IntArrayRef sizes) const { return gradtape::sum_to_size(*this, sizes); }
Tensor Tensor::mean(std::optional<ScalarType> dtype) const { return gradtape::mean(*this, dtype); }
Tensor Tensor::mean(OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) const {
  return gradtape::mean(*this, dim, keepdim, dtype);
}
Tensor Tensor::cumsum(int64_t dim) const { return gradtape::cumsum(*this, dim); }

}  // namespace gradtape
