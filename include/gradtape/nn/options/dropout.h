#pragma once

#include "gradtape/core/arg.h"

namespace gradtape::nn {

struct DropoutOptions {
  DropoutOptions(double p = 0.5) : p_(p) {}
  GRADTAPE_ARG(double, p);
  GRADTAPE_ARG(bool, inplace) = false;
};
using Dropout2dOptions = DropoutOptions;

namespace functional {
struct DropoutFuncOptions {
  GRADTAPE_ARG(double, p) = 0.5;
  GRADTAPE_ARG(bool, training) = true;
  GRADTAPE_ARG(bool, inplace) = false;
};
using Dropout2dFuncOptions = DropoutFuncOptions;
}  // namespace functional
}  // namespace gradtape::nn
