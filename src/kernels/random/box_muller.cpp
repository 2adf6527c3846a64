#include "kernels/random/box_muller.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>

#include <xsimd/xsimd.hpp>

// The float logarithm, sine and cosine below are those of avx_mathfun.h, which PyTorch's AVX2
// kernel uses, operation by operation and with the multiply-adds fused that g++ fuses there: the
// samples are equal bit for bit. This is an altered version, rewritten as scalar code for the
// vectorizer and restricted to the arguments that occur here. Of the original:
//
//   AVX implementation of sin, cos, sincos, exp and log
//   Based on "sse_mathfun.h", by Julien Pommier, http://gruntthepeon.free.fr/ssemath/
//
//   Copyright (C) 2012 Giovanni Garberoglio
//   Interdisciplinary Laboratory for Computational Science (LISC)
//   Fondazione Bruno Kessler and University of Trento
//   via Sommarive, 18
//   I-38123 Trento (Italy)
//
//   This software is provided 'as-is', without any express or implied warranty. In no event will
//   the authors be held liable for any damages arising from the use of this software.
//
//   Permission is granted to anyone to use this software for any purpose, including commercial
//   applications, and to alter it and redistribute it freely, subject to the following
//   restrictions:
//
//   1. The origin of this software must not be misrepresented; you must not claim that you wrote
//      the original software. If you use this software in a product, an acknowledgment in the
//      product documentation would be appreciated but is not required.
//   2. Altered source versions must be plainly marked as such, and must not be misrepresented as
//      being the original software.
//   3. This notice may not be removed or altered from any source distribution.
//
//   (this is the zlib license)

