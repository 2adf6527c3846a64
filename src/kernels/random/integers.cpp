// The integer fills of random.h.

#include <limits>
#include <mutex>
#include <type_traits>
#include <utility>

#include "kernels/random/random.h"
#include "kernels/random/words.h"

#include "gradtape/core/error.h"

namespace gradtape::kernels {

namespace {

using Lock = std::lock_guard<std::mutex>;

constexpr int64_t kLowest = std::numeric_limits<int64_t>::lowest();
constexpr uint64_t kTwoTo32 = uint64_t{1} << 32;

// Dtypes whose large ranges are drawn from 64 bits.
template <class T>
constexpr bool kIsWide =
    std::is_same_v<T, int64_t> || std::is_same_v<T, double> || std::is_same_v<T, float>;

// Largest value that random_from and random give; for float and double the last of the integers
// that are all representable.
template <class T>
constexpr int64_t largest() {
  if constexpr (std::is_floating_point_v<T>) {
    return int64_t{1} << std::numeric_limits<T>::digits;
  } else {
    return static_cast<int64_t>(std::numeric_limits<T>::max());
  }
}

// 2^(exponent of x - mantissa bits + 1): the distance of T's values above x.
template <class T>
int64_t spacing(uint64_t x) {
  int exponent = 0;
  while (x >>= 1) ++exponent;
  return int64_t{1} << (exponent - std::numeric_limits<T>::digits + 1);
}

uint64_t magnitude(int64_t x) {
  return x < 0 ? 0 - static_cast<uint64_t>(x) : static_cast<uint64_t>(x);
}

// Float to int64 as the CPU converts it, which PyTorch relies on: 2^63 becomes the lowest.
template <class T>
int64_t to_int64(T x) {
  return x >= -0x1p63 && x < 0x1p63 ? static_cast<int64_t>(x) : kLowest;
}

// PyTorch's update_from and update_to: a bound that T rounds outwards moves inwards to the next
// value of T, so that no result lies outside [from, to).
template <class T>
int64_t move_from(int64_t from) {
  const int64_t rounded = to_int64(static_cast<T>(from + 1));
  return rounded < from ? rounded + spacing<T>(magnitude(from + 1)) : from;
}

template <class T>
int64_t move_to(int64_t to) {
  const int64_t below = to == kLowest ? std::numeric_limits<int64_t>::max() : to - 1;
  const int64_t rounded = to_int64(static_cast<T>(below));
  if (rounded < to) return to;
  return static_cast<int64_t>(static_cast<uint64_t>(rounded) -
                              static_cast<uint64_t>(spacing<T>(magnitude(below))));
}

template <class T>
void check_fits(int64_t value, const char* name) {
  if constexpr (!std::is_floating_point_v<T>) {
    constexpr int64_t kMin = static_cast<int64_t>(std::numeric_limits<T>::lowest());
    constexpr int64_t kMax = static_cast<int64_t>(std::numeric_limits<T>::max());
    GRADTAPE_CHECK(value >= kMin && value <= kMax, "random_: ", name,
                   " is out of bounds for the dtype [", kMin, ", ", kMax, "]; got ", name, " ",
                   value);
  }
}

// base + bits modulo range.
template <class T>
T shift(uint64_t value, int64_t base) {
  const auto sum = static_cast<int64_t>(value + static_cast<uint64_t>(base));
  return static_cast<T>(sum);
}

template <class T>
void fill_modulo(T* data, int64_t n, uint64_t range, int64_t base, Generator& gen) {
  const Lock lock(gen.mutex());
  if (kIsWide<T> && range >= kTwoTo32) {
    fill_from_word_pairs(data, n, gen, [=](uint64_t bits) { return shift<T>(bits % range, base); });
  } else if (range < kTwoTo32) {
    const auto divisor = static_cast<uint32_t>(range);
    fill_from_words(data, n, gen, [=](uint32_t word) { return shift<T>(word % divisor, base); });
  } else {
    // Only all of int32 gets here: 2^32 values, one word each.
    fill_from_words(data, n, gen, [=](uint32_t word) { return shift<T>(word, base); });
  }
}

}  // namespace

template <class T>
void random_from_to(T* data, int64_t n, int64_t from, int64_t to, Generator gen) {
  GRADTAPE_CHECK(from < to,
                 "random_: random_ expects 'from' to be less than 'to', but got from=", from,
                 " >= to=", to);
  if constexpr (std::is_floating_point_v<T>) {
    from = move_from<T>(from);
    to = move_to<T>(to);
    GRADTAPE_CHECK(from < to,
                   "random_: random_ expects 'from' casted to dtype to be less than 'to' casted "
                   "to dtype, but got from=",
                   from, " >= to=", to);
  }
  check_fits<T>(from, "from");
  check_fits<T>(to - 1, "to - 1");
  fill_modulo(data, n, static_cast<uint64_t>(to) - static_cast<uint64_t>(from), from, gen);
}

template <class T>
void random_from(T* data, int64_t n, int64_t from, Generator gen) {
  if (from == kLowest) {
    GRADTAPE_CHECK(
        kIsWide<T>,
        "random_: only int64, double and float have the full range of 64 bits; got from ", from);
    const Lock lock(gen.mutex());
    fill_from_word_pairs(data, n, gen, [](uint64_t bits) { return shift<T>(bits, 0); });
    return;
  }
  constexpr int64_t kLast = largest<T>();
  if constexpr (std::is_floating_point_v<T>) {
    GRADTAPE_CHECK(from < kLast, "random_: from must be less than ", kLast, " in this dtype; got ",
                   from);
    from = move_from<T>(from);
  }
  check_fits<T>(from, "from");
  fill_modulo(data, n, static_cast<uint64_t>(kLast) - static_cast<uint64_t>(from) + 1, from, gen);
}

template <class T>
void random(T* data, int64_t n, Generator gen) {
  const Lock lock(gen.mutex());
  if constexpr (std::is_same_v<T, double> || std::is_same_v<T, int64_t>) {
    // 2^63 for int64, 2^53 + 1 for double.
    constexpr uint64_t kRange = static_cast<uint64_t>(largest<T>()) + 1;
    fill_from_word_pairs(data, n, gen, [](uint64_t bits) { return static_cast<T>(bits % kRange); });
  } else {
    constexpr uint32_t kRange = static_cast<uint32_t>(largest<T>()) + 1;
    fill_from_words(data, n, gen, [](uint32_t word) { return static_cast<T>(word % kRange); });
  }
}

template <class T>
void randperm(T* data, int64_t n, Generator gen) {
  GRADTAPE_CHECK(n >= 0, "randperm: n must be non-negative; got n ", n);
  GRADTAPE_CHECK(n <= largest<T>(), "randperm: n is too large for the dtype (at most ",
                 largest<T>(), "); got n ", n);
  for (int64_t i = 0; i < n; ++i) data[i] = static_cast<T>(i);
  const Lock lock(gen.mutex());
  // One word per swap, none for the last element.
  for_words(n - 1, gen, [=](const uint32_t* words, int64_t offset, int count) {
    for (int k = 0; k < count; ++k) {
      const int64_t i = offset + k;
      const auto left = static_cast<uint64_t>(n - i);
      const uint64_t step = left < kTwoTo32 ? words[k] % static_cast<uint32_t>(left) : words[k];
      std::swap(data[i], data[i + static_cast<int64_t>(step)]);
    }
  });
}

#define GRADTAPE_INSTANTIATE(T)                                           \
  template void random_from_to(T*, int64_t, int64_t, int64_t, Generator); \
  template void random_from(T*, int64_t, int64_t, Generator);             \
  template void random(T*, int64_t, Generator);

#define GRADTAPE_INSTANTIATE_NUMBER(T) \
  GRADTAPE_INSTANTIATE(T)              \
  template void randperm(T*, int64_t, Generator);

GRADTAPE_INSTANTIATE_NUMBER(float)
GRADTAPE_INSTANTIATE_NUMBER(double)
GRADTAPE_INSTANTIATE_NUMBER(int64_t)
GRADTAPE_INSTANTIATE_NUMBER(int32_t)
GRADTAPE_INSTANTIATE_NUMBER(int16_t)
GRADTAPE_INSTANTIATE_NUMBER(int8_t)
GRADTAPE_INSTANTIATE_NUMBER(uint8_t)
GRADTAPE_INSTANTIATE(bool)

}  // namespace gradtape::kernels
