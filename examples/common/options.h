#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

// What the options of a command line may be. Each check names its range.
namespace examples {

inline CLI::Range count_up_to(int64_t most) { return {int64_t{1}, most}; }

inline const CLI::Range kSeed{int64_t{0}, std::numeric_limits<int64_t>::max() / 2};

/// A number in (0, most]. CLI::Range takes NaN for one of any range.
inline CLI::Validator positive_up_to(double most) {
  const std::string range = fmt::format("number above 0, at most {}", most);
  return CLI::Validator(
      [=](const std::string& text) {
        double value = 0;
        const char* end = text.data() + text.size();
        const auto [last, error] = std::from_chars(text.data(), end, value);
        const bool good = error == std::errc() && last == end && value > 0 && value <= most;
        return good ? std::string() : fmt::format("{} is not a {}", text, range);
      },
      range);
}

}  // namespace examples
