#pragma once

#include "gradtape/core/tensor_base.h"

namespace gradtape::kernels {

// kEluOfResult is elu with its derivative taken from its result.
enum class Activation { kGelu, kGeluTanh, kLeakyRelu, kElu, kEluOfResult, kSilu, kSoftplus };

// An activation and its constants: slope of kLeakyRelu, alpha of kElu and kEluOfResult, beta and
// threshold of kSoftplus.
struct ActivationOf {
  Activation kind;
  double a = 0, b = 0;
};

TensorBase activation(const ActivationOf& which, const TensorBase& x);
// grad times the derivative at x, for kEluOfResult the result, in one pass.
TensorBase activation_grad(const ActivationOf& which, const TensorBase& grad, const TensorBase& x);

}  // namespace gradtape::kernels
