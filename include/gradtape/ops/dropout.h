#pragma once

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// In training, zeroes each element with probability p and divides the others by 1 - p, so that the
/// expectation stays; otherwise the input itself. Draws from the default generator, as PyTorch.
///
/// Shapes: any; result as input. Throws: Error unless 0 <= p <= 1.
/// Source: Srivastava et al., "Dropout", JMLR 2014.
Tensor dropout(const Tensor& input, double p, bool train);
Tensor& dropout_(Tensor& self, double p, bool train);

/// dropout of whole channels: one draw for each input[n][c].
///
/// Shapes: input [n, c, *]; result as input. Throws: Error if input has less than two axes.
Tensor feature_dropout(const Tensor& input, double p, bool train);
Tensor& feature_dropout_(Tensor& self, double p, bool train);

}  // namespace gradtape
