#pragma once

#include <array>

#include "kernels/elementwise/elementwise.h"

#include "gradtape/core/scalar.h"

namespace gradtape::kernels {

inline constexpr size_t kMaxOperands = 5;

// One array of a walk: strides in elements, one for each axis of the walk, 0 where it broadcasts.
struct Strided {
  std::byte* data;
  int64_t itemsize;
  DimVector strides;
};

// Applies run to every element, the output (arrays[0]) in the order of its memory. Axes that lie
// behind each other in every array are walked as one. What is not contiguous passes through small
// buffers in cache, and a transposed input in tiles, so that run only ever sees contiguous
// elements.
void walk(Run run, int64_t grain, DimVector sizes, std::span<Strided> arrays,
          const Scalar* parameters);

// n elements side by side in every array (in fixed: one element), on as many threads as pay.
void run_contiguous(Run run, int64_t grain, int64_t n, void* out, int64_t out_itemsize,
                    std::span<const void* const> in, int64_t in_itemsize, unsigned fixed,
                    const Scalar* parameters);

}  // namespace gradtape::kernels
