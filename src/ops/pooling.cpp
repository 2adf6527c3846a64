#include "gradtape/ops/pooling.h"

#include <algorithm>

#include "autograd/op_node.h"
#include "core/checked.h"
#include "kernels/base/array.h"
#include "kernels/pooling/pooling.h"

#include "gradtape/ops/factory.h"

namespace gradtape {
namespace {

using namespace autograd;
using kernels::MaxPool2d;
using kernels::PoolWindows;

Tensor scatter_to(const Tensor& grad, const Tensor& indices, const Tensor& input,
                  const MaxPool2d& pool, DimVector input_sizes);
Tensor gather_from(const Tensor& input, const Tensor& indices, const MaxPool2d& pool);

// Results: the largest elements, and their indices. The gradient of an output goes to the element
// it was; scatter and gather at the same places are each other's gradients. As in PyTorch the
// gradient depends on the pooled input too, with a derivative of zeros.
struct MaxPooled {
  MaxPool2d pool;

  static constexpr const char* name = "MaxPool2DWithIndicesBackward0";
  static constexpr Reads kIndices = kOutput << 1;
  static constexpr Reads reads[] = {kInput0 | kIndices};
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return scatter_to(grad, saved.output(1), saved.input(0), pool, saved.sizes(0));
  }
};

// Inputs grad, indices and, where there is one, the pooled input.
struct PoolScatter {
  MaxPool2d pool;
  DimVector input_sizes;

  static constexpr const char* name = "MaxPool2DWithIndicesBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kNothing, kNothing};
  Tensor forward(const Tensor& grad, const Tensor& indices, const Tensor&) const {
    return kernels::pool_scatter(grad, indices, pool, input_sizes);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    if (i == 2) return zeros(input_sizes, saved.dtype(2));
    return gather_from(grad, saved.input(1), pool);
  }
};

// Inputs input, indices.
struct PoolGather {
  MaxPool2d pool;

  static constexpr const char* name = "GatherBackward0";
  static constexpr Reads reads[] = {kInput1, kNothing};
  Tensor forward(const Tensor& input, const Tensor& indices) const {
    return kernels::pool_gather(input, indices);
  }
  Tensor vjp(int, const Tensor& grad, const Saved& saved) const {
    return scatter_to(grad, saved.input(1), Tensor(), pool, saved.sizes(0));
  }
};

Tensor scatter_to(const Tensor& grad, const Tensor& indices, const Tensor& input,
                  const MaxPool2d& pool, DimVector input_sizes) {
  return apply(PoolScatter{pool, std::move(input_sizes)}, grad, indices, input);
}
Tensor gather_from(const Tensor& input, const Tensor& indices, const MaxPool2d& pool) {
  return apply(PoolGather{pool}, input, indices);
}

// The windows of an average. That over the whole of each plane is a mean, whose gradient, as in
// PyTorch, does not depend on the input.
struct Windows {
  PoolWindows rows, cols;
  bool whole = false;
};

Tensor average(const Tensor& x, const Windows& windows);
Tensor spread(const Tensor& grad, const Tensor& x, const Windows& windows, DimVector input_sizes);

// Linear: the gradient spreads each output over its window, and that one's gradient averages again.
struct AvgPool {
  Windows windows;

  static constexpr const char* name = "AvgPool2DBackward0";
  static constexpr Reads reads[] = {kInput0};
  Tensor forward(const Tensor& x) const {
    return kernels::avg_pool2d(x, windows.rows, windows.cols);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const Tensor x = windows.whole ? Tensor() : saved.input(0);
    return spread(grad, x, windows, saved.sizes(0));
  }
};

// Inputs grad and, where there is one, the pooled input.
struct AvgPoolGrad {
  Windows windows;
  DimVector input_sizes;

