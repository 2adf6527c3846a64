#pragma once

#include <cstdint>
#include <vector>

#include "gradtape/core/arg.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::nn {

struct LayerNormOptions {
  LayerNormOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  GRADTAPE_ARG(std::vector<int64_t>, normalized_shape);
  GRADTAPE_ARG(double, eps) = 1e-5;
  GRADTAPE_ARG(bool, elementwise_affine) = true;
};

namespace functional {
struct LayerNormFuncOptions {
  LayerNormFuncOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  GRADTAPE_ARG(std::vector<int64_t>, normalized_shape);
  GRADTAPE_ARG(Tensor, weight) = Tensor();
  GRADTAPE_ARG(Tensor, bias) = Tensor();
  GRADTAPE_ARG(double, eps) = 1e-5;
};
}  // namespace functional
}  // namespace gradtape::nn
