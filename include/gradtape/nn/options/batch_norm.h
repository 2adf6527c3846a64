#pragma once

#include <cstdint>
#include <optional>

#include "gradtape/core/arg.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::nn {

/// Without a momentum the running statistics are plain averages over all batches.
struct BatchNormOptions {
  BatchNormOptions(int64_t num_features) : num_features_(num_features) {}
  GRADTAPE_ARG(int64_t, num_features);
  GRADTAPE_ARG(double, eps) = 1e-5;
  GRADTAPE_ARG(std::optional<double>, momentum) = 0.1;
  GRADTAPE_ARG(bool, affine) = true;
  GRADTAPE_ARG(bool, track_running_stats) = true;
};
using BatchNorm1dOptions = BatchNormOptions;
using BatchNorm2dOptions = BatchNormOptions;

namespace functional {
struct BatchNormFuncOptions {
  GRADTAPE_ARG(Tensor, weight) = Tensor();
  GRADTAPE_ARG(Tensor, bias) = Tensor();
  GRADTAPE_ARG(bool, training) = false;
  GRADTAPE_ARG(std::optional<double>, momentum) = 0.1;
  GRADTAPE_ARG(double, eps) = 1e-5;
};
}  // namespace functional
}  // namespace gradtape::nn
