#include "kernels/convolution/convolution.h"

#include <cstring>

#include "kernels/base/array.h"
#include "kernels/convolution/backends.h"

namespace gradtape::kernels {
namespace {

bool is_empty(const Conv2dShape& s) {
  return s.batch == 0 || s.in_channels == 0 || s.out_channels == 0 || s.kernel_h == 0 ||
         s.kernel_w == 0 || s.out_h <= 0 || s.out_w <= 0;
}

bool is_float(const TensorBase& array) { return array.dtype() == kFloat32; }

}  // namespace

// f32 goes to oneDNN, f64 to im2col and BLAS; sums of nothing are written here.
TensorBase conv2d(const TensorBase& input, const TensorBase& weight, const TensorBase& bias,
                  const Conv2dShape& shape) {
  if (!is_empty(shape) && is_float(input)) return onednn::conv2d(input, weight, bias, shape);
  const TensorBase result = make_array(shape.output(), input.dtype());
  if (is_empty(shape)) {
    fill_zero(result);
    if (bias.defined() && result.numel() > 0) {
      copy(result, window(bias, result.impl().sizes(), {0, bias.impl().strides()[0], 0, 0},
                          bias.impl().offset()));
    }
    return result;
  }
  const TensorBase x = dense(input), w = dense(weight), b = bias.defined() ? dense(bias) : bias;
  im2col::conv2d(shape, data_of<double>(x), data_of<double>(w), data_of<double>(b),
                 data_of<double>(result));
  return result;
}

TensorBase conv2d_input_grad(const TensorBase& grad, const TensorBase& weight,
                             const Conv2dShape& shape) {
  if (!is_empty(shape) && is_float(grad)) return onednn::conv2d_input_grad(grad, weight, shape);
  const TensorBase result = make_array(shape.input(), grad.dtype());
  if (is_empty(shape)) {
    fill_zero(result);
    return result;
  }
  const TensorBase g = dense(grad), w = dense(weight);
  im2col::conv2d_input_grad(shape, data_of<double>(g), data_of<double>(w), data_of<double>(result));
  return result;
}

TensorBase conv2d_weight_grad(const TensorBase& grad, const TensorBase& input,
                              const Conv2dShape& shape, TensorBase* bias_grad) {
  const TensorBase result = make_array(shape.weight(), grad.dtype());
  if (bias_grad) *bias_grad = make_array({shape.out_channels}, grad.dtype());
  const TensorBase b = bias_grad ? *bias_grad : TensorBase();
  if (is_empty(shape)) {
    fill_zero(result);
    if (b.defined()) fill_zero(b);
  } else if (is_float(grad)) {
    onednn::conv2d_weight_grad(grad, input, shape, result, b);
  } else {
    const TensorBase g = dense(grad), x = dense(input);
    im2col::conv2d_weight_grad(shape, data_of<double>(g), data_of<double>(x),
                               data_of<double>(result), data_of<double>(b));
  }
  return result;
}

}  // namespace gradtape::kernels
