#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <variant>

#include "gradtape/core/arg.h"
#include "gradtape/nn/enum.h"
#include "gradtape/nn/expanding_array.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::nn {

namespace detail {
using conv_padding_mode_t =
    std::variant<enumtype::kZeros, enumtype::kReflect, enumtype::kReplicate, enumtype::kCircular>;
/// Numbers, kValid (none) or kSame (as much as keeps the size).
template <size_t D>
using conv_padding_t = std::variant<ExpandingArray<D>, enumtype::kValid, enumtype::kSame>;
}  // namespace detail

template <size_t D>
struct ConvOptions {
  using padding_mode_t = detail::conv_padding_mode_t;
  using padding_t = detail::conv_padding_t<D>;

  ConvOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  GRADTAPE_ARG(int64_t, in_channels);
  GRADTAPE_ARG(int64_t, out_channels);
  GRADTAPE_ARG(ExpandingArray<D>, kernel_size);
  GRADTAPE_ARG(ExpandingArray<D>, stride) = 1;
  GRADTAPE_ARG(padding_t, padding) = ExpandingArray<D>(0);

 public:
  decltype(auto) padding(std::initializer_list<int64_t> values) {
    return padding(padding_t(ExpandingArray<D>(values)));
  }
  GRADTAPE_ARG(ExpandingArray<D>, dilation) = 1;
  GRADTAPE_ARG(int64_t, groups) = 1;
  GRADTAPE_ARG(bool, bias) = true;
  GRADTAPE_ARG(padding_mode_t, padding_mode) = kZeros;
};

using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;

namespace functional {

template <size_t D>
struct ConvFuncOptions {
  using padding_t = nn::detail::conv_padding_t<D>;

  GRADTAPE_ARG(Tensor, bias) = Tensor();
  GRADTAPE_ARG(ExpandingArray<D>, stride) = 1;
  GRADTAPE_ARG(padding_t, padding) = ExpandingArray<D>(0);

 public:
  decltype(auto) padding(std::initializer_list<int64_t> values) {
    return padding(padding_t(ExpandingArray<D>(values)));
  }
  GRADTAPE_ARG(ExpandingArray<D>, dilation) = 1;
  GRADTAPE_ARG(int64_t, groups) = 1;
};

using Conv1dFuncOptions = ConvFuncOptions<1>;
using Conv2dFuncOptions = ConvFuncOptions<2>;

}  // namespace functional
}  // namespace gradtape::nn
