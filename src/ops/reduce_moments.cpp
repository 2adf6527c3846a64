#include <algorithm>
#include <cmath>

#include "autograd/op_node.h"
#include "kernels/reduce/reduce.h"
#include "ops/axes.h"

#include "gradtape/ops/factory.h"
#include "gradtape/ops/reduce.h"

// Products, spreads and norms.
namespace gradtape {
namespace {

using namespace autograd;
using kernels::all_axes;
using kernels::reduced_sizes;

// Products of all but one and of all but two elements along an axis, the latter weighted with a
// gradient and summed: what prod's first and second derivatives are where dividing by an element
// would divide by 0. Both take linear time.
struct ProdOfOthers {
  static constexpr const char* name = "ProdOfOthersBackward0";
  static constexpr Reads reads[] = {kInput0};

  int64_t axis;

  Tensor forward(const Tensor& x) const { return kernels::prod_of_others(x, axis); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const;
};

struct ProdOfPairs {
  static constexpr const char* name = "ProdOfPairsBackward0";
  static constexpr Reads reads[] = {kInput0 | kInput1, kInput0};

  int64_t axis;

  Tensor forward(const Tensor& x, const Tensor& grad) const {
    return kernels::prod_of_pairs(x, grad, axis);
  }
  // Symmetric in both gradients. For x, in quadratic time: row i of m is x with element i replaced
  // by 1, so that the pairs of row i are all but three elements of x.
  Tensor vjp(int which, const Tensor& upper, const Saved& saved) const {
    if (which == 1) return apply(*this, saved.input(0), upper);
    const Tensor x = saved.input(0).transpose(axis, -1), lower = saved.input(1).transpose(axis, -1);
    const int64_t n = x.sizes().back();
    DimVector square = x.sizes();
    square.push_back(n);
    Tensor diagonal = kernels::make_array({n, n}, kBool);
    bool* bits = diagonal.data_ptr<bool>();
    for (int64_t i = 0; i < n * n; ++i) bits[i] = i % (n + 1) == 0;
    const Tensor m = x.unsqueeze(-2).expand(square).masked_fill(diagonal, 1);
    const Tensor weights =
        upper.transpose(axis, -1).unsqueeze(-1).mul(lower.unsqueeze(-2)).masked_fill(diagonal, 0);
    const Tensor triples = apply(ProdOfPairs{x.dim()}, m, weights).masked_fill(diagonal, 0);
    return triples.sum(-2).transpose(axis, -1);
  }
};

Tensor ProdOfOthers::vjp(const Tensor& grad, const Saved& saved) const {
  return apply(ProdOfPairs{axis}, saved.input(0), grad);
}

bool has_zero(const Tensor& x) {
  return !*kernels::all(x.detach(), all_axes(x.dim()), {}).data_ptr<bool>();
}

struct ProdAll {
  static constexpr const char* name = "ProdBackward0";
  static constexpr Reads reads[] = {kInput0 | kOutput};

  Tensor forward(const Tensor& x) const { return kernels::prod(x, all_axes(x.dim()), {}); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const Tensor x = saved.input(0);
    if (x.dim() == 0) return grad;
    if (!has_zero(x)) return grad.mul(saved.output()).div(x);
    return apply(ProdOfOthers{0}, x.reshape({-1})).reshape(x.sizes()).mul(grad);
  }
};

struct ProdAxis {
  static constexpr const char* name = "ProdBackward1";
  static constexpr Reads reads[] = {kInput0 | kOutput};

  int64_t axis;
  bool keepdim;

  AxisMask axes(int64_t rank) const { return rank == 0 ? 0 : AxisMask{1} << axis; }
  Tensor forward(const Tensor& x) const {
    return kernels::prod(x, axes(x.dim()), reduced_sizes(x, axes(x.dim()), keepdim));
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const Tensor x = saved.input(0);
    const int64_t rank = x.dim();
    if (rank == 0) return grad;
    const Tensor whole = restore_axes(grad, axes(rank), keepdim, rank);
    if (has_zero(x)) return apply(ProdOfOthers{axis}, x).mul(whole);
    return whole.mul(restore_axes(saved.output(), axes(rank), keepdim, rank)).div(x);
  }
};

struct Moments {
  AxisMask axes;
  double correction;
  bool keepdim;

