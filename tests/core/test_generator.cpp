#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "gradtape/core/error.h"
#include "gradtape/core/generator.h"

using namespace gradtape;

TEST_CASE("mt19937 gives the published numbers") {
  // The 10000th number of std::mt19937, fixed by the C++ standard [rand.predef].
  Mt19937 engine(5489);
  uint32_t word = 0;
  for (int i = 0; i < 10000; ++i) word = engine();
  CHECK(word == 4123659995u);
}

TEST_CASE("mt19937 fills with the words that single calls give") {
  Mt19937 single(7), bulk(7);
  std::vector<uint32_t> words(2000);
  for (const int n : {1, 622, 1, 1, 624, 3, 1300, 0, 5}) {
    bulk.fill(words.data(), n);
    for (int i = 0; i < n; ++i) REQUIRE(words[static_cast<size_t>(i)] == single());
    CHECK(bulk.data().left == single.data().left);
    CHECK(bulk.data().next == single.data().next);
    CHECK(bulk() == single());
  }
}

TEST_CASE("a generator's copies share its state, its clone does not") {
  Generator gen = make_generator(1);
  Generator same = gen;
  CHECK(same == gen);
  CHECK(gen.random() == 1791095845u);  // the first two words of seed 1, by NumPy's RandomState(1)
  CHECK(same.random() == 4282876139u);

  gen.set_next_double_normal_sample(0.5);
  Generator clone = gen.clone();
  CHECK(clone != gen);
  CHECK(clone.current_seed() == 1);
  CHECK(clone.next_double_normal_sample() == 0.5);
  CHECK(clone.random() == gen.random());
  clone.random();
  CHECK(clone.state_bytes() != gen.state_bytes());
}

TEST_CASE("two generators are independent") {
  Generator a = make_generator(5), b = make_generator(5);
  for (int i = 0; i < 1000; ++i) a.random();
  CHECK(b.state_bytes() == make_generator(5).state_bytes());
}

TEST_CASE("64 random bits are two words, the upper half first") {
  Generator gen = make_generator(1);
  CHECK(gen.random64() == ((uint64_t{1791095845} << 32) | 4282876139u));
}

TEST_CASE("a seed restarts a generator and forgets cached samples") {
  Generator gen;
  CHECK_FALSE(gen.defined());
  CHECK_THROWS_AS(gen.random(), Error);

  gen = make_generator();
  CHECK(gen.current_seed() == 67280421310721u);
  gen.set_next_float_normal_sample(1.0f);
  gen.set_next_double_normal_sample(1.0);
  gen.set_current_seed(uint64_t{1} << 40 | 1);
  CHECK(gen.current_seed() == (uint64_t{1} << 40 | 1));
  CHECK_FALSE(gen.next_float_normal_sample().has_value());
  CHECK_FALSE(gen.next_double_normal_sample().has_value());
  CHECK(gen.random() == 1791095845u);  // only the low 32 bits count

  const uint64_t chosen = gen.seed();
  CHECK(chosen == gen.current_seed());
  CHECK(gen.seed() != chosen);
}

TEST_CASE("manual_seed seeds the default generator") {
  manual_seed(1);
  Generator gen = default_generator();
  CHECK(gen == default_generator());
  CHECK(gen.current_seed() == 1);
  CHECK(gen.random() == 1791095845u);
}

TEST_CASE("a saved state restores position and cached samples") {
  Generator gen = make_generator(9);
  for (int i = 0; i < 700; ++i) gen.random();
  gen.set_next_float_normal_sample(0.25f);
  gen.set_next_double_normal_sample(-1.5);
  const std::vector<uint8_t> saved = gen.state_bytes();
  CHECK(saved.size() == 5056);
  std::vector<uint32_t> words(1500);
  for (uint32_t& word : words) word = gen.random();

  Generator other = make_generator(1);
  other.set_state_bytes(saved);
  CHECK(other.current_seed() == 9);
  CHECK(other.next_float_normal_sample() == 0.25f);
  CHECK(other.next_double_normal_sample() == -1.5);
  CHECK(other.state_bytes() == saved);
  for (const uint32_t word : words) REQUIRE(other.random() == word);
}

TEST_CASE("the older state of 5048 bytes gives its cached sample in polar form") {
  std::vector<uint8_t> bytes = make_generator(1).state_bytes();
  bytes.resize(5048);
  const double quarter_turn = 0.25, radius = 2;
  const int32_t valid = 1;
  std::memcpy(&bytes[5016], &quarter_turn, 8);
  std::memcpy(&bytes[5032], &radius, 8);
  std::memcpy(&bytes[5040], &valid, 4);
  Generator gen = make_generator(2);
  gen.set_state_bytes(bytes);
  CHECK(gen.next_double_normal_sample().value() == doctest::Approx(2));  // 2 sin(pi / 2)
  CHECK(gen.random() == 1791095845u);
}

TEST_CASE("a wrong state is refused and changes nothing") {
  Generator gen = make_generator(4);
  const std::vector<uint8_t> before = gen.state_bytes();

  std::string message;
  try {
    gen.set_state_bytes(std::vector<uint8_t>(56));
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message.find("5056") != std::string::npos);
  CHECK(message.find("got 56 bytes") != std::string::npos);
  CHECK_THROWS_AS(gen.set_state_bytes(std::vector<uint8_t>(5056)), Error);  // never seeded

  const auto refuses = [&](int32_t left, uint64_t next) {
    std::vector<uint8_t> bytes = before;
    std::memcpy(&bytes[8], &left, 4);
    std::memcpy(&bytes[16], &next, 8);
    CHECK_THROWS_AS(gen.set_state_bytes(bytes), Error);
  };
  refuses(0, 0);
  refuses(-5, 0);
  refuses(625, 0);
  refuses(1, 625);
  refuses(624, 2);  // would read past the state
  refuses(1, uint64_t{1} << 32);
  CHECK(gen.state_bytes() == before);
}

TEST_CASE("threads may share a generator while they hold its mutex") {
  Generator gen = make_generator(6);
  const auto draw = [gen]() mutable {
    for (int i = 0; i < 1000; ++i) {
      const std::lock_guard<std::mutex> lock(gen.mutex());
      gen.random();
    }
  };
  std::thread first(draw), second(draw);
  first.join();
  second.join();
  Generator expected = make_generator(6);
  for (int i = 0; i < 2000; ++i) expected.random();
  CHECK(gen.state_bytes() == expected.state_bytes());
}
