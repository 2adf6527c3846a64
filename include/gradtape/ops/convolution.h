#pragma once

#include <string_view>

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// Cross-correlation of images with a stack of kernels, plus a bias for each output channel.
///
/// stride, padding and dilation hold one number for both axes or one each. Padding "same" keeps the
/// image's size (for stride 1; an odd number of added rows or columns has the extra one at the
/// end), "valid" adds none. Channels are split into groups that do not see each other.
///
/// Shapes: input [n, in, h, w] or [in, h, w], weight [out, in / groups, kh, kw], bias [out] or
/// undefined; result [n, out, oh, ow] or [out, oh, ow], with
/// oh = (h + 2 padding - dilation (kh - 1) - 1) / stride + 1.
/// Throws: Error if channels and groups do not fit, the padded image is smaller than the kernel, or
/// the dtypes differ.
Tensor conv2d(const Tensor& input, const Tensor& weight, const Tensor& bias = {},
              IntArrayRef stride = 1, IntArrayRef padding = 0, IntArrayRef dilation = 1,
              int64_t groups = 1);
Tensor conv2d(const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride,
              std::string_view padding, IntArrayRef dilation = 1, int64_t groups = 1);

/// conv2d along one axis.
///
/// Shapes: input [n, in, l] or [in, l], weight [out, in / groups, k], bias [out] or undefined;
/// result [n, out, ol] or [out, ol].
Tensor conv1d(const Tensor& input, const Tensor& weight, const Tensor& bias = {},
              IntArrayRef stride = 1, IntArrayRef padding = 0, IntArrayRef dilation = 1,
              int64_t groups = 1);
Tensor conv1d(const Tensor& input, const Tensor& weight, const Tensor& bias, IntArrayRef stride,
              std::string_view padding, IntArrayRef dilation = 1, int64_t groups = 1);

}  // namespace gradtape
