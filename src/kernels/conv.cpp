#include "kernels/conv.h"

#include <cstring>

#include "kernels/array.h"
#include "kernels/conv_backends.h"

namespace gradtape::kernels {
namespace {

template <class T>
T* data_of(const Tensor& array) {
  return array.defined() ? reinterpret_cast<T*>(array.impl().data()) : nullptr;
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

Tensor conv2d(const Tensor& input, const Tensor& weight, const Tensor& bias,
              const Conv2dShape& shape) {
  const Tensor result = make_array(shape.output(), input.dtype());
  if (is_empty(shape)) {
    // Sums of nothing, but for the bias.
    fill_zero(result);
    if (bias.defined() && result.numel() > 0) {
      copy(result, window(bias, result.impl().sizes(), {0, bias.impl().strides()[0], 0, 0},
                          bias.impl().offset()));
    }
    return result;
  }
  const Tensor x = dense(input), w = dense(weight), b = bias.defined() ? dense(bias) : bias;
  if (is_float(input)) {
    onednn::conv2d(shape, data_of<float>(x), data_of<float>(w), data_of<float>(b),
                   data_of<float>(result));
  } else {
    im2col::conv2d(shape, data_of<double>(x), data_of<double>(w), data_of<double>(b),
                   data_of<double>(result));
  }
  return result;
}

Tensor conv2d_input_grad(const Tensor& grad, const Tensor& weight, const Conv2dShape& shape) {
  const Tensor result = make_array(shape.input(), grad.dtype());
  if (is_empty(shape)) {
    fill_zero(result);
    return result;
  }
  const Tensor g = dense(grad), w = dense(weight);
  if (is_float(grad)) {
    onednn::conv2d_input_grad(shape, data_of<float>(g), data_of<float>(w), data_of<float>(result));
  } else {
    im2col::conv2d_input_grad(shape, data_of<double>(g), data_of<double>(w),
                              data_of<double>(result));
  }
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
    return result;
  }
  const Tensor g = dense(grad), x = dense(input);
  if (is_float(grad)) {
    onednn::conv2d_weight_grad(shape, data_of<float>(g), data_of<float>(x), data_of<float>(result),
                               data_of<float>(b));
  } else {
    im2col::conv2d_weight_grad(shape, data_of<double>(g), data_of<double>(x),
                               data_of<double>(result), data_of<double>(b));
  }
  return result;
}

}  // namespace gradtape::kernels
