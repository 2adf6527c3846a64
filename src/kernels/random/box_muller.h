#pragma once

#include <cstdint>

namespace gradtape::kernels {

/// Marks a function whose loops need fused multiply-adds to equal PyTorch's AVX2 kernels. Where the
/// build does not assume them, g++ compiles the function twice and the CPU chooses at start-up;
/// without such a CPU, or with another compiler, fma is a call: right but slow. What such a
/// function calls must be inlined into it, so helpers are always_inline and floats take ::fmaf, as
/// std::fma is a wrapper for them. (Sanitizers do not get along with the run-time choice.)
#if defined(__x86_64__) && !defined(__FMA__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GRADTAPE_FMA_CLONES __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define GRADTAPE_FMA_CLONES
#endif

/// Turns uniform samples from [0, 1) into normal ones, in place: of each 16, the first 8 give the
/// radii and the others the angles of 8 pairs (Box-Muller), as PyTorch's normal_fill_16.
///
/// Shapes: data [n], n a multiple of 16.
void box_muller(float* data, int64_t n, float mean, float std);
void box_muller(double* data, int64_t n, double mean, double std);

}  // namespace gradtape::kernels
