#pragma once

#include <cstdint>
#include <optional>

#include "gradtape/core/arg.h"
#include "gradtape/nn/expanding_array.h"

namespace gradtape::nn {

/// The stride is the kernel's size unless set.
template <size_t D>
struct MaxPoolOptions {
  MaxPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  GRADTAPE_ARG(ExpandingArray<D>, kernel_size);
  GRADTAPE_ARG(ExpandingArray<D>, stride);
  GRADTAPE_ARG(ExpandingArray<D>, padding) = 0;
  GRADTAPE_ARG(ExpandingArray<D>, dilation) = 1;
  GRADTAPE_ARG(bool, ceil_mode) = false;
};
using MaxPool1dOptions = MaxPoolOptions<1>;
using MaxPool2dOptions = MaxPoolOptions<2>;

/// The stride is the kernel's size unless set.
template <size_t D>
struct AvgPoolOptions {
  AvgPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  GRADTAPE_ARG(ExpandingArray<D>, kernel_size);
  GRADTAPE_ARG(ExpandingArray<D>, stride);
  GRADTAPE_ARG(ExpandingArray<D>, padding) = 0;
  GRADTAPE_ARG(bool, ceil_mode) = false;
  GRADTAPE_ARG(bool, count_include_pad) = true;
  GRADTAPE_ARG(std::optional<int64_t>, divisor_override) = std::nullopt;
};
using AvgPool2dOptions = AvgPoolOptions<2>;

/// An axis left open keeps its size.
template <class OutputSize>
struct AdaptiveAvgPoolOptions {
  AdaptiveAvgPoolOptions(OutputSize output_size) : output_size_(output_size) {}
  GRADTAPE_ARG(OutputSize, output_size);
};
using AdaptiveAvgPool2dOptions = AdaptiveAvgPoolOptions<ExpandingArrayWithOptionalElem<2>>;

namespace functional {
using MaxPool1dFuncOptions = MaxPool1dOptions;
using MaxPool2dFuncOptions = MaxPool2dOptions;
using AvgPool2dFuncOptions = AvgPool2dOptions;
using AdaptiveAvgPool2dFuncOptions = AdaptiveAvgPool2dOptions;
}  // namespace functional
}  // namespace gradtape::nn