  // What the squares are divided by: 0, so that NaN results, where nothing is left.
  double divisor(IntArrayRef sizes) const {
    double count = 1;
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (axes >> i & 1) count *= static_cast<double>(sizes[i]);
    }
    return std::max(count - correction, 0.);
  }
  // The variance, or its root. As PyTorch in float64, though only where squares of float32 are out
  // of its range.
  Tensor spread(const Tensor& x, bool root) const {
    const DimVector sizes = reduced_sizes(x, axes, keepdim);
    const auto of = [&](const Tensor& from) {
      Tensor result = kernels::variance(from, axes, sizes, kernels::mean(from, axes, sizes),
                                        divisor(from.sizes()));
      if (root) take_roots(result);
      return result;
    };
    const Tensor result = of(x);
    if (x.dtype() != kFloat32 || !has_extremes(result, root)) return result;
    return kernels::dense(of(kernels::dense(x, kFloat64)), kFloat32);
  }
  static void take_roots(const Tensor& values) {
    visit_floating(values.dtype(), "std", [&](auto tag) {
      using T = typename decltype(tag)::type;
      T* data = reinterpret_cast<T*>(values.impl().data());
      for (int64_t i = 0; i < values.numel(); ++i) data[i] = std::sqrt(data[i]);
    });
  }
  // Whether a variance (or its root) came near to the ends of float32's range.
  static bool has_extremes(const Tensor& values, bool root) {
    const float large = root ? 0x1p60f : 0x1p120f, small = root ? 0x1p-50f : 0x1p-100f;
    const float* data = reinterpret_cast<const float*>(values.impl().data());
    return std::any_of(data, data + values.numel(),
                       [=](float value) { return value > large || value < small; });
  }
  // Of the variance: 2 (x - mean) / divisor.
  Tensor gradient(const Tensor& grad, const Tensor& x) const {
    DimVector dims;
    for (int64_t i = 0; i < x.dim(); ++i) {
      if (axes >> i & 1) dims.push_back(i);
    }
    const Tensor mean = dims.empty() ? x : x.mean(dims, true);
    return restore_axes(grad, axes, keepdim, x.dim()).mul(2 / divisor(x.sizes())).mul(x.sub(mean));
  }
};

struct Var : Moments {
  static constexpr const char* name = "VarBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x) const { return spread(x, /*root=*/false); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return gradient(grad, saved.input(0));
  }
};

struct Std : Moments {
  static constexpr const char* name = "StdBackward0";
  static constexpr Reads reads[] = {kInput0 | kOutput};

  Tensor forward(const Tensor& x) const { return spread(x, /*root=*/true); }
  // Where the deviation is 0 all distances from the mean are, so any finite divisor gives
  // PyTorch's 0, in the second order too.
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const Tensor result = saved.output();
    return gradient(grad.div(result.masked_fill(result.eq(0), 1).mul(2)), saved.input(0));
  }
};

struct Norm {
  static constexpr const char* name = "NormBackward0";
  static constexpr Reads reads[] = {kInput0 | kOutput};

  double p;
  AxisMask axes;
  bool keepdim;