namespace gradtape::kernels {

namespace {

constexpr int kPairs = 8;    // per block of 16 samples
constexpr int kBlocks = 32;  // worked on together
constexpr int kSpan = kPairs * kBlocks;

// -2 log(1 - u) for u in [0, 1).
[[gnu::always_inline]] inline float squared_radius(float u) {
  const uint32_t bits = std::bit_cast<uint32_t>(1.0f - u);
  // 1 - u = x 2^e with x in [sqrt(1/2), sqrt(2)).
  // The comparison and both choices work on the bits: a float operation that might trap must
  // not become unconditional, and the loop would not be vectorized.
  const uint32_t mantissa = (bits & 0x007fffffu) | 0x3f000000u;
  const uint32_t below =
      0u - static_cast<uint32_t>(mantissa < std::bit_cast<uint32_t>(0.707106781186547524f));
  const float e = static_cast<float>(static_cast<int32_t>((bits >> 23) + below) - 126);
  const float x = (std::bit_cast<float>(mantissa) - 1.0f) + std::bit_cast<float>(mantissa & below);

  const float z = x * x;
  float y = 7.0376836292e-2f;
  y = ::fmaf(y, x, -1.1514610310e-1f);
  y = ::fmaf(y, x, 1.1676998740e-1f);
  y = ::fmaf(y, x, -1.2420140846e-1f);
  y = ::fmaf(y, x, 1.4249322787e-1f);
  y = ::fmaf(y, x, -1.6668057665e-1f);
  y = ::fmaf(y, x, 2.0000714765e-1f);
  y = ::fmaf(y, x, -2.4999993993e-1f);
  y = ::fmaf(y, x, 3.3333331174e-1f);
  y = y * x;
  y = ::fmaf(y, z, e * -2.12194440e-4f);
  y = ::fmaf(-z, 0.5f, y);
  return -2.0f * ::fmaf(e, 0.693359375f, x + y);
}

// Sine and cosine of x in [0, 2 pi].
[[gnu::always_inline]] inline void sine_cosine(float x, float& sine, float& cosine) {
  // The octant, rounded up to an even number; x becomes the distance to it.
  const int32_t octant = (static_cast<int32_t>(x * 1.27323954473516f) + 1) & ~1;
  const float k = static_cast<float>(octant);
  x = ::fmaf(k, -0.78515625f, x);
  x = ::fmaf(k, -2.4187564849853515625e-4f, x);
  x = ::fmaf(k, -3.77489497744594108e-8f, x);

  const float z = x * x;
  float c = 2.443315711809948e-005f;
  c = ::fmaf(c, z, -1.388731625493765e-003f);
  c = ::fmaf(c, z, 4.166664568298827e-002f);
  c = c * z;
  c = ::fmaf(c, z, -(z * 0.5f)) + 1.0f;
  float s = -1.9515295891e-4f;
  s = ::fmaf(s, z, 8.3321608736e-3f);
  s = ::fmaf(s, z, -1.6666654611e-1f);
  s = s * z;
  s = ::fmaf(s, x, x);

  const uint32_t j = static_cast<uint32_t>(octant);
  const bool swapped = (j & 2u) != 0;
  const uint32_t sine_sign = (j & 4u) << 29;
  const uint32_t cosine_sign = (~(j - 2u) & 4u) << 29;
  sine = std::bit_cast<float>(std::bit_cast<uint32_t>(swapped ? c : s) ^ sine_sign);
  cosine = std::bit_cast<float>(std::bit_cast<uint32_t>(swapped ? s : c) ^ cosine_sign);
}

GRADTAPE_FMA_CLONES void squared_radii(float* u, int n) {
  for (int i = 0; i < n; ++i) u[i] = squared_radius(u[i]);
}

// std::sqrt sets errno, which keeps a loop over it from being vectorized.
// Runs up to the end of a vector; there is room for it.
void square_roots(float* x, int n) {
  using Batch = xsimd::batch<float>;
  constexpr int kStep = static_cast<int>(Batch::size);
  static_assert(kSpan % kStep == 0);
  for (int i = 0; i < n; i += kStep) {
    xsimd::sqrt(Batch::load_unaligned(x + i)).store_unaligned(x + i);
  }
}

GRADTAPE_FMA_CLONES void polar_to_normal(float* first, float* second, int n, float mean,
                                         float std) {
  constexpr float kTwoPi = static_cast<float>(2.0 * std::numbers::pi);
  for (int i = 0; i < n; ++i) {
    float sine, cosine;
    sine_cosine(kTwoPi * second[i], sine, cosine);
    const float radius = first[i];
    first[i] = ::fmaf(radius * cosine, std, mean);
    second[i] = ::fmaf(radius * sine, std, mean);
  }
}

}  // namespace

void box_muller(float* data, int64_t n, float mean, float std) {
  // The two halves of the blocks, each contiguous, so that vectors may be wider than a half.
  alignas(64) float first[kSpan] = {};
  alignas(64) float second[kSpan];
  constexpr size_t kHalf = kPairs * sizeof(float);
  while (n > 0) {
    const int blocks = static_cast<int>(std::min<int64_t>(n / (2 * kPairs), kBlocks));
    for (int b = 0; b < blocks; ++b) {
      std::memcpy(first + b * kPairs, data + b * 2 * kPairs, kHalf);
      std::memcpy(second + b * kPairs, data + b * 2 * kPairs + kPairs, kHalf);
    }
    const int pairs = blocks * kPairs;
    squared_radii(first, pairs);
    square_roots(first, pairs);
    polar_to_normal(first, second, pairs, mean, std);
    for (int b = 0; b < blocks; ++b) {
      std::memcpy(data + b * 2 * kPairs, first + b * kPairs, kHalf);
      std::memcpy(data + b * 2 * kPairs + kPairs, second + b * kPairs, kHalf);
    }
    data += blocks * 2 * kPairs;
    n -= blocks * 2 * kPairs;
  }
}

// PyTorch takes the C library's functions here; so do we, for the last bit.
void box_muller(double* data, int64_t n, double mean, double std) {
  for (int64_t i = 0; i < n; i += 2 * kPairs, data += 2 * kPairs) {
    for (int j = 0; j < kPairs; ++j) {
      const double radius = std::sqrt(-2 * std::log(1 - data[j]));
      const double theta = 2.0 * std::numbers::pi * data[j + kPairs];
      data[j] = std::fma(radius * std::cos(theta), std, mean);
      data[j + kPairs] = std::fma(radius * std::sin(theta), std, mean);
    }
  }
}

}  // namespace gradtape::kernels
