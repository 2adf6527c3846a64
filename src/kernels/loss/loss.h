#pragma once

#include "kernels/base/array.h"

namespace gradtape::kernels {

// Negative log-likelihood over [N, C, D]: what both directions need to know.
struct NllArgs {
  TensorBase target;  // int64, contiguous, N * D elements
  TensorBase weight;  // [C], contiguous, of the input's dtype, or undefined
  int64_t n, c, d;    // the input's extent
  DimVector input_sizes;
  DimVector output_sizes;  // of the loss: [] or the target's
  int64_t ignore_index;
  double divisor;  // 1, or the mean's
};

// Throws: Error for a target that is no class. The other functions rely on it.
void check_targets(const NllArgs& args);
// The sum of the weights of the targets that count.
double nll_total_weight(const NllArgs& args);
// The loss of each element, or the sum of them over the divisor.
TensorBase nll_loss(const TensorBase& input, const NllArgs& args, bool each);
TensorBase nll_loss_backward(const TensorBase& grad, const NllArgs& args, bool each);

// The weight of each row in the mean or sum, [N]: 0 where the target does not count. D is 1.
TensorBase nll_row_weights(const NllArgs& args, ScalarType dtype);

// nll_loss(log_softmax(input)) for rows, D being 1, and the softmax that its gradient is made of.
struct CrossEntropy {
  TensorBase loss, softmax;
};
CrossEntropy cross_entropy(const TensorBase& input, const NllArgs& args, bool each);
// (softmax - onehot(target)) * grad * row weight.
TensorBase cross_entropy_backward(const TensorBase& grad, const TensorBase& softmax,
                                  const NllArgs& args, bool each);

// The sum of squared distances over divisor, as a 0-d array; a and b of one dtype and shape.
TensorBase squared_distance(const TensorBase& a, const TensorBase& b, double divisor);

}  // namespace gradtape::kernels
