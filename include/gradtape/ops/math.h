#pragma once

#include "gradtape/core/tensor.h"

// Elementwise mathematics. Integers and bools give the default dtype unless said otherwise.
namespace gradtape {

/// e^self.
Tensor exp(const Tensor& self);

}  // namespace gradtape
