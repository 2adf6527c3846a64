#pragma once

#include <optional>
#include <tuple>

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// Largest element under each window. NaN counts as largest, and the first of equals wins: its
/// input gets the gradient.
///
/// Numbers for both axes or one each; without a stride, windows stand side by side. Padding counts
/// as minus infinity. ceil_mode adds windows that start inside the image or its left padding and
/// reach beyond its end.
///
/// Shapes: input [n, c, h, w] or [c, h, w]; result [n, c, oh, ow] or [c, oh, ow], with
/// oh = (h + 2 padding - dilation (kernel - 1) - 1) / stride + 1.
/// Throws: Error if padding is above half of the kernel, or no window fits.
Tensor max_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);
/// Also the places of the largest elements, int64, counted row by row in each image's channel.
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride = {}, IntArrayRef padding = 0,
                                                   IntArrayRef dilation = 1,
                                                   bool ceil_mode = false);
/// Shapes: self [n, c, l] or [c, l].
Tensor max_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride = {}, IntArrayRef padding = 0,
                                                   IntArrayRef dilation = 1,
                                                   bool ceil_mode = false);

/// Mean under each window. A window's sum is divided by its size, with the padding under it if
/// count_include_pad, or by divisor_override.
///
/// Shapes and errors as max_pool2d.
Tensor avg_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<int64_t> divisor_override = {});
Tensor avg_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true);

/// Means of oh x ow windows that cover the image evenly: window i is [floor(i h / oh),
/// ceil((i + 1) h / oh)).
///
/// Shapes: self [n, c, h, w] or [c, h, w], output_size {oh, ow} or one number for both.
Tensor adaptive_avg_pool2d(const Tensor& self, IntArrayRef output_size);
Tensor adaptive_avg_pool1d(const Tensor& self, IntArrayRef output_size);

}  // namespace gradtape
