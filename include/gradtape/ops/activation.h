#pragma once

#include <string_view>

#include "gradtape/core/tensor.h"

namespace gradtape {

/// x Phi(x), Phi being the normal distribution's cumulative function; with "tanh" its approximation
/// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
///
/// Shapes: any; result as self. Throws: Error if self is not floating point or approximate is
/// neither "none" nor "tanh".
/// Source: Hendrycks & Gimpel, "Gaussian Error Linear Units", 2016, arXiv:1606.08415.
Tensor gelu(const Tensor& self, std::string_view approximate = "none");

}  // namespace gradtape
