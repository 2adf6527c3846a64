#pragma once

#include <cstdint>
#include <string_view>

// Random numbers by their place instead of their turn: no state, so no order.
namespace gradtape::tune {

// SplitMix64's output function. Source: Steele, Lea & Flood, OOPSLA 2014, figure 16 (mix64 with
// Stafford's variant 13).
inline uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

inline uint64_t hash(uint64_t seed, uint64_t number) {
  return mix(mix(seed + 0x9e3779b97f4a7c15u) + (number + 1) * 0x9e3779b97f4a7c15u);
}

// FNV-1a: std::hash may differ from one standard library to another.
inline uint64_t hash(std::string_view text) {
  uint64_t result = 0xcbf29ce484222325u;
  for (const char c : text) result = (result ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return result;
}

// In [0, 1), from 53 bits.
inline double unit(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

}  // namespace gradtape::tune
