#pragma once

#include "kernels/conv.h"

// The two ways to compute conv.h, on dense memory; every size is positive. A null bias or bias_grad
// is left out.
namespace gradtape::kernels {

namespace onednn {
void conv2d(const Conv2dShape& shape, const float* input, const float* weight, const float* bias,
            float* output);
void conv2d_input_grad(const Conv2dShape& shape, const float* grad, const float* weight,
                       float* input_grad);
void conv2d_weight_grad(const Conv2dShape& shape, const float* grad, const float* input,
                        float* weight_grad, float* bias_grad);
}  // namespace onednn

namespace im2col {
void conv2d(const Conv2dShape& shape, const double* input, const double* weight, const double* bias,
            double* output);
void conv2d_input_grad(const Conv2dShape& shape, const double* grad, const double* weight,
                       double* input_grad);
void conv2d_weight_grad(const Conv2dShape& shape, const double* grad, const double* input,
                        double* weight_grad, double* bias_grad);
}  // namespace im2col

}  // namespace gradtape::kernels
