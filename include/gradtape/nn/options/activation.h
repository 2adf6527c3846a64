#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gradtape/core/arg.h"
#include "gradtape/core/dtype.h"

namespace gradtape::nn {

struct ReLUOptions {
  ReLUOptions(bool inplace = false) : inplace_(inplace) {}
  GRADTAPE_ARG(bool, inplace);
};

struct LeakyReLUOptions {
  GRADTAPE_ARG(double, negative_slope) = 1e-2;
  GRADTAPE_ARG(bool, inplace) = false;
};

struct ELUOptions {
  GRADTAPE_ARG(double, alpha) = 1.0;
  GRADTAPE_ARG(bool, inplace) = false;
};

struct SoftplusOptions {
  GRADTAPE_ARG(double, beta) = 1.0;
  GRADTAPE_ARG(double, threshold) = 20.0;
};

struct GELUOptions {
  GRADTAPE_ARG(std::string, approximate) = "none";
};

struct SoftmaxOptions {
  SoftmaxOptions(int64_t dim) : dim_(dim) {}
  GRADTAPE_ARG(int64_t, dim);
};
using LogSoftmaxOptions = SoftmaxOptions;

namespace functional {
using ReLUFuncOptions = ReLUOptions;
using LeakyReLUFuncOptions = LeakyReLUOptions;
using ELUFuncOptions = ELUOptions;
using SoftplusFuncOptions = SoftplusOptions;
using GELUFuncOptions = GELUOptions;

struct SoftmaxFuncOptions {
  SoftmaxFuncOptions(int64_t dim) : dim_(dim) {}
  GRADTAPE_ARG(int64_t, dim);
  /// The input is converted to this first.
  GRADTAPE_ARG(std::optional<ScalarType>, dtype) = std::nullopt;
};
using LogSoftmaxFuncOptions = SoftmaxFuncOptions;
}  // namespace functional
}  // namespace gradtape::nn
