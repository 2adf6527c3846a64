#include "gradtape/core/mt19937.h"

#include <algorithm>

#include "gradtape/core/error.h"

namespace gradtape {

namespace {

constexpr int kN = Mt19937::kStateSize;
constexpr int kM = 397;

// The upper bit of u and the lower bits of v, multiplied by the recurrence's matrix.
inline uint32_t mix(uint32_t u, uint32_t v) {
  const uint32_t bits = (u & 0x80000000u) | (v & 0x7fffffffu);
  return (bits >> 1) ^ ((0u - (v & 1u)) & 0x9908b0dfu);
}

}  // namespace

Mt19937::Mt19937(uint64_t seed) {
  data_.seed = seed;
  data_.seeded = true;
  data_.left = 1;
  data_.next = 0;
  data_.state[0] = static_cast<uint32_t>(seed);
  for (uint32_t j = 1; j < kN; ++j) {
    const uint32_t last = data_.state[j - 1];
    data_.state[j] = 1812433253u * (last ^ (last >> 30)) + j;
  }
}

void Mt19937::fill(uint32_t* words, int64_t n) {
  while (n > 0) {
    if (data_.left == 1) {
      twist();
      data_.left = kN + 1;  // no word of the new state has been read yet
    }
    const int32_t count = static_cast<int32_t>(std::min<int64_t>(n, data_.left - 1));
    const uint32_t* state = data_.state.data() + data_.next;
    for (int32_t i = 0; i < count; ++i) words[i] = temper(state[i]);
    data_.left -= count;
    data_.next += static_cast<uint32_t>(count);
    words += count;
    n -= count;
  }
}

void Mt19937::set_data(const Data& data) {
  // PyTorch checks the two counters one by one; their sum matters too, or a read leaves the state.
  const bool valid =
      data.seeded && data.left > 0 && data.left <= kN && data.next <= kN &&
      (data.left == 1 || static_cast<int64_t>(data.next) + data.left - 1 <= int64_t{kN});
  GRADTAPE_CHECK(valid, "set_state: Invalid mt19937 state: seeded, 0 < left <= ", kN,
                 " and next + left - 1 <= ", kN, " must hold; got seeded ", data.seeded, ", left ",
                 data.left, ", next ", data.next);
  data_ = data;
}

// Three loops instead of one with a modulo: each reads and writes at constant distances (no less
// than 227 words where a read follows a write), so that the compiler vectorizes them.
void Mt19937::twist() {
  uint32_t* p = data_.state.data();
  for (int j = 0; j < kN - kM; ++j) p[j] = p[j + kM] ^ mix(p[j], p[j + 1]);
  for (int j = kN - kM; j < kN - 1; ++j) p[j] = p[j + kM - kN] ^ mix(p[j], p[j + 1]);
  p[kN - 1] = p[kM - 1] ^ mix(p[kN - 1], p[0]);
  data_.left = kN;
  data_.next = 0;
}

}  // namespace gradtape