  static constexpr const char* name = "AvgPool2DBackwardBackward0";
  static constexpr Reads reads[] = {kNothing, kNothing};
  Tensor forward(const Tensor& grad, const Tensor&) const {
    return kernels::avg_pool2d_grad(grad, windows.rows, windows.cols, input_sizes);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    if (i == 1) return zeros(input_sizes, saved.dtype(1));
    return average(grad, windows);
  }
};

Tensor average(const Tensor& x, const Windows& windows) { return apply(AvgPool{windows}, x); }
Tensor spread(const Tensor& grad, const Tensor& x, const Windows& windows, DimVector input_sizes) {
  return apply(AvgPoolGrad{windows, std::move(input_sizes)}, grad, x);
}

// The options of a pool over the axes [h, w]; 1-d ones pool a single row.
struct Axes {
  int64_t kernel[2], stride[2], padding[2], dilation[2];
};

void fill_axes(int64_t (&into)[2], const char* op, const char* what, IntArrayRef values,
               int64_t axes, int64_t unit) {
  GRADTAPE_CHECK(values.size() == 1 || static_cast<int64_t>(values.size()) == axes, op, ": ", what,
                 " must either be a single int, or a tuple of ", axes, " ints; got ", values);
  into[0] = axes == 1 ? unit : values[0];
  into[1] = values.back();
}

Axes axes_of(const char* op, int64_t axes, IntArrayRef kernel, IntArrayRef stride,
             IntArrayRef padding, IntArrayRef dilation) {
  Axes result{};
  fill_axes(result.kernel, op, "kernel_size", kernel, axes, 1);
  fill_axes(result.stride, op, "stride", stride.empty() ? kernel : stride, axes, 1);
  fill_axes(result.padding, op, "padding", padding, axes, 0);
  fill_axes(result.dilation, op, "dilation", dilation, axes, 1);
  for (int i = 0; i < 2; ++i) {
    GRADTAPE_CHECK(result.kernel[i] > 0, "kernel size should be greater than zero; ", op,
                   " got kernel_size ", kernel);
    GRADTAPE_CHECK(result.stride[i] != 0, "stride should not be zero; ", op, " got stride ",
                   stride);
    GRADTAPE_CHECK(result.stride[i] > 0, "stride should be greater than zero; ", op, " got stride ",
                   stride);
    GRADTAPE_CHECK(result.dilation[i] > 0, "dilation should be greater than zero; ", op,
                   " got dilation ", dilation);
    GRADTAPE_CHECK(result.padding[i] >= 0,
                   "pad must be non-negative, but got pad: ", result.padding[i], " (", op, ")");
    GRADTAPE_CHECK(result.padding[i] <= result.kernel[i] / 2,
                   "pad should be at most half of kernel size, but got pad=", result.padding[i],
                   " and kernel_size=", result.kernel[i]);
  }
  return result;
}

// As PyTorch: in ceil mode the last window must start inside the image or its left padding.
int64_t pooled_size(int64_t size, const Axes& axes, int i, bool ceil_mode) {
  const int64_t padded = checked_add(size, checked_mul(2, axes.padding[i]));
  const int64_t span = checked_add(checked_mul(axes.dilation[i], axes.kernel[i] - 1), 1);
  const int64_t reach = padded - span, stride = axes.stride[i];
  if (!ceil_mode) return reach >= 0 ? reach / stride + 1 : 0;
  // reach rounded up to whole strides, of which the first may be there in part.
  const int64_t steps = reach >= 0 ? ceil_div(reach, stride) : reach > -stride ? 0 : -1;
  return steps > 0 && checked_mul(steps, stride) >= size + axes.padding[i] ? steps : steps + 1;
}

// Taps of no window that lie in the image are left out, however large kernel and padding are.
void trim(Axes& axes, int i, int64_t size, int64_t count) {
  const int64_t stride = axes.stride[i], dilation = axes.dilation[i];
  int64_t &kernel = axes.kernel[i], &padding = axes.padding[i];
  kernel = std::min(kernel, ceil_div(checked_add(size, padding), dilation));
  const int64_t last = checked_mul(count - 1, stride) - padding;  // where the last window begins
  if (last >= 0) return;
  const int64_t skipped = std::min({ceil_div(-last, dilation), kernel - 1, padding / dilation});
  kernel -= skipped;
  padding -= skipped * dilation;
}

void check_input(const char* op, int64_t axes, const Tensor& self) {
  bool fits = self.dim() == axes + 1 || self.dim() == axes + 2;
  // Only the batch may be empty.
  for (int64_t i = self.dim() == axes + 2 ? 1 : 0; fits && i < self.dim(); ++i) {
    fits = self.sizes()[i] > 0;
  }
  GRADTAPE_CHECK(fits, "Expected ", axes + 1, "D or ", axes + 2,
                 "D (batch mode) tensor with optional 0 dim batch size for input, but got:",
                 self.sizes(), " (", op, ")");
}

void check_real(const char* op, const Tensor& self) {
  GRADTAPE_CHECK(self.is_floating_point(), "\"", op, "\" not implemented for '", self.dtype(),
                 "'; got self ", self.sizes());
}

void check_affordable_planes(const Tensor& planes, int64_t out_h, int64_t out_w) {
  DimVector sizes = planes.impl().sizes();
  sizes[sizes.size() - 2] = out_h;
  sizes[sizes.size() - 1] = out_w;
  check_affordable(bytes_of(sizes, planes.dtype()));
  check_affordable(std::max(out_h, out_w), sizeof(PoolWindows::Window));
}

// That there is an output, and memory for it and for its windows.
void check_output(const Tensor& planes, int64_t out_h, int64_t out_w) {
  check_affordable_planes(planes, out_h, out_w);
  const IntArrayRef sizes = planes.sizes().slice(planes.dim() - 3);
  GRADTAPE_CHECK(out_h > 0 && out_w > 0, "Given input size: (", sizes[0], "x", sizes[1], "x",
                 sizes[2], "). Calculated output size: (", sizes[0], "x", out_h, "x", out_w,
                 "). Output size is too small");
}

// Whole planes: a 1-d input gets a height of 1.
Tensor planes_of(const Tensor& self, int64_t axes) { return axes == 1 ? self.unsqueeze(-2) : self; }
Tensor from_planes(const Tensor& result, int64_t axes) {
  return axes == 1 ? result.squeeze(-2) : result;
}

std::tuple<Tensor, Tensor> max_pool(const char* op, int64_t axes, const Tensor& self,
                                    IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding,
                                    IntArrayRef dilation, bool ceil_mode, ScalarType index_type) {
  Axes options = axes_of(op, axes, kernel, stride, padding, dilation);
  check_input(op, axes, self);
  check_real(op, self);
  const Tensor planes = planes_of(self, axes);
  const int64_t h = planes.sizes()[planes.dim() - 2], w = planes.sizes()[planes.dim() - 1];
  const int64_t out_h = pooled_size(h, options, 0, ceil_mode);
  const int64_t out_w = pooled_size(w, options, 1, ceil_mode);
  check_output(planes, out_h, out_w);
  trim(options, 0, h, out_h);
  trim(options, 1, w, out_w);
  GRADTAPE_CHECK(std::max({options.kernel[0], options.kernel[1], h * w}) <= INT32_MAX, op,
                 ": integer out of range; got kernel_size ", kernel, ", self ", self.sizes());
  const MaxPool2d pool{options.kernel[0],
                       options.kernel[1],
                       options.stride[0],
                       options.stride[1],
                       options.padding[0],
                       options.padding[1],
                       options.dilation[0],
                       options.dilation[1],
                       out_h,
                       out_w};
  auto [values, indices] = kernels::max_pool2d(planes, pool, index_type);
  record_many(MaxPooled{pool}, {values, indices}, planes);
  return {from_planes(values, axes), indices};
}

PoolWindows windows_of(const Axes& axes, int i, int64_t size, int64_t count,
                       bool count_include_pad) {
  PoolWindows result;
  for (int64_t out = 0; out < count; ++out) {
    const int64_t begin = out * axes.stride[i] - axes.padding[i];
    const int64_t end = std::min(clamped_add(begin, axes.kernel[i]), size + axes.padding[i]);
    const int64_t first = std::max<int64_t>(begin, 0), last = std::min(end, size);
    result.windows.push_back(
        {first, last, static_cast<double>(count_include_pad ? end - begin : last - first)});
  }
  return result;
}

Tensor avg_pool(const char* op, int64_t axes, const Tensor& self, IntArrayRef kernel,
                IntArrayRef stride, IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                std::optional<int64_t> divisor) {
  const Axes options = axes_of(op, axes, kernel, stride, padding, 1);
  check_input(op, axes, self);
  if (self.dtype() != kInt64) check_real(op, self);  // as PyTorch, of integers these alone
  GRADTAPE_CHECK(!divisor || *divisor != 0, "divisor must be not zero; ", op, " got self ",
                 self.sizes());
  const Tensor planes = planes_of(self, axes);
  const int64_t h = planes.sizes()[planes.dim() - 2], w = planes.sizes()[planes.dim() - 1];
  const int64_t out_h = pooled_size(h, options, 0, ceil_mode);
  const int64_t out_w = pooled_size(w, options, 1, ceil_mode);
  check_output(planes, out_h, out_w);
  PoolWindows rows = windows_of(options, 0, h, out_h, count_include_pad);
  PoolWindows cols = windows_of(options, 1, w, out_w, count_include_pad);
  if (divisor) {
    for (auto& window : rows.windows) window.divisor = static_cast<double>(*divisor);
    for (auto& window : cols.windows) window.divisor = 1;
  }
  return from_planes(average(planes, {std::move(rows), std::move(cols)}), axes);
}

PoolWindows even_windows(int64_t size, int64_t count) {
  PoolWindows result;
  checked_mul(count, size);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t begin = i * size / count, end = ceil_div((i + 1) * size, count);
    result.windows.push_back({begin, end, static_cast<double>(end - begin)});
  }
  return result;
}

