#pragma once

#include "gradtape/ops/tensor.h"

// Elementwise mathematics.
//
// Shapes: the result has the shape of self. Dtypes: integers and bools give the default dtype,
// unless said otherwise. Outside of a function's domain the result is NaN.
namespace gradtape {

/// Throws: Error for bool tensors. Integers stay integers; the smallest wraps to itself.
Tensor abs(const Tensor& self);
/// -1, 0 or 1, in the dtype of self; 0 for NaN.
Tensor sign(const Tensor& self);
Tensor sqrt(const Tensor& self);
/// 1 / sqrt(self).
Tensor rsqrt(const Tensor& self);
/// 1 / self.
Tensor reciprocal(const Tensor& self);
Tensor exp(const Tensor& self);
/// e^self - 1, accurate near 0.
Tensor expm1(const Tensor& self);
Tensor log(const Tensor& self);
/// log(1 + self), accurate near 0.
Tensor log1p(const Tensor& self);
Tensor log2(const Tensor& self);
Tensor log10(const Tensor& self);
Tensor sin(const Tensor& self);
Tensor cos(const Tensor& self);
Tensor tan(const Tensor& self);
Tensor asin(const Tensor& self);
Tensor acos(const Tensor& self);
Tensor atan(const Tensor& self);
Tensor sinh(const Tensor& self);
Tensor cosh(const Tensor& self);
Tensor tanh(const Tensor& self);
/// 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to self.
Tensor erf(const Tensor& self);
/// 1 - erf(self), accurate where that is small.
Tensor erfc(const Tensor& self);
/// The logarithm of the absolute value of the gamma function.
Tensor lgamma(const Tensor& self);
/// The derivative of lgamma.
Tensor digamma(const Tensor& self);
/// 1 / (1 + e^-self).
Tensor sigmoid(const Tensor& self);
/// The larger of self and 0, in the dtype of self; the gradient at 0 is 0. Throws: Error for bool
/// tensors.
Tensor relu(const Tensor& self);
/// Integers stay as they are in the next four.
Tensor floor(const Tensor& self);
Tensor ceil(const Tensor& self);
/// Halves go to the even neighbour.
Tensor round(const Tensor& self);
Tensor trunc(const Tensor& self);
/// self - trunc(self). Throws: Error for integers.
Tensor frac(const Tensor& self);
/// The n-th derivative of digamma, for self > 0. Throws: Error if n is negative.
Tensor polygamma(int64_t n, const Tensor& self);

/// Gradients that are one pass over memory, and ops of their own so that they have gradients too.
///
/// Shapes: grad_output and output alike.
Tensor tanh_backward(const Tensor& grad_output, const Tensor& output);
Tensor sigmoid_backward(const Tensor& grad_output, const Tensor& output);
/// grad_output where self is above threshold, else 0.
Tensor threshold_backward(const Tensor& grad_output, const Tensor& self, const Scalar& threshold);

}  // namespace gradtape
