#pragma once

#include <algorithm>
#include <cstdint>

#include "gradtape/core/generator.h"

namespace gradtape::kernels {

/// Engine words that are drawn, and turned into samples, at once.
inline constexpr int kWordChunk = 1024;

/// The double in [0, 1) that PyTorch makes of two words: 53 bits, the first word the upper ones.
[[gnu::always_inline]] inline double unit_double(uint32_t high, uint32_t low) {
  // Two exact conversions and an exact sum; vectorizes where 64-bit integers do not convert.
  constexpr double kHigh = 1.0 / (1 << 21);
  constexpr double kLow = kHigh / 4294967296.0;
  return static_cast<double>(static_cast<int32_t>(high & 0x1fffffu)) * kHigh +
         static_cast<double>(low) * kLow;
}

/// The float in [0, 1) that PyTorch makes of a word: 24 bits.
[[gnu::always_inline]] inline float unit_float(uint32_t word) {
  constexpr float kScale = 1.0f / (1 << 24);
  return static_cast<float>(static_cast<int32_t>(word & 0xffffffu)) * kScale;
}

/// Calls use(words, offset, count) until n samples of one word each are covered; the caller holds
/// the mutex.
template <class Use>
void for_words(int64_t n, Generator& gen, Use use) {
  alignas(64) uint32_t words[kWordChunk];
  Mt19937& engine = gen.engine();
  for (int64_t i = 0; i < n; i += kWordChunk) {
    const int count = static_cast<int>(std::min<int64_t>(kWordChunk, n - i));
    engine.fill(words, count);
    use(static_cast<const uint32_t*>(words), i, count);
  }
}

/// The same for samples of two words each: words has 2 count of them.
template <class Use>
void for_word_pairs(int64_t n, Generator& gen, Use use) {
  constexpr int kPairs = kWordChunk / 2;
  alignas(64) uint32_t words[kWordChunk];
  Mt19937& engine = gen.engine();
  for (int64_t i = 0; i < n; i += kPairs) {
    const int count = static_cast<int>(std::min<int64_t>(kPairs, n - i));
    engine.fill(words, 2 * static_cast<int64_t>(count));
    use(static_cast<const uint32_t*>(words), i, count);
  }
}

/// data[i] = make(word) for n elements.
template <class T, class Make>
void fill_from_words(T* data, int64_t n, Generator& gen, Make make) {
  for_words(n, gen, [=](const uint32_t* words, int64_t offset, int count) {
    for (int i = 0; i < count; ++i) data[offset + i] = make(words[i]);
  });
}

/// data[i] = make(64 bits) for n elements.
template <class T, class Make>
void fill_from_word_pairs(T* data, int64_t n, Generator& gen, Make make) {
  for_word_pairs(n, gen, [=](const uint32_t* words, int64_t offset, int count) {
    for (int i = 0; i < count; ++i) {
      data[offset + i] = make((static_cast<uint64_t>(words[2 * i]) << 32) | words[2 * i + 1]);
    }
  });
}

/// data[i] = make(double in [0, 1)) for n elements.
template <class T, class Make>
void fill_from_unit_doubles(T* data, int64_t n, Generator& gen, Make make) {
  for_word_pairs(n, gen, [=](const uint32_t* words, int64_t offset, int count) {
    for (int i = 0; i < count; ++i) {
      data[offset + i] = make(unit_double(words[2 * i], words[2 * i + 1]));
    }
  });
}

}  // namespace gradtape::kernels
