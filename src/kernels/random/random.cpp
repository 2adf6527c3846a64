#include "kernels/random/random.h"

#include <cmath>
#include <limits>
#include <mutex>
#include <numbers>
#include <type_traits>

#include "kernels/random/box_muller.h"
#include "kernels/random/words.h"

#include "gradtape/core/error.h"

namespace gradtape::kernels {

namespace {

using Lock = std::lock_guard<std::mutex>;

// PyTorch fuses the multiply and the add.
GRADTAPE_FMA_CLONES void scale_units(float* data, const uint32_t* words, int n, float width,
                                     float from) {
  for (int i = 0; i < n; ++i) data[i] = ::fmaf(unit_float(words[i]), width, from);
}

GRADTAPE_FMA_CLONES void scale_units(double* data, const uint32_t* words, int n, double width,
                                     double from) {
  for (int i = 0; i < n; ++i) {
    data[i] = std::fma(unit_double(words[2 * i], words[2 * i + 1]), width, from);
  }
}

template <class T>
void uniform_unlocked(T* data, int64_t n, T from, T to, Generator& gen) {
  const T width = to - from;
  const auto use = [=](const uint32_t* words, int64_t offset, int count) {
    scale_units(data + offset, words, count, width, from);
  };
  if constexpr (std::is_same_v<T, double>) {
    for_word_pairs(n, gen, use);
  } else {
    for_words(n, gen, use);
  }
}

double next_unit_double(Generator& gen) {
  const uint32_t high = gen.random();
  return unit_double(high, gen.random());
}

double next_normal(double mean, double std, Generator& gen) {
  if (const auto cached = gen.next_double_normal_sample()) {
    gen.set_next_double_normal_sample(std::nullopt);
    return std::fma(*cached, std, mean);
  }
  const double u1 = next_unit_double(gen);
  const double u2 = next_unit_double(gen);
  const double radius = std::sqrt(-2.0 * std::log(1.0 - u2));
  const double theta = 2.0 * std::numbers::pi * u1;
  gen.set_next_double_normal_sample(radius * std::sin(theta));
  return std::fma(radius * std::cos(theta), std, mean);
}

void check_std(double std) {
  GRADTAPE_CHECK(std >= 0.0, "normal: normal expects std >= 0.0, but found std ", std);
}

}  // namespace

template <class T>
void uniform(T* data, int64_t n, double from, double to, Generator gen) {
  constexpr double kMax = std::numeric_limits<T>::max();
  GRADTAPE_CHECK(from >= -kMax && from <= kMax, "uniform_: from must fit the dtype (within ", kMax,
                 "); got from=", from);
  GRADTAPE_CHECK(to >= -kMax && to <= kMax, "uniform_: to must fit the dtype (within ", kMax,
                 "); got to=", to);
  GRADTAPE_CHECK(from <= to,
                 "uniform_: uniform_ expects to return a [from, to) range, but found from=", from,
                 " > to=", to);
  GRADTAPE_CHECK(to - from <= kMax, "uniform_: to - from must be at most ", kMax,
                 "; got from=", from, ", to=", to);
  const Lock lock(gen.mutex());
  uniform_unlocked(data, n, static_cast<T>(from), static_cast<T>(to), gen);
}

template <class T>
void normal(T* data, int64_t n, double mean, double std, Generator gen) {
  constexpr int64_t kBlock = 16;
  if (n < kBlock) return normal_serial(data, n, mean, std, gen);
  check_std(std);
  const T m = static_cast<T>(mean);
  const T s = static_cast<T>(std);
  const Lock lock(gen.mutex());
  // All uniform samples come before the ones of the tail, but a chunk that is transformed while
  // it is in the cache costs less than a second walk over the memory.
  constexpr int64_t kChunk = kWordChunk;
  const int64_t whole = n - n % kBlock;
  for (int64_t i = 0; i < whole; i += kChunk) {
    const int64_t count = std::min(kChunk, whole - i);
    uniform_unlocked<T>(data + i, count, 0, 1, gen);
    box_muller(data + i, count, m, s);
  }
  if (whole < n) {
    // Drawn, and then overwritten with the rest of the last 16.
    uniform_unlocked<T>(data + whole, n - whole, 0, 1, gen);
    uniform_unlocked<T>(data + n - kBlock, kBlock, 0, 1, gen);
    box_muller(data + n - kBlock, kBlock, m, s);
  }
}

template <class T>
void normal_serial(T* data, int64_t n, double mean, double std, Generator gen) {
  check_std(std);
  const Lock lock(gen.mutex());
  for (int64_t i = 0; i < n; ++i) data[i] = static_cast<T>(next_normal(mean, std, gen));
}

template <class T>
void bernoulli(T* data, int64_t n, double p, Generator gen) {
  GRADTAPE_CHECK(p >= 0 && p <= 1,
                 "bernoulli_: bernoulli_ expects p to be in [0, 1], but got p=", p);
  const Lock lock(gen.mutex());
  fill_from_unit_doubles(data, n, gen, [p](double u) { return static_cast<T>(u < p); });
}

template <class T, class P>
void bernoulli(T* data, int64_t n, const P* p, Generator gen) {
  for (int64_t i = 0; i < n; ++i) {
    GRADTAPE_CHECK(p[i] >= 0 && p[i] <= 1, "bernoulli_: p must be in [0, 1]; got p[", i,
                   "] = ", p[i]);
  }
  const Lock lock(gen.mutex());
  if constexpr (std::is_same_v<P, double>) {
    for_word_pairs(n, gen, [=](const uint32_t* words, int64_t offset, int count) {
      for (int i = 0; i < count; ++i) {
        data[offset + i] =
            static_cast<T>(unit_double(words[2 * i], words[2 * i + 1]) < p[offset + i]);
      }
    });
  } else {
    for_words(n, gen, [=](const uint32_t* words, int64_t offset, int count) {
      for (int i = 0; i < count; ++i) {
        data[offset + i] = static_cast<T>(unit_float(words[i]) < p[offset + i]);
      }
    });
  }
}

template <class T>
void exponential(T* data, int64_t n, double lambda, Generator gen) {
  GRADTAPE_CHECK(lambda >= 0.0,
                 "exponential_: exponential_ expects lambda >= 0.0, but found lambda=", lambda);
  const double factor = -1.0 / lambda;
  const Lock lock(gen.mutex());
  fill_from_unit_doubles(data, n, gen,
                         [factor](double u) { return static_cast<T>(factor * std::log(1.0 - u)); });
}

template <class T>
void log_normal(T* data, int64_t n, double mean, double std, Generator gen) {
  GRADTAPE_CHECK(std > 0.0, "log_normal_: log_normal_ expects std > 0.0, but found std=", std);
  const Lock lock(gen.mutex());
  for (int64_t i = 0; i < n; ++i) data[i] = static_cast<T>(std::exp(next_normal(mean, std, gen)));
}

template <class T>
void cauchy(T* data, int64_t n, double median, double sigma, Generator gen) {
  const Lock lock(gen.mutex());
  fill_from_unit_doubles(data, n, gen, [=](double u) {
    return static_cast<T>(std::fma(sigma, std::tan(std::numbers::pi * (u - 0.5)), median));
  });
}

template <class T>
void geometric(T* data, int64_t n, double p, Generator gen) {
  GRADTAPE_CHECK(p > 0 && p < 1, "geometric_: geometric_ expects p to be in (0, 1), but got p=", p);
  const double log_failure = std::log(1.0 - p);
  const Lock lock(gen.mutex());
  fill_from_unit_doubles(data, n, gen, [log_failure](double u) {
    const double trials = std::ceil(std::log(u) / log_failure);
    if constexpr (std::is_integral_v<T>) {
      // What does not fit wraps, as in PyTorch; u = 0 gives the lowest int64.
      return static_cast<T>(trials < 0x1p63 ? static_cast<int64_t>(trials)
                                            : std::numeric_limits<int64_t>::lowest());
    } else {
      return static_cast<T>(trials);
    }
  });
}

#define GRADTAPE_INSTANTIATE_FLOATING(T)                               \
  template void uniform(T*, int64_t, double, double, Generator);       \
  template void normal(T*, int64_t, double, double, Generator);        \
  template void normal_serial(T*, int64_t, double, double, Generator); \
  template void exponential(T*, int64_t, double, Generator);           \
  template void log_normal(T*, int64_t, double, double, Generator);    \
  template void cauchy(T*, int64_t, double, double, Generator);

#define GRADTAPE_INSTANTIATE_ANY(T)                              \
  template void bernoulli(T*, int64_t, double, Generator);       \
  template void bernoulli(T*, int64_t, const float*, Generator); \
  template void bernoulli(T*, int64_t, const double*, Generator);

#define GRADTAPE_INSTANTIATE_NUMBER(T) \
  GRADTAPE_INSTANTIATE_ANY(T)          \
  template void geometric(T*, int64_t, double, Generator);

GRADTAPE_INSTANTIATE_FLOATING(float)
GRADTAPE_INSTANTIATE_FLOATING(double)
GRADTAPE_INSTANTIATE_NUMBER(float)
GRADTAPE_INSTANTIATE_NUMBER(double)
GRADTAPE_INSTANTIATE_NUMBER(int64_t)
GRADTAPE_INSTANTIATE_NUMBER(int32_t)
GRADTAPE_INSTANTIATE_NUMBER(int16_t)
GRADTAPE_INSTANTIATE_NUMBER(int8_t)
GRADTAPE_INSTANTIATE_NUMBER(uint8_t)
GRADTAPE_INSTANTIATE_ANY(bool)

}  // namespace gradtape::kernels
