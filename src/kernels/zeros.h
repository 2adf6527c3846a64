#pragma once

#include <cstring>

#include "kernels/array.h"

namespace gradtape::kernels {

// Fresh memory, contiguous, all bits 0.
inline Tensor make_zeros(DimVector sizes, ScalarType dtype) {
  Tensor result = make_array(std::move(sizes), dtype);
  if (result.numel() != 0) std::memset(result.impl().data(), 0, result.nbytes());
  return result;
}

}  // namespace gradtape::kernels
