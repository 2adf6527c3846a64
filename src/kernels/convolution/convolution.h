#pragma once

#include "gradtape/core/tensor_base.h"

// Convolutions of arrays [n, c, h, w], row-major results. Shapes and dtypes are checked by the
// caller; f32 goes to oneDNN, f64 to im2col and BLAS.
namespace gradtape::kernels {

struct Conv2dShape {
  int64_t batch, in_channels, height, width;
  int64_t out_channels, kernel_h, kernel_w;
  int64_t out_h, out_w;
  int64_t stride_h, stride_w;
  int64_t pad_top, pad_left, pad_bottom, pad_right;
  int64_t dilation_h, dilation_w;
  int64_t groups;

  bool operator==(const Conv2dShape&) const = default;
  DimVector input() const { return {batch, in_channels, height, width}; }
  DimVector weight() const { return {out_channels, in_channels / groups, kernel_h, kernel_w}; }
  DimVector output() const { return {batch, out_channels, out_h, out_w}; }
  // Multiply-adds of one pass.
  int64_t work() const {
    return batch * out_channels * out_h * out_w * (in_channels / groups) * kernel_h * kernel_w;
  }
};

// bias may be undefined.
TensorBase conv2d(const TensorBase& input, const TensorBase& weight, const TensorBase& bias,
                  const Conv2dShape& shape);
// The gradient of the input, from the output's.
TensorBase conv2d_input_grad(const TensorBase& grad, const TensorBase& weight,
                             const Conv2dShape& shape);
// The gradient of the weight and, in the same pass, of the bias where that is asked for.
TensorBase conv2d_weight_grad(const TensorBase& grad, const TensorBase& input,
                              const Conv2dShape& shape, TensorBase* bias_grad = nullptr);

}  // namespace gradtape::kernels
