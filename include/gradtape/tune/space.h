#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "gradtape/core/error.h"

/// Hyper-parameter search: see Study.
namespace gradtape::tune {

/// The value of a hyper-parameter: a real number, an integer, true or false, or a word. It converts
/// to what it is used as: `const double lr = trial["lr"];`.
class Value {
 public:
  Value(std::floating_point auto x) : value_(static_cast<double>(x)) {}
  template <std::integral T>
  Value(T x) {
    if constexpr (std::same_as<T, bool>)
      value_ = x;
    else
      value_ = static_cast<int64_t>(x);
  }
  Value(const char* text) : value_(std::string(text)) {}
  Value(std::string text) : value_(std::move(text)) {}

  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_integer() const { return std::holds_alternative<int64_t>(value_); }
  bool is_real() const { return std::holds_alternative<double>(value_); }
  bool is_text() const { return std::holds_alternative<std::string>(value_); }

  /// Throws: Error if it is no number (an integer, for to_int).
  double to_double() const;
  int64_t to_int() const;
  /// Throws: Error if it is neither true nor false.
  bool to_bool() const;
  /// As it is printed; a real number with as many digits as bring it back.
  std::string to_string() const;

  template <class T>
  requires std::is_arithmetic_v<T>
  operator T() const {
    if constexpr (std::same_as<T, bool>)
      return to_bool();
    else if constexpr (std::integral<T>)
      return static_cast<T>(to_int());
    else
      return static_cast<T>(to_double());
  }
  operator std::string() const { return to_string(); }

  bool operator==(const Value& other) const = default;
  template <class T>
  requires(!std::same_as<T, Value> && std::convertible_to<const T&, Value>) bool operator==(
      const T& other) const {
    return *this == Value(other);
  }

 private:
  std::variant<double, int64_t, bool, std::string> value_;
};

/// The values of one point of a space, by their names, in the order of the space.
class Parameters {
 public:
  void add(std::string name, Value value) {
    items_.emplace_back(std::move(name), std::move(value));
  }
  /// Throws: Error that lists the known names if there is none of this name.
  const Value& operator[](std::string_view name) const;
  bool contains(std::string_view name) const;
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  size_t size() const { return items_.size(); }
  bool operator==(const Parameters&) const = default;

 private:
  std::vector<std::pair<std::string, Value>> items_;
};

/// One axis of a space.
struct Dimension {
  enum class Kind { kUniform, kLogUniform, kInteger, kChoice };

  std::string name;
  Kind kind;
  /// The ends of the range; of a choice, 0.
  double lower = 0, upper = 0;
  /// Of a choice.
  std::vector<Value> choices{};
};

/// What is searched: named ranges and choices.
///
///     Space space;
///     space.log_uniform("lr", 1e-4, 1).uniform("momentum", 0, 0.99).choice("batch", {16, 64});
///
/// Each throws: Error if the name is empty or already taken, lower is not below upper, or an end is
/// not finite.
class Space {
 public:
  /// A real number, each as likely.
  Space& uniform(std::string name, double lower, double upper);
  /// A real number whose logarithm is uniform: each decade as likely. Throws also unless lower > 0.
  Space& log_uniform(std::string name, double lower, double upper);
  /// An integer of lower, ..., upper.
  Space& integer(std::string name, int64_t lower, int64_t upper);
  /// One of the values. Throws also if there are none, or one stands there twice.
  Space& choice(std::string name, std::vector<Value> values);

  const std::vector<Dimension>& dimensions() const { return dimensions_; }

  /// The random point of this number. It depends on the seed, the number and, axis by axis, on its
  /// name; on nothing else.
  ///
  /// Source: Bergstra & Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13, 2012;
  ///         the bits are those of Steele, Lea & Flood, "Fast Splittable Pseudorandom Number
  ///         Generators", OOPSLA 2014, with the number as counter.
  Parameters sample(uint64_t seed, int64_t number) const;

  /// How many points a grid has: of a range `points`, ends included (an integer's at most as many
  /// as there are), of a choice all. Throws: Error if that is more than a million, or points < 1.
  int64_t grid_size(int64_t points) const;
  /// The grid's point of this number; the last axis moves first. One point is the middle.
  Parameters grid(int64_t points, int64_t number) const;

 private:
  Space& add(Dimension dimension);

  std::vector<Dimension> dimensions_;
};

}  // namespace gradtape::tune
