#pragma once

#include <array>
#include <cstdint>

namespace gradtape {

/// The 32-bit Mersenne Twister, with the counters that PyTorch's engine keeps, so that its state
/// can travel between the two libraries.
///
/// Source: Matsumoto & Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform
/// pseudo-random number generator", 1998; initialisation of 2002, from the low 32 bits of the seed.
class Mt19937 {
 public:
  static constexpr int kStateSize = 624;

  /// What PyTorch saves of an engine. `left` - 1 words are still unread, the first at `next`.
  struct Data {
    uint64_t seed;
    int32_t left;
    bool seeded;
    uint32_t next;
    std::array<uint32_t, kStateSize> state;
  };

  explicit Mt19937(uint64_t seed = 5489);

  /// The next 32 bits.
  uint32_t operator()() {
    if (--data_.left == 0) twist();
    return temper(data_.state[data_.next++]);
  }

  /// The next n words at once; the same words as n calls.
  void fill(uint32_t* words, int64_t n);

  uint64_t seed() const { return data_.seed; }
  const Data& data() const { return data_; }

  /// Throws: Error if the counters lie outside the state; nothing has changed then.
  void set_data(const Data& data);

 private:
  static uint32_t temper(uint32_t y) {
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
  }
  void twist();

  Data data_;
};

}  // namespace gradtape