  Tensor forward(const Tensor& x) const {
    return kernels::norm(x, p, axes, reduced_sizes(x, axes, keepdim));
  }
  Tensor vjp(const Tensor& partial, const Saved& saved) const {
    const Tensor x = saved.input(0);
    if (p == 0) return zeros_like(x);
    const Tensor grad = restore_axes(partial, axes, keepdim, x.dim());
    if (p == 1) return x.sign().mul(grad);
    const Tensor result = restore_axes(saved.output(), axes, keepdim, x.dim());
    if (std::isinf(p)) {
      const Tensor ties =
          x.abs().eq(result).logical_or(x.isnan().logical_and(result.isnan())).to(x.dtype());
      return x.sign().mul(grad.div(sum_of(ties)).mul(ties));
    }
    // Where the norm is 0 so is x, and any finite divisor gives PyTorch's 0.
    const Tensor divisor = result.masked_fill(result.eq(0), 1);
    if (p == 2) return grad.mul(x.div(divisor));
    if (p < 2) {
      // |x|^(p - 2) and, below p = 1, |x|^(p - 1) are infinite at 0, where PyTorch gives 0.
      const Tensor magnitude = x.abs().masked_fill(x.eq(0), 1);
      return x.sign().mul(magnitude.pow(p - 1)).mul(grad.div(divisor.pow(p - 1)));
    }
    return x.mul(x.abs().pow(p - 2)).mul(grad.div(divisor.pow(p - 1)));
  }

 private:
  Tensor sum_of(const Tensor& ties) const {
    DimVector dims;
    for (int64_t i = 0; i < ties.dim(); ++i) {
      if (axes >> i & 1) dims.push_back(i);
    }
    return dims.empty() ? ties : ties.sum(dims, true);
  }
};

struct LogSumExp {
  static constexpr const char* name = "LogsumexpBackward0";
  static constexpr Reads reads[] = {kInput0 | kOutput};

  AxisMask axes;
  bool keepdim;

  Tensor forward(const Tensor& x) const {
    return kernels::logsumexp(x, axes, reduced_sizes(x, axes, keepdim));
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const Tensor x = saved.input(0);
    const Tensor result = restore_axes(saved.output(), axes, keepdim, x.dim());
    return restore_axes(grad, axes, keepdim, x.dim()).mul(x.sub(result).exp());
  }
};

void check_real(const Tensor& self, const char* op) {
  GRADTAPE_CHECK(self.is_floating_point(), op, " only support floating point dtypes; got ",
                 self.dtype());
}

// An empty list of axes stands for all of them.
Moments moments(const Tensor& self, OptionalIntArrayRef dim, std::optional<int64_t> correction,
                bool keepdim, const char* op) {
  check_real(self, op);
  return {axes_of(dim.value_or({}), self.dim(), op), static_cast<double>(correction.value_or(1)),
          keepdim};
}

Tensor converted(const Tensor& self, std::optional<ScalarType> dtype) {
  return dtype ? self.to(*dtype) : self;
}

}  // namespace

Tensor prod(const Tensor& self, std::optional<ScalarType> dtype) {
  const Tensor x = converted(self, dtype);
  return converted(apply(ProdAll{}, x), dtype);
}
Tensor prod(const Tensor& self, int64_t dim, bool keepdim, std::optional<ScalarType> dtype) {
  const Tensor x = converted(self, dtype);
  return converted(apply(ProdAxis{wrap_dim(dim, self.dim(), "prod"), keepdim}, x), dtype);
}

// What unbiased stands for.
constexpr std::optional<int64_t> correction_of(bool unbiased) { return unbiased ? 1 : 0; }

