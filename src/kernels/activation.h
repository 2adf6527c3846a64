#pragma once

#include "gradtape/core/tensor.h"

namespace gradtape::kernels {

// kEluOfResult is elu with its derivative taken from its result.
enum class Activation { kGelu, kGeluTanh, kLeakyRelu, kElu, kEluOfResult, kSilu, kSoftplus };

// An activation and its constants: slope of kLeakyRelu, alpha of kElu and kEluOfResult, beta and
// threshold of kSoftplus.
struct ActivationOf {
  Activation kind;
  double a = 0, b = 0;
};

Tensor activation(const ActivationOf& which, const Tensor& x);
// grad times the derivative at x, for kEluOfResult the result, in one pass.
Tensor activation_grad(const ActivationOf& which, const Tensor& grad, const Tensor& x);

}  // namespace gradtape::kernels
