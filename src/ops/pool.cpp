#include "gradtape/ops/pool.h"

#include <algorithm>

#include "autograd/record.h"
#include "kernels/array.h"
#include "kernels/pool.h"

namespace gradtape {
namespace {

using namespace autograd;
using kernels::MaxPool2d;
using kernels::PoolWindows;

// The places of the largest elements, and the windows they were found in.
struct Places {
  Tensor indices;
  MaxPool2d pool;
};

Tensor scatter_to(const Tensor& grad, const Places& places, DimVector input_sizes);
Tensor gather_from(const Tensor& input, const Places& places);

// The gradient of an output goes to the element it was; scatter and gather at the same places are
// each other's gradients.
struct MaxPooled {
  Places places;

  static constexpr const char* name = "MaxPool2DWithIndicesBackward0";
  static constexpr Reads reads[] = {kInput0};
  static constexpr bool holds_tensors = true;
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return scatter_to(grad, places, saved.sizes(0));
  }
};

struct PoolScatter {
  Places places;
  DimVector input_sizes;

  static constexpr const char* name = "MaxPool2DWithIndicesBackwardBackward0";
  static constexpr Reads reads[] = {kNothing};
  static constexpr bool holds_tensors = true;
  Tensor forward(const Tensor& grad) const {
    return kernels::pool_scatter(grad, places.indices, places.pool, input_sizes);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return gather_from(grad, places); }
};

struct PoolGather {
  Places places;

  static constexpr const char* name = "GatherBackward0";
  static constexpr Reads reads[] = {kNothing};
  static constexpr bool holds_tensors = true;
  Tensor forward(const Tensor& input) const { return kernels::pool_gather(input, places.indices); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return scatter_to(grad, places, saved.sizes(0));
  }
};

Tensor scatter_to(const Tensor& grad, const Places& places, DimVector input_sizes) {
  return apply(PoolScatter{places, std::move(input_sizes)}, grad);
}
Tensor gather_from(const Tensor& input, const Places& places) {
  return apply(PoolGather{places}, input);
}

Tensor average(const Tensor& x, const PoolWindows& rows, const PoolWindows& cols);
Tensor spread(const Tensor& grad, const PoolWindows& rows, const PoolWindows& cols,
              DimVector input_sizes);

// Linear: the gradient spreads each output over its window, and that one's gradient averages again.
struct AvgPool {
  PoolWindows rows, cols;

  static constexpr const char* name = "AvgPool2DBackward0";
  static constexpr Reads reads[] = {kInput0};
  Tensor forward(const Tensor& x) const { return kernels::avg_pool2d(x, rows, cols); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return spread(grad, rows, cols, saved.sizes(0));
  }
};

struct AvgPoolGrad {
  PoolWindows rows, cols;
  DimVector input_sizes;

  static constexpr const char* name = "AvgPool2DBackwardBackward0";
  static constexpr Reads reads[] = {kNothing};
  Tensor forward(const Tensor& grad) const {
    return kernels::avg_pool2d_grad(grad, rows, cols, input_sizes);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return average(grad, rows, cols); }
};

Tensor average(const Tensor& x, const PoolWindows& rows, const PoolWindows& cols) {
  return apply(AvgPool{rows, cols}, x);
}
Tensor spread(const Tensor& grad, const PoolWindows& rows, const PoolWindows& cols,
              DimVector input_sizes) {
  return apply(AvgPoolGrad{rows, cols, std::move(input_sizes)}, grad);
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
  const int64_t reach = size + 2 * axes.padding[i] - axes.dilation[i] * (axes.kernel[i] - 1) - 1;
  const int64_t slack = reach + (ceil_mode ? axes.stride[i] - 1 : 0);
  int64_t count = (slack >= 0 ? slack / axes.stride[i] : -1) + 1;
  if (ceil_mode && (count - 1) * axes.stride[i] >= size + axes.padding[i]) --count;
  return count;
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

void check_output(const Tensor& planes, int64_t out_h, int64_t out_w) {
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
  const Axes options = axes_of(op, axes, kernel, stride, padding, dilation);
  check_input(op, axes, self);
  check_real(op, self);
  const Tensor planes = planes_of(self, axes);
  const int64_t h = planes.sizes()[planes.dim() - 2], w = planes.sizes()[planes.dim() - 1];
  const MaxPool2d pool{options.kernel[0],
                       options.kernel[1],
                       options.stride[0],
                       options.stride[1],
                       options.padding[0],
                       options.padding[1],
                       options.dilation[0],
                       options.dilation[1],
                       pooled_size(h, options, 0, ceil_mode),
                       pooled_size(w, options, 1, ceil_mode)};
  check_output(planes, pool.out_h, pool.out_w);
  auto [values, indices] = kernels::max_pool2d(planes, pool, index_type);
  values = record(MaxPooled{{indices, pool}}, std::move(values), planes);
  return {from_planes(values, axes), indices};
}

PoolWindows windows_of(const Axes& axes, int i, int64_t size, int64_t count,
                       bool count_include_pad) {
  PoolWindows result;
  for (int64_t out = 0; out < count; ++out) {
    const int64_t begin = out * axes.stride[i] - axes.padding[i];
    const int64_t end = std::min(begin + axes.kernel[i], size + axes.padding[i]);
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
  return from_planes(average(planes, rows, cols), axes);
}

PoolWindows even_windows(int64_t size, int64_t count) {
  PoolWindows result;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t begin = i * size / count, end = ((i + 1) * size + count - 1) / count;
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
  return from_planes(average(planes, even_windows(h, out[0]), even_windows(w, out[1])), axes);
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
