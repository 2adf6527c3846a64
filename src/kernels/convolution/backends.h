#pragma once

#include "kernels/convolution/convolution.h"

// The two ways to compute what convolution.h declares; every size is positive. An undefined or null
// bias or bias_grad is left out.
namespace gradtape::kernels {

// f32. Inputs may be in a private layout, and results may have one.
namespace onednn {
TensorBase conv2d(const TensorBase& input, const TensorBase& weight, const TensorBase& bias,
                  const Conv2dShape& shape);
TensorBase conv2d_input_grad(const TensorBase& grad, const TensorBase& weight,
                             const Conv2dShape& shape);
void conv2d_weight_grad(const TensorBase& grad, const TensorBase& input, const Conv2dShape& shape,
                        const TensorBase& weight_grad, const TensorBase& bias_grad);
}  // namespace onednn

// f64, on dense memory.
namespace im2col {
void conv2d(const Conv2dShape& shape, const double* input, const double* weight, const double* bias,
            double* output);
void conv2d_input_grad(const Conv2dShape& shape, const double* grad, const double* weight,
                       double* input_grad);
void conv2d_weight_grad(const Conv2dShape& shape, const double* grad, const double* input,
                        double* weight_grad, double* bias_grad);
}  // namespace im2col

}  // namespace gradtape::kernels
