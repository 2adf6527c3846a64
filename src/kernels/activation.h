#pragma once

#include "gradtape/core/tensor.h"

namespace gradtape::kernels {

enum class Activation { kGelu, kGeluTanh, kLeakyRelu, kElu, kSilu, kSoftplus };

// An activation and its constants: slope of kLeakyRelu, alpha of kElu, beta and threshold of
// kSoftplus.
struct ActivationOf {
  Activation kind;
  double a = 0, b = 0;
};

Tensor activation(const ActivationOf& which, const Tensor& x);
// grad times the derivative at x, in one pass.
Tensor activation_grad(const ActivationOf& which, const Tensor& grad, const Tensor& x);

}  // namespace gradtape::kernels
