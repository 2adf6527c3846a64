#pragma once

#include <exception>
#include <locale>
#include <sstream>
#include <string>
#include <utility>

namespace gradtape {

/// The one exception type of the library. Its text follows one pattern:
///
///     <op>: <what must hold> (<numbers>); got <argument> [shape], ...
///
/// and it is thrown before anything has been changed.
class Error : public std::exception {
 public:
  explicit Error(std::string message) : message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }
  /// The same text; libtorch's spelling.
  const char* what_without_backtrace() const noexcept { return message_.c_str(); }

 private:
  std::string message_;
};

namespace detail {
// Writes numbers as the C language does, whatever std::locale::global says: what is made of it goes
// into files, keys and messages.
class TextStream : public std::ostringstream {
 public:
  TextStream() { imbue(std::locale::classic()); }
};
}  // namespace detail

/// Everything streamed into one string, in no locale: str("rows ", 3000) == "rows 3000".
template <class... Args>
std::string str(const Args&... args) {
  detail::TextStream stream;
  (stream << ... << args);
  return std::move(stream).str();
}

namespace detail {
// How a message shows a value; another overload beside its type says otherwise.
template <class T>
const T& in_message(const T& value) {
  return value;
}
// Out of line, so that a check costs one predicted branch where it stands.
template <class... Args>
[[noreturn, gnu::cold, gnu::noinline]] void fail(const Args&... args) {
  throw Error(str(in_message(args)...));
}
}  // namespace detail

}  // namespace gradtape

/// Throws gradtape::Error with the remaining arguments streamed together, unless the condition
/// holds.
#define GRADTAPE_CHECK(condition, ...)       \
  do {                                       \
    if (!(condition)) [[unlikely]]           \
      ::gradtape::detail::fail(__VA_ARGS__); \
  } while (false)
