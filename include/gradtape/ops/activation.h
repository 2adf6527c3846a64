#pragma once

#include <string_view>

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// x Phi(x), Phi being the normal distribution's cumulative function; with "tanh" its approximation
/// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
///
/// Shapes: any; result as self. Throws: Error if self is not floating point or approximate is
/// neither "none" nor "tanh".
/// Source: Hendrycks & Gimpel, "Gaussian Error Linear Units", 2016, arXiv:1606.08415.
Tensor gelu(const Tensor& self, std::string_view approximate = "none");

/// x above 0, negative_slope x elsewhere. Shapes: any; result as self.
/// Throws: Error if self is not floating point, as do all of this file.
Tensor leaky_relu(const Tensor& self, const Scalar& negative_slope = 0.01);
/// In place. The gradient is taken from the result, so as in PyTorch it throws if negative_slope is
/// negative.
Tensor& leaky_relu_(Tensor& self, const Scalar& negative_slope = 0.01);

/// x above 0, alpha (exp(x) - 1) elsewhere. Shapes: any; result as self.
/// Source: Clevert et al., "Exponential Linear Units", 2015, arXiv:1511.07289.
Tensor elu(const Tensor& self, const Scalar& alpha = 1);
/// In place. The gradient is taken from the result, so as in PyTorch it throws if alpha is
/// negative.
Tensor& elu_(Tensor& self, const Scalar& alpha = 1);

/// x sigmoid(x). Shapes: any; result as self.
/// Source: Elfwing et al., 2017, arXiv:1702.03118.
Tensor silu(const Tensor& self);

/// log(1 + exp(beta x)) / beta, and x itself where beta x is above the threshold.
///
/// Shapes: any; result as self.
/// Source: Dugas et al., "Incorporating Second-Order Functional Knowledge", NIPS 2000.
Tensor softplus(const Tensor& self, const Scalar& beta = 1, const Scalar& threshold = 20);

}  // namespace gradtape