Tensor var(const Tensor& self, bool unbiased) {
  return var(self, std::nullopt, correction_of(unbiased));
}
Tensor var(const Tensor& self, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return var(self, dim, correction_of(unbiased), keepdim);
}
Tensor var(const Tensor& self, OptionalIntArrayRef dim, std::optional<int64_t> correction,
           bool keepdim) {
  return apply(Var{moments(self, dim, correction, keepdim, "std and var")}, self);
}
Tensor std(const Tensor& self, bool unbiased) {
  return gradtape::std(self, std::nullopt, correction_of(unbiased));
}
Tensor std(const Tensor& self, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {
  return gradtape::std(self, dim, correction_of(unbiased), keepdim);
}
Tensor std(const Tensor& self, OptionalIntArrayRef dim, std::optional<int64_t> correction,
           bool keepdim) {
  return apply(Std{moments(self, dim, correction, keepdim, "std and var")}, self);
}
std::tuple<Tensor, Tensor> var_mean(const Tensor& self, bool unbiased) {
  return var_mean(self, std::nullopt, correction_of(unbiased));
}
std::tuple<Tensor, Tensor> var_mean(const Tensor& self, OptionalIntArrayRef dim, bool unbiased,
                                    bool keepdim) {
  return var_mean(self, dim, correction_of(unbiased), keepdim);
}
std::tuple<Tensor, Tensor> var_mean(const Tensor& self, OptionalIntArrayRef dim,
                                    std::optional<int64_t> correction, bool keepdim) {
  check_real(self, "var_mean");
  return {var(self, dim, correction, keepdim), mean(self, dim, keepdim)};
}
std::tuple<Tensor, Tensor> std_mean(const Tensor& self, bool unbiased) {
  return std_mean(self, std::nullopt, correction_of(unbiased));
}
std::tuple<Tensor, Tensor> std_mean(const Tensor& self, OptionalIntArrayRef dim, bool unbiased,
                                    bool keepdim) {
  return std_mean(self, dim, correction_of(unbiased), keepdim);
}
std::tuple<Tensor, Tensor> std_mean(const Tensor& self, OptionalIntArrayRef dim,
                                    std::optional<int64_t> correction, bool keepdim) {
  check_real(self, "std_mean");
  return {gradtape::std(self, dim, correction, keepdim), mean(self, dim, keepdim)};
}

Tensor norm(const Tensor& self, const Scalar& p) { return norm(self, p, IntArrayRef()); }
Tensor norm(const Tensor& self, const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim) {
  GRADTAPE_CHECK(self.is_floating_point(),
                 "norm(): input dtype should be either floating point or complex. Got ",
                 self.dtype(), " instead.");
  return apply(Norm{p.value_or(2).toDouble(), axes_of(dim, self.dim(), "norm"), keepdim}, self);
}

Tensor logsumexp(const Tensor& self, IntArrayRef dim, bool keepdim) {
  const Tensor x = self.is_floating_point() ? self : self.to(get_default_dtype());
  return apply(LogSumExp{axes_of(dim, self.dim(), "logsumexp"), keepdim}, x);
}

Tensor Tensor::prod(std::optional<ScalarType> dtype) const { return gradtape::prod(*this, dtype); }
Tensor Tensor::prod(int64_t dim, bool keepdim, std::optional<ScalarType> dtype) const {
  return gradtape::prod(*this, dim, keepdim, dtype);
}
Tensor Tensor::var(bool unbiased) const { return gradtape::var(*this, unbiased); }
Tensor Tensor::var(OptionalIntArrayRef dim, bool unbiased, bool keepdim) const {
  return gradtape::var(*this, dim, unbiased, keepdim);
}
Tensor Tensor::var(OptionalIntArrayRef dim, std::optional<int64_t> correction, bool keepdim) const {
  return gradtape::var(*this, dim, correction, keepdim);
}
Tensor Tensor::std(bool unbiased) const { return gradtape::std(*this, unbiased); }
Tensor Tensor::std(OptionalIntArrayRef dim, bool unbiased, bool keepdim) const {
  return gradtape::std(*this, dim, unbiased, keepdim);
}
Tensor Tensor::std(OptionalIntArrayRef dim, std::optional<int64_t> correction, bool keepdim) const {
  return gradtape::std(*this, dim, correction, keepdim);
}
Tensor Tensor::norm(const Scalar& p) const { return gradtape::norm(*this, p); }
Tensor Tensor::norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim) const {
  return gradtape::norm(*this, p, dim, keepdim);
}
Tensor Tensor::logsumexp(IntArrayRef dim, bool keepdim) const {
  return gradtape::logsumexp(*this, dim, keepdim);
}

}  // namespace gradtape
