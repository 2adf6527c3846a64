#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "gradtape/core/mt19937.h"

namespace gradtape {

/// The seed of a generator that was given none; PyTorch's.
inline constexpr uint64_t kDefaultRngSeed = 67280421310721;

/// A source of random numbers: PyTorch's CPU generator, number for number.
///
/// A generator is a handle; copies share one state, `clone()` does not. A default-constructed one
/// is undefined; `make_generator` makes a real one. Nothing here locks by itself: who draws from a
/// generator that other threads may use holds `mutex()` meanwhile, as every random op does.
class Generator {
 public:
  /// Undefined: only defined(), comparison and assignment make sense.
  Generator() = default;
  /// A new state, started from the seed.
  explicit Generator(uint64_t seed);

  bool defined() const { return state_ != nullptr; }
  bool operator==(const Generator& other) const { return state_ == other.state_; }

  /// Starts again from the seed and forgets cached normal samples. Only the low 32 bits of the
  /// seed reach the engine; current_seed() gives all 64 back.
  void set_current_seed(uint64_t seed);
  /// The seed that the state was started from.
  uint64_t current_seed() const { return state().engine.seed(); }
  /// Starts again from a seed that the operating system chooses, and returns it.
  uint64_t seed();

  /// The next 32 bits.
  uint32_t random() { return state().engine(); }
  /// The next 64 bits: two words, the first one is the upper half.
  uint64_t random64() {
    const uint64_t high = random();
    return (high << 32) | random();
  }

  /// The second value of the last pair of normal samples, until it is used.
  std::optional<float> next_float_normal_sample() const { return state().next_float_normal; }
  std::optional<double> next_double_normal_sample() const { return state().next_double_normal; }
  void set_next_float_normal_sample(std::optional<float> x) { state().next_float_normal = x; }
  void set_next_double_normal_sample(std::optional<double> x) { state().next_double_normal = x; }

  /// The engine itself, for drawing many words at once.
  Mt19937& engine() { return state().engine; }
  std::mutex& mutex() { return state().mutex; }

  /// A generator of its own that continues as this one would.
  Generator clone() const;

  /// Everything that the next numbers depend on, as the 5056 bytes of PyTorch's get_rng_state().
  std::vector<uint8_t> state_bytes() const;
  /// Continues from a saved state: 5056 bytes, or 5048 from older releases of PyTorch.
  ///
  /// Throws: Error if the size is another or the state is not one of an engine; nothing has changed
  /// then.
  void set_state_bytes(const std::vector<uint8_t>& bytes);

 private:
  struct State {
    explicit State(uint64_t seed) : engine(seed) {}

    Mt19937 engine;
    std::optional<float> next_float_normal;
    std::optional<double> next_double_normal;
    std::mutex mutex;
  };

  // Throws: Error if undefined.
  State& state() const {
    if (!state_) [[unlikely]]
      fail_undefined();
    return *state_;
  }
  [[noreturn]] static void fail_undefined();

  std::shared_ptr<State> state_;
};

/// A generator of its own.
Generator make_generator(uint64_t seed = kDefaultRngSeed);

/// The generator that ops use when they are given none. As in PyTorch, it starts from a seed that
/// differs from run to run: call manual_seed for numbers that repeat.
const Generator& default_generator();

/// Seeds the default generator.
void manual_seed(uint64_t seed);

}  // namespace gradtape
