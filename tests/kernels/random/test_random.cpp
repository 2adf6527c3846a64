#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "error_of.h"
#include "golden.h"
#include "kernels/random/random.h"

#include "gradtape/core/error.h"
#include "gradtape/core/generator.h"

using namespace gradtape;
using nlohmann::json;

namespace {

// Numbers of PyTorch, recorded by tests/golden/random_numbers.py.
const json& recorded() {
  static const json data = golden::load("random_numbers.json");
  return data;
}

template <class T>
struct Buffer {  // std::vector<bool> has no data()
  explicit Buffer(int64_t size) : n(size), data(new T[static_cast<size_t>(size)]()) {}
  int64_t n;
  std::unique_ptr<T[]> data;
};

template <class T>
uint64_t bits_of(T value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}

// Sum of (i + 1) numbers[i] modulo 2^64, as the script computes it.
template <class T>
uint64_t checksum(const T* numbers, int64_t n) {
  uint64_t sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += static_cast<uint64_t>(i + 1) * bits_of(numbers[i]);
  return sum;
}

template <class T>
void fill(const json& draw, Buffer<T>& out, Generator gen) {
  const std::string op = draw["op"];
  T* data = out.data.get();
  if constexpr (std::is_floating_point_v<T>) {
    if (op == "uniform") return kernels::uniform(data, out.n, draw["from"], draw["to"], gen);
    if (op == "normal") return kernels::normal(data, out.n, draw["mean"], draw["std"], gen);
    if (op == "normal_serial") {
      return kernels::normal_serial(data, out.n, draw["mean"], draw["std"], gen);
    }
    if (op == "exponential") return kernels::exponential(data, out.n, draw["lambda"], gen);
    if (op == "log_normal") {
      return kernels::log_normal(data, out.n, draw["mean"], draw["std"], gen);
    }
    if (op == "cauchy") return kernels::cauchy(data, out.n, draw["median"], draw["sigma"], gen);
  }
  if constexpr (!std::is_same_v<T, bool>) {
    if (op == "randperm") return kernels::randperm(data, out.n, gen);
    if (op == "geometric") return kernels::geometric(data, out.n, draw["p"].get<double>(), gen);
  }
  if (op == "random_from_to") {
    return kernels::random_from_to(data, out.n, draw["from"], draw["to"], gen);
  }
  if (op == "random_from") return kernels::random_from(data, out.n, draw["from"], gen);
  if (op == "random") return kernels::random(data, out.n, gen);
  if (op == "bernoulli") return kernels::bernoulli(data, out.n, draw["p"].get<double>(), gen);
  REQUIRE(op == "bernoulli_tensor");
  std::vector<double> p(static_cast<size_t>(out.n));
  for (size_t i = 0; i < p.size(); ++i) p[i] = static_cast<double>(i % 65) / 64;
  if (draw["p_dtype"] == "double") return kernels::bernoulli(data, out.n, p.data(), gen);
  const std::vector<float> p_float(p.begin(), p.end());
  kernels::bernoulli(data, out.n, p_float.data(), gen);
}

bool near(double got, double want) { return std::abs(got - want) <= 1e-6 * (1 + std::abs(want)); }

template <class T>
void check_draw(const json& draw, Generator gen) {
  Buffer<T> out(draw["n"]);
  fill(draw, out, gen);
  CAPTURE(draw["op"]);
  if (draw.contains("checksum")) {
    const std::vector<uint64_t> first = draw["bits"];
    for (size_t i = 0; i < first.size(); ++i) CHECK(bits_of(out.data[i]) == first[i]);
    CHECK(checksum(out.data.get(), out.n) == draw["checksum"].get<uint64_t>());
    return;
  }
  const std::vector<double> values = draw["values"];
  const std::vector<double> tail = draw["tail"];
  const size_t step = draw["step"];
  bool equal = true;
  for (size_t i = 0; i < values.size(); ++i) {
    equal &= near(static_cast<double>(out.data[i * step]), values[i]);
  }
  const size_t begin = static_cast<size_t>(out.n) - tail.size();
  for (size_t i = 0; i < tail.size(); ++i) {
    equal &= near(static_cast<double>(out.data[begin + i]), tail[i]);
  }
  CHECK(equal);
}

void check_draw_of_any(const json& draw, Generator gen) {
  const std::string dtype = draw["dtype"];
  if (dtype == "float") return check_draw<float>(draw, gen);
  if (dtype == "double") return check_draw<double>(draw, gen);
  if (dtype == "int64") return check_draw<int64_t>(draw, gen);
  if (dtype == "int32") return check_draw<int32_t>(draw, gen);
  if (dtype == "int16") return check_draw<int16_t>(draw, gen);
  if (dtype == "int8") return check_draw<int8_t>(draw, gen);
  if (dtype == "uint8") return check_draw<uint8_t>(draw, gen);
  REQUIRE(dtype == "bool");
  check_draw<bool>(draw, gen);
}

uint64_t state_checksum(const Generator& gen) {
  std::vector<uint8_t> bytes = gen.state_bytes();
  for (size_t i = 5024; i < 5032; ++i) bytes[i] = 0;  // the cached sample, as in the script
  return checksum(bytes.data(), static_cast<int64_t>(bytes.size()));
}

// Runs the recorded programs whose first op is one of the given.
int check_programs(const std::vector<std::string>& ops, bool interleaved = false) {
  int count = 0;
  for (const json& program : recorded()["programs"]) {
    const std::string name = program["name"];
    const std::string op = program["draws"][0]["op"];
    if ((name.rfind("interleaved", 0) == 0) != interleaved) continue;
    if (std::find(ops.begin(), ops.end(), op) == ops.end()) continue;
    CAPTURE(name);
    Generator gen = make_generator(program["seed"].get<uint64_t>());
    for (const json& draw : program["draws"]) check_draw_of_any(draw, gen);
    // As many words used as PyTorch uses, and the cached sample there or not.
    CHECK(state_checksum(gen) == program["state_checksum"].get<uint64_t>());
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("uniform equals PyTorch bit for bit") { CHECK(check_programs({"uniform"}) > 20); }

TEST_CASE("normal equals PyTorch, in blocks and below 16 elements") {
  CHECK(check_programs({"normal"}) > 20);
}

TEST_CASE("normal_serial equals PyTorch's fill of a tensor that is not contiguous") {
  CHECK(check_programs({"normal_serial"}) == 6);
}

TEST_CASE("random integers equal PyTorch bit for bit in every dtype") {
  CHECK(check_programs({"random_from_to", "random_from", "random"}) > 30);
}

TEST_CASE("randperm equals PyTorch") { CHECK(check_programs({"randperm"}) == 11); }

TEST_CASE("bernoulli equals PyTorch bit for bit, by a number and by an array") {
  CHECK(check_programs({"bernoulli", "bernoulli_tensor"}) == 16);
}

TEST_CASE("exponential, log_normal, cauchy and geometric equal PyTorch") {
  CHECK(check_programs({"exponential", "geometric"}) == 9);
}

TEST_CASE("different draws from one seed follow each other as in PyTorch") {
  CHECK(check_programs({"normal"}, /*interleaved=*/true) == 5);
}

TEST_CASE("a fill of nothing draws nothing") {
  Generator gen = make_generator(3);
  const auto before = gen.state_bytes();
  double nothing = 0;
  kernels::uniform(&nothing, 0, 0, 1, gen);
  kernels::normal(&nothing, 0, 0, 1, gen);
  kernels::randperm(&nothing, 0, gen);
  CHECK(gen.state_bytes() == before);
}

TEST_CASE("a bad argument of a fill is refused before anything is drawn") {
  Generator gen = make_generator(3);
  const auto before = gen.state_bytes();
  float x[4] = {5, 5, 5, 5};
  int8_t small[4] = {};
  const float p[4] = {0, 0.5f, 1.5f, 1};

  CHECK(testing::error_of([&] { kernels::uniform(x, 4, 2, 1, gen); }).find("from=2 > to=1") !=
        std::string::npos);
  CHECK_THROWS_AS(kernels::uniform(x, 4, -3e38, 3e38, gen), Error);
  CHECK_THROWS_AS(kernels::uniform(x, 4, 0, NAN, gen), Error);
  CHECK(testing::error_of([&] {
          kernels::normal(x, 4, 0, -1, gen);
        }).find("std >= 0.0, but found std -1") != std::string::npos);
  CHECK_THROWS_AS(kernels::normal(x, 4, 0, NAN, gen), Error);
  CHECK(testing::error_of([&] { kernels::bernoulli(x, 4, 1.5, gen); }).find("p=1.5") !=
        std::string::npos);
  CHECK(testing::error_of([&] { kernels::bernoulli(x, 4, p, gen); }).find("p[2] = 1.5") !=
        std::string::npos);
  CHECK(testing::error_of([&] {
          kernels::random_from_to(x, 4, 5, 5, gen);
        }).find("from=5 >= to=5") != std::string::npos);
  CHECK(testing::error_of([&] {
          kernels::random_from_to(small, 4, 0, 500, gen);
        }).find("to - 1 is out of bounds for the dtype [-128, 127]") != std::string::npos);
  CHECK_THROWS_AS(kernels::random_from(small, 4, -200, gen), Error);
  CHECK_THROWS_AS(kernels::random_from(small, 4, INT64_MIN, gen), Error);
  CHECK_THROWS_AS(kernels::random_from(x, 4, 1 << 24, gen), Error);
  CHECK_THROWS_AS(kernels::randperm(x, -1, gen), Error);
  CHECK_THROWS_AS(kernels::randperm(small, 1000, gen), Error);
  CHECK_THROWS_AS(kernels::exponential(x, 4, -1, gen), Error);
  CHECK_THROWS_AS(kernels::log_normal(x, 4, 0, 0, gen), Error);
  CHECK_THROWS_AS(kernels::geometric(x, 4, 1, gen), Error);

  CHECK(gen.state_bytes() == before);
  CHECK(x[0] == 5);
}
