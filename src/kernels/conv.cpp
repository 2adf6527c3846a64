#include "kernels/conv.h"

#include <cstring>

#include "kernels/array.h"
#include "kernels/conv_backends.h"

namespace gradtape::kernels {
namespace {

double* data_of(const Tensor& array) {
  return array.defined() ? reinterpret_cast<double*>(array.impl().data()) : nullptr;
}

void fill_zero(const Tensor& array) {
  if (array.nbytes() > 0) std::memset(array.impl().data(), 0, array.nbytes());
}

bool is_empty(const Conv2dShape& s) {
  return s.batch == 0 || s.in_channels == 0 || s.out_channels == 0 || s.kernel_h == 0 ||
         s.kernel_w == 0 || s.out_h <= 0 || s.out_w <= 0;
}

bool is_float(const Tensor& array) { return array.dtype() == kFloat32; }

}  // namespace

// f32 goes to oneDNN, f64 to im2col and BLAS; sums of nothing are written here.
Tensor conv2d(const Tensor& input, const Tensor& weight, const Tensor& bias,
              const Conv2dShape& shape) {
  if (!is_empty(shape) && is_float(input)) return onednn::conv2d(input, weight, bias, shape);
  const Tensor result = make_array(shape.output(), input.dtype());
  if (is_empty(shape)) {
    fill_zero(result);
    if (bias.defined() && result.numel() > 0) {
      copy(result, window(bias, result.impl().sizes(), {0, bias.impl().strides()[0], 0, 0},
                          bias.impl().offset()));
    }
    return result;
  }
  const Tensor x = dense(input), w = dense(weight), b = bias.defined() ? dense(bias) : bias;
  im2col::conv2d(shape, data_of(x), data_of(w), data_of(b), data_of(result));
  return result;
}

Tensor conv2d_input_grad(const Tensor& grad, const Tensor& weight, const Conv2dShape& shape) {
  if (!is_empty(shape) && is_float(grad)) return onednn::conv2d_input_grad(grad, weight, shape);
  const Tensor result = make_array(shape.input(), grad.dtype());
  if (is_empty(shape)) {
    fill_zero(result);
    return result;
  }
  const Tensor g = dense(grad), w = dense(weight);
  im2col::conv2d_input_grad(shape, data_of(g), data_of(w), data_of(result));
  return result;
}

Tensor conv2d_weight_grad(const Tensor& grad, const Tensor& input, const Conv2dShape& shape,
                          Tensor* bias_grad) {
  const Tensor result = make_array(shape.weight(), grad.dtype());
  if (bias_grad) *bias_grad = make_array({shape.out_channels}, grad.dtype());
  const Tensor b = bias_grad ? *bias_grad : Tensor();
  if (is_empty(shape)) {
    fill_zero(result);
    if (b.defined()) fill_zero(b);
  } else if (is_float(grad)) {
    onednn::conv2d_weight_grad(grad, input, shape, result, b);
  } else {
    const Tensor g = dense(grad), x = dense(input);
    im2col::conv2d_weight_grad(shape, data_of(g), data_of(x), data_of(result), data_of(b));
  }
  return result;
}

}  // namespace gradtape::kernels
