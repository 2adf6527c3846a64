#include "gradtape/core/generator.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <numbers>
#include <random>

#include "gradtape/core/error.h"

namespace gradtape {

namespace {

// The bytes of PyTorch's saved state (CPUGeneratorImplState): an older layout with 64 bits per
// engine word, followed by the cached float.
struct LegacyState {
  uint64_t seed;
  int32_t left;
  int32_t seeded;
  uint64_t next;
  uint64_t state[Mt19937::kStateSize];
  double normal_x;
  double normal_y;
  double normal_rho;
  int32_t normal_is_valid;
  int32_t padding;
};

struct SavedState {
  LegacyState legacy;
  float next_float_normal;
  uint8_t next_float_normal_is_valid;
  uint8_t padding[3];
};

static_assert(sizeof(LegacyState) == 5048 && sizeof(SavedState) == 5056);

uint64_t nondeterministic_seed() {
  std::random_device device;
  const uint64_t high = device();
  return (high << 32) | device();
}

}  // namespace

Generator::Generator(uint64_t seed) : state_(std::make_shared<State>(seed)) {}

void Generator::fail_undefined() {
  detail::fail("generator: must be defined (make_generator makes one); got an undefined Generator");
}

void Generator::set_current_seed(uint64_t seed) {
  State& s = state();
  s.engine = Mt19937(seed);
  s.next_float_normal.reset();
  s.next_double_normal.reset();
}

uint64_t Generator::seed() {
  const uint64_t seed = nondeterministic_seed();
  set_current_seed(seed);
  return seed;
}

Generator Generator::clone() const {
  const State& from = state();
  Generator copy(from.engine.seed());
  copy.state_->engine = from.engine;
  copy.state_->next_float_normal = from.next_float_normal;
  copy.state_->next_double_normal = from.next_double_normal;
  return copy;
}

std::vector<uint8_t> Generator::state_bytes() const {
  const State& s = state();
  const Mt19937::Data& data = s.engine.data();
  SavedState saved{};
  saved.legacy.seed = data.seed;
  saved.legacy.left = data.left;
  saved.legacy.seeded = data.seeded;
  saved.legacy.next = data.next;
  std::copy(data.state.begin(), data.state.end(), saved.legacy.state);
  saved.legacy.normal_is_valid = s.next_double_normal.has_value();
  saved.legacy.normal_y = s.next_double_normal.value_or(0.0);
  saved.next_float_normal_is_valid = s.next_float_normal.has_value();
  saved.next_float_normal = s.next_float_normal.value_or(0.0f);

  std::vector<uint8_t> bytes(sizeof saved);
  std::memcpy(bytes.data(), &saved, sizeof saved);
  return bytes;
}

void Generator::set_state_bytes(const std::vector<uint8_t>& bytes) {
  State& s = state();
  const bool is_legacy = bytes.size() == sizeof(LegacyState);
  GRADTAPE_CHECK(is_legacy || bytes.size() == sizeof(SavedState), "set_state: RNG state must have ",
                 sizeof(SavedState), " bytes, or ", sizeof(LegacyState), " from older PyTorch",
                 "; got ", bytes.size(), " bytes");
  SavedState saved{};
  std::memcpy(&saved, bytes.data(), bytes.size());
  const LegacyState& legacy = saved.legacy;

  // A next beyond 32 bits would pass for a valid one after narrowing.
  Mt19937::Data data;
  data.seed = legacy.seed;
  data.left = legacy.left;
  data.seeded = legacy.seeded != 0;
  data.next = static_cast<uint32_t>(std::min<uint64_t>(legacy.next, UINT32_MAX));
  std::transform(std::begin(legacy.state), std::end(legacy.state), data.state.begin(),
                 [](uint64_t word) { return static_cast<uint32_t>(word); });
  s.engine.set_data(data);

  s.next_float_normal.reset();
  s.next_double_normal.reset();
  if (saved.next_float_normal_is_valid != 0) s.next_float_normal = saved.next_float_normal;
  if (legacy.normal_is_valid != 0) {
    // The older layout keeps the polar form of the sample instead of the sample.
    s.next_double_normal =
        is_legacy ? legacy.normal_rho * std::sin(2.0 * std::numbers::pi * legacy.normal_x)
                  : legacy.normal_y;
  }
}

Generator make_generator(uint64_t seed) { return Generator(seed); }

const Generator& default_generator() {
  // Never destroyed: threads and static objects may still draw while the program ends.
  static const Generator* const generator = new Generator(nondeterministic_seed());
  return *generator;
}

void manual_seed(uint64_t seed) {
  Generator generator = default_generator();
  const std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_current_seed(seed);
}

}  // namespace gradtape
