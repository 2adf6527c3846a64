#pragma once

#include "kernels/array.h"

namespace gradtape::kernels {

// Negative log-likelihood over [N, C, D]: what both directions need to know.
struct NllArgs {
  Tensor target;    // int64, contiguous, N * D elements
  Tensor weight;    // [C], contiguous, of the input's dtype, or undefined
  int64_t n, c, d;  // the input's extent
  DimVector input_sizes;
  DimVector output_sizes;  // of the loss: [] or the target's
  int64_t ignore_index;
  double divisor;  // 1, or the mean's
};

// The sum of the weights of the targets that count.
//
// Throws: Error for a target that is no class.
double nll_total_weight(const NllArgs& args);
// The loss of each element, or the sum of them over the divisor.
Tensor nll_loss(const Tensor& input, const NllArgs& args, bool each);
Tensor nll_loss_backward(const Tensor& grad, const NllArgs& args, bool each);

// The sum of squared distances over divisor, as a 0-d array; a and b of one dtype and shape.
Tensor squared_distance(const Tensor& a, const Tensor& b, double divisor);

}  // namespace gradtape::kernels
