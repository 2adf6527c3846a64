#include "gradtape/ops/convolution.h"

#include <algorithm>
#include <string>

#include "autograd/op_node.h"
#include "core/checked.h"
#include "kernels/convolution/convolution.h"

namespace gradtape {
namespace {

using namespace autograd;
using kernels::Conv2dShape;

// The three are each other's gradients, so that every order exists:
//   y  = conv(x, w)            linear in x and in w
//   dx = input_grad(g, w)      linear in g and in w
//   dw = weight_grad(g, x)     linear in g and in x
Tensor convolve(const Tensor& x, const Tensor& w, const Tensor& bias, const Conv2dShape& shape);
Tensor input_grad(const Tensor& grad, const Tensor& w, const Conv2dShape& shape);
Tensor weight_grad(const Tensor& grad, const Tensor& x, const Conv2dShape& shape);

struct Convolution {
  Conv2dShape shape;

  static constexpr const char* name = "ConvolutionBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0, kNothing};
  Tensor forward(const Tensor& x, const Tensor& w, const Tensor& bias) const {
    return kernels::conv2d(x, w, bias, shape);
  }
  void vjp(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) const {
    const Tensor& grad = grads[0];
    if (saved.needs(0)) into[0] = input_grad(grad, saved.input(1), shape);
    if (!GradMode::is_enabled() && saved.needs(1)) {
      // Both in one pass, where nothing is recorded.
      into[1] = kernels::conv2d_weight_grad(grad, saved.input(0), shape,
                                            saved.needs(2) ? &into[2] : nullptr);
      return;
    }
    if (saved.needs(1)) into[1] = weight_grad(grad, saved.input(0), shape);
    if (saved.needs(2)) into[2] = grad.sum({0, 2, 3});
  }
};

struct ConvolutionInputGrad {
  Conv2dShape shape;

  static constexpr const char* name = "ConvolutionBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0};
  Tensor forward(const Tensor& grad, const Tensor& w) const {
    return kernels::conv2d_input_grad(grad, w, shape);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return i == 0 ? convolve(grad, saved.input(1), {}, shape)
                  : weight_grad(saved.input(0), grad, shape);
  }
};

struct ConvolutionWeightGrad {
  Conv2dShape shape;

