#pragma once

#include "gradtape/core/tensor.h"

// The optimizers' formulas, each in one pass over memory. All tensors of a call have one size; the
// parameter and its state are changed in place, and the parameter's version moves on.
namespace gradtape::kernels {

struct SgdStep {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize;
  bool first;  // the buffer holds nothing yet
};
// buffer is undefined where there is no momentum.
void sgd(const Tensor& parameter, const Tensor& grad, const Tensor& buffer, const SgdStep& step);

struct AdamStep {
  double lr, beta1, beta2, eps, weight_decay;
  int64_t step;  // from 1 on
  bool decoupled, maximize;
};
// max_exp_avg_sq is undefined without amsgrad.
void adam(const Tensor& parameter, const Tensor& grad, const Tensor& exp_avg,
          const Tensor& exp_avg_sq, const Tensor& max_exp_avg_sq, const AdamStep& step);

}  // namespace gradtape::kernels
