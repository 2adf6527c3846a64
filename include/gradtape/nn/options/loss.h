#pragma once

#include <cstdint>
#include <type_traits>
#include <variant>

#include "gradtape/core/arg.h"
#include "gradtape/nn/enum.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::nn {

namespace detail {
using reduction_t = std::variant<enumtype::kNone, enumtype::kMean, enumtype::kSum>;
template <class T>
inline constexpr bool is_reduction =
    std::is_same_v<T, enumtype::kNone> || std::is_same_v<T, enumtype::kMean> ||
    std::is_same_v<T, enumtype::kSum>;
}  // namespace detail

/// Also made from the reduction alone: mse_loss(x, y, kSum).
struct MSELossOptions {
  using reduction_t = detail::reduction_t;
  MSELossOptions() = default;
  template <class T>
  requires detail::is_reduction<T> MSELossOptions(T reduction) : reduction_(reduction) {}
  GRADTAPE_ARG(reduction_t, reduction) = kMean;
};

/// Also made from the reduction alone.
struct L1LossOptions {
  using reduction_t = detail::reduction_t;
  L1LossOptions() = default;
  template <class T>
  requires detail::is_reduction<T> L1LossOptions(T reduction) : reduction_(reduction) {}
  GRADTAPE_ARG(reduction_t, reduction) = kMean;
};

struct NLLLossOptions {
  using reduction_t = detail::reduction_t;
  /// Of each class, [classes].
  GRADTAPE_ARG(Tensor, weight) = {};
  /// Targets of this value count for nothing.
  GRADTAPE_ARG(int64_t, ignore_index) = -100;
  GRADTAPE_ARG(reduction_t, reduction) = kMean;
};

struct CrossEntropyLossOptions {
  using reduction_t = detail::reduction_t;
  /// Of each class, [classes].
  GRADTAPE_ARG(Tensor, weight) = {};
  /// Targets of this value count for nothing.
  GRADTAPE_ARG(int64_t, ignore_index) = -100;
  GRADTAPE_ARG(reduction_t, reduction) = kMean;
  GRADTAPE_ARG(double, label_smoothing) = 0.0;
};

namespace functional {
using MSELossFuncOptions = MSELossOptions;
using L1LossFuncOptions = L1LossOptions;
using NLLLossFuncOptions = NLLLossOptions;
using CrossEntropyFuncOptions = CrossEntropyLossOptions;
}  // namespace functional
}  // namespace gradtape::nn
