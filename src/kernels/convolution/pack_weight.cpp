#include "kernels/convolution/pack_weight.h"

#include <cstring>
#include <utility>

#include "kernels/base/parallel.h"

namespace gradtape::kernels {
namespace {

constexpr int kSide = 16;
typedef float Row __attribute__((vector_size(64)));

// Exchanges bit kBit of the row number with that of the column number; all four make a transpose.
template <int kBit, int... kColumn>
void exchange(Row (&rows)[kSide], std::integer_sequence<int, kColumn...>) {
  for (int i = 0; i < kSide; ++i) {
    if (i & kBit) continue;
    const Row a = rows[i], b = rows[i | kBit];
    rows[i] =
        __builtin_shufflevector(a, b, ((kColumn & kBit) ? kSide + (kColumn ^ kBit) : kColumn)...);
    rows[i | kBit] =
        __builtin_shufflevector(a, b, ((kColumn & kBit) ? kSide + kColumn : kColumn ^ kBit)...);
  }
}

void transpose(Row (&rows)[kSide]) {
  constexpr std::make_integer_sequence<int, kSide> kColumns{};
  exchange<1>(rows, kColumns);
  exchange<2>(rows, kColumns);
  exchange<4>(rows, kColumns);
  exchange<8>(rows, kColumns);
}

}  // namespace

void pack_weight(const float* weight, int64_t out, int64_t in, int64_t taps, float* packed) {
  const int64_t groups = in / kSide, block = kSide * kSide * taps;
  parallel_items(out / kSide * groups, block, [&](int64_t item) {
    const float* const from =
        weight + item / groups * kSide * in * taps + item % groups * kSide * taps;
    float* const to = packed + item * block;
    // 16 channels in by taps, seen as one axis, of 16 channels out.
    int64_t channel = 0, tap = 0;
    for (int64_t start = 0; start < kSide * taps; start += kSide) {
      Row rows[kSide];
      for (int o = 0; o < kSide; ++o) {
        std::memcpy(&rows[o], from + o * in * taps + start, sizeof(Row));
      }
      transpose(rows);
      for (int i = 0; i < kSide; ++i) {
        std::memcpy(to + (tap * kSide + channel) * kSide, &rows[i], sizeof(Row));
        if (++tap == taps) tap = 0, ++channel;
      }
    }
  });
}

}  // namespace gradtape::kernels