Tensor adaptive_avg_pool(const char* op, int64_t axes, const Tensor& self,
                         IntArrayRef output_size) {
  int64_t out[2];
  fill_axes(out, op, "output_size", output_size, axes, 1);
  GRADTAPE_CHECK(out[0] >= 0 && out[1] >= 0, op,
                 ": elements of output_size must be greater than or equal to 0 but received ",
                 output_size);
  check_input(op, axes, self);
  check_real(op, self);
  const Tensor planes = planes_of(self, axes);
  const int64_t h = planes.sizes()[planes.dim() - 2], w = planes.sizes()[planes.dim() - 1];
  check_affordable_planes(planes, out[0], out[1]);
  const bool whole = out[0] == 1 && out[1] == 1;
  return from_planes(average(planes, {even_windows(h, out[0]), even_windows(w, out[1]), whole}),
                     axes);
}

}  // namespace

Tensor max_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {
  // Half the memory for the places that only the gradient reads.
  return std::get<0>(
      max_pool("max_pool2d", 2, self, kernel_size, stride, padding, dilation, ceil_mode, kInt32));
}

std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  return max_pool("max_pool2d", 2, self, kernel_size, stride, padding, dilation, ceil_mode, kInt64);
}

Tensor max_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {
  return std::get<0>(
      max_pool("max_pool1d", 1, self, kernel_size, stride, padding, dilation, ceil_mode, kInt32));
}

std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  auto [values, indices] =
      max_pool("max_pool1d", 1, self, kernel_size, stride, padding, dilation, ceil_mode, kInt64);
  return {values, indices.squeeze(-2)};
}

Tensor avg_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                  std::optional<int64_t> divisor_override) {
  return avg_pool("avg_pool2d", 2, self, kernel_size, stride, padding, ceil_mode, count_include_pad,
                  divisor_override);
}

Tensor avg_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, bool ceil_mode, bool count_include_pad) {
  return avg_pool("avg_pool1d", 1, self, kernel_size, stride, padding, ceil_mode, count_include_pad,
                  {});
}

Tensor adaptive_avg_pool2d(const Tensor& self, IntArrayRef output_size) {
  return adaptive_avg_pool("adaptive_avg_pool2d", 2, self, output_size);
}

Tensor adaptive_avg_pool1d(const Tensor& self, IntArrayRef output_size) {
  return adaptive_avg_pool("adaptive_avg_pool1d", 1, self, output_size);
}

}  // namespace gradtape