  static constexpr const char* name = "ConvolutionBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0};
  Tensor forward(const Tensor& grad, const Tensor& x) const {
    return kernels::conv2d_weight_grad(grad, x, shape);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return i == 0 ? convolve(saved.input(1), grad, {}, shape)
                  : input_grad(saved.input(0), grad, shape);
  }
};

Tensor convolve(const Tensor& x, const Tensor& w, const Tensor& bias, const Conv2dShape& shape) {
  return apply(Convolution{shape}, x, w, bias);
}
Tensor input_grad(const Tensor& grad, const Tensor& w, const Conv2dShape& shape) {
  return apply(ConvolutionInputGrad{shape}, grad, w);
}
Tensor weight_grad(const Tensor& grad, const Tensor& x, const Conv2dShape& shape) {
  return apply(ConvolutionWeightGrad{shape}, grad, x);
}

// One number for all axes, or one each; conv1d's is the second of two, the first being that of the
// unit axis.
DimVector per_axis(IntArrayRef values, const char* what, int64_t axes, int64_t unit) {
  GRADTAPE_CHECK(values.size() == 1 || static_cast<int64_t>(values.size()) == axes, "expected ",
                 what, " to be a single integer value or a list of ", axes,
                 " values to match the convolution dimensions, but got ", what, "=", values);
  if (axes == 1) return {unit, values[0]};
  return {values[0], values.back()};
}

// Padding before and after the image, [h, w] each.
struct Padding {
  DimVector before, after;
};

Padding same_padding(const Tensor& weight, IntArrayRef stride, const DimVector& dilation,
                     int64_t axes) {
  for (const int64_t step : stride) {
    GRADTAPE_CHECK(step == 1,
                   "padding='same' is not supported for strided convolutions; got stride ", stride);
  }
  Padding padding{{0, 0}, {0, 0}};
  for (int64_t axis = 2 - axes; axis < 2; ++axis) {
    const int64_t kernel = weight.sizes()[weight.dim() - 2 + axis];
    const int64_t total = checked_mul(dilation[axis], std::max<int64_t>(kernel - 1, 0));
    padding.before[axis] = total / 2;
    padding.after[axis] = total - total / 2;
  }
  return padding;
}

// PyTorch's form of "(2 x 2)": the sizes that the convolution runs over.
std::string spatial(std::initializer_list<int64_t> sizes, int64_t axes) {
  return axes == 1 ? str("(", sizes.end()[-1], ")")
                   : str("(", sizes.begin()[0], " x ", sizes.end()[-1], ")");
}

void check_channels(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t groups,
                    int64_t axes) {
  const IntArrayRef w = weight.sizes();
  GRADTAPE_CHECK(w[0] >= groups, "Given groups=", groups, ", expected weight to be at least ",
                 groups, " at dimension 0, but got weight of size ", w, " instead");
  GRADTAPE_CHECK(w[0] % groups == 0, "Given groups=", groups,
                 ", expected weight to be divisible by ", groups,
                 " at dimension 0, but got weight of size ", w, " instead");
  const int64_t channels = input.sizes()[input.dim() - axes - 1];
  GRADTAPE_CHECK(channels == checked_mul(w[1], groups), "Given groups=", groups,
                 ", weight of size ", w, ", expected input", input.sizes(), " to have ",
                 w[1] * groups, " channels, but got ", channels, " channels instead");
  GRADTAPE_CHECK(!bias.defined() || (bias.dim() == 1 && bias.sizes()[0] == w[0]),
                 "Given weight of size ", w, ", expected bias to be 1-dimensional with ", w[0],
                 " elements, but got bias of size ", bias.defined() ? bias.sizes() : IntArrayRef(),
                 " instead");
}

void check_dtypes(const char* op, const Tensor& input, const Tensor& weight, const Tensor& bias) {
  GRADTAPE_CHECK(input.is_floating_point(), op, ": a floating point dtype is required; got input ",
                 input.dtype(), " ", input.sizes());
  GRADTAPE_CHECK(input.dtype() == weight.dtype(), "Input type (", input.dtype(),
                 ") and weight type (", weight.dtype(), ") should be the same; ", op, " got input ",
                 input.sizes(), ", weight ", weight.sizes());
  GRADTAPE_CHECK(!bias.defined() || bias.dtype() == input.dtype(), "Input type (", input.dtype(),
                 ") and bias type (", bias.defined() ? bias.dtype() : input.dtype(),
                 ") should be the same; ", op, " got input ", input.sizes());
}

// [n, c, h, w] and its parts, checked; axes is 1 for conv1d, whose tensors have no h.
Conv2dShape shape_of(const Tensor& input, const Tensor& weight, const Padding& padding,
                     const DimVector& stride, const DimVector& dilation, int64_t groups,
                     int64_t axes) {
  const IntArrayRef x = input.sizes(), w = weight.sizes();
  const bool batched = input.dim() == axes + 2;
  Conv2dShape s{};
  s.batch = batched ? x[0] : 1;
  s.in_channels = x[x.size() - axes - 1];
  s.height = axes == 2 ? x[x.size() - 2] : 1;
  s.width = x.back();
  s.out_channels = w[0];
  s.kernel_h = axes == 2 ? w[2] : 1;
  s.kernel_w = w.back();
  s.stride_h = stride[0], s.stride_w = stride[1];
  s.pad_top = padding.before[0], s.pad_left = padding.before[1];
  s.pad_bottom = padding.after[0], s.pad_right = padding.after[1];
  s.dilation_h = dilation[0], s.dilation_w = dilation[1];
  s.groups = groups;
  const int64_t padded_h = checked_add(s.height, checked_add(s.pad_top, s.pad_bottom));
  const int64_t padded_w = checked_add(s.width, checked_add(s.pad_left, s.pad_right));
  const int64_t span_h = checked_add(checked_mul(s.dilation_h, s.kernel_h - 1), 1);
  const int64_t span_w = checked_add(checked_mul(s.dilation_w, s.kernel_w - 1), 1);
  if (padded_h < span_h || padded_w < span_w) [[unlikely]] {
    detail::fail("Calculated padded input size per channel: ", spatial({padded_h, padded_w}, axes),
                 ". Kernel size: ", spatial({span_h, span_w}, axes),
                 ". Kernel size can't be greater than actual input size");
  }
  // What oneDNN and the loops can count.
  GRADTAPE_CHECK(std::max(padded_h, padded_w) <= INT32_MAX,
                 "integer out of range: the padded input is ", spatial({padded_h, padded_w}, axes));
  s.out_h = (padded_h - span_h) / s.stride_h + 1;
  s.out_w = (padded_w - span_w) / s.stride_w + 1;
  // What is never stepped over may be as small as the kernels like.
  if (s.out_h == 1) s.stride_h = std::min(s.stride_h, padded_h);
  if (s.out_w == 1) s.stride_w = std::min(s.stride_w, padded_w);
  if (s.kernel_h == 1) s.dilation_h = 1;
  if (s.kernel_w == 1) s.dilation_w = 1;
  check_affordable(bytes_of({s.batch, s.out_channels, s.out_h, s.out_w}, input.dtype()));
  return s;
}

// padding is null for "same".
Tensor conv_nd(const char* op, int64_t axes, const Tensor& input, const Tensor& weight,
               const Tensor& bias, IntArrayRef stride, const IntArrayRef* padding,
               IntArrayRef dilation, int64_t groups) {
  GRADTAPE_CHECK(weight.dim() == axes + 2, op, ": weight must be ", axes + 2, "-D; got weight ",
                 weight.sizes());
  GRADTAPE_CHECK(input.dim() == axes + 1 || input.dim() == axes + 2, "Expected ", axes + 1,
                 "D (unbatched) or ", axes + 2, "D (batched) input to ", op,
                 ", but got input of size: ", input.sizes());
  const DimVector steps = per_axis(stride, "stride", axes, 1);
  const DimVector spread = per_axis(dilation, "dilation", axes, 1);
  for (const int64_t s : steps) {
    GRADTAPE_CHECK(s > 0, "non-positive stride is not supported; ", op, " got stride ", stride);
  }
  for (const int64_t d : spread) {
    GRADTAPE_CHECK(d > 0, "non-positive dilation is not supported; ", op, " got dilation ",
                   dilation);
  }
  GRADTAPE_CHECK(groups > 0, "non-positive groups is not supported; ", op, " got groups ", groups);
  Padding around;
  if (padding) {
    around.before = around.after = per_axis(*padding, "padding", axes, 0);
    for (const int64_t p : around.before) {
      GRADTAPE_CHECK(p >= 0, "negative padding is not supported; ", op, " got padding ", *padding);
    }
  } else {
    around = same_padding(weight, stride, spread, axes);
  }
  check_channels(input, weight, bias, groups, axes);
  check_dtypes(op, input, weight, bias);
  const Conv2dShape shape = shape_of(input, weight, around, steps, spread, groups, axes);
  if (axes == 2 && input.dim() == 4) return convolve(input, weight, bias, shape);
  Tensor images = input.dim() == axes + 2 ? input : input.unsqueeze(0);
  if (axes == 1) images = images.unsqueeze(2);
  Tensor result = convolve(images, axes == 1 ? weight.unsqueeze(2) : weight, bias, shape);
  if (axes == 1) result = result.squeeze(2);
  return input.dim() == axes + 2 ? result : result.squeeze(0);
}

Tensor conv_with_text(const char* op, int64_t axes, const Tensor& input, const Tensor& weight,
                      const Tensor& bias, IntArrayRef stride, std::string_view padding,
                      IntArrayRef dilation, int64_t groups) {
  GRADTAPE_CHECK(padding == "same" || padding == "valid", "Invalid padding string: '", padding,
                 "'; ", op, " knows 'same' and 'valid'");
  static constexpr int64_t kZero = 0;
  const IntArrayRef none(&kZero, 1);
  return conv_nd(op, axes, input, weight, bias, stride, padding == "valid" ? &none : nullptr,
                 dilation, groups);
}

}  // namespace

Tensor conv2d(const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride,
              IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  return conv_nd("conv2d", 2, input, weight, bias, stride, &padding, dilation, groups);
}

Tensor conv2d(const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride,
              std::string_view padding, IntArrayRef dilation, int64_t groups) {
  return conv_with_text("conv2d", 2, input, weight, bias, stride, padding, dilation, groups);
}

Tensor conv1d(const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride,
              IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  return conv_nd("conv1d", 1, input, weight, bias, stride, &padding, dilation, groups);
}

Tensor conv1d(const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride,
              std::string_view padding, IntArrayRef dilation, int64_t groups) {
  return conv_with_text("conv1d", 1, input, weight, bias, stride, padding, dilation, groups);
}

}  // namespace gradtape
