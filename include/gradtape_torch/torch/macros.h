#pragma once

// The macros that programs written for PyTorch's C++ frontend use.

#include "gradtape/core/arg.h"
#include "gradtape/core/error.h"

namespace c10::detail {
template <class... Args>
[[noreturn, gnu::cold, gnu::noinline]] void check_failed(const char* condition,
                                                         const Args&... message) {
  if constexpr (sizeof...(Args) == 0) {
    ::gradtape::detail::fail("Expected ", condition, " to be true, but got false.");
  } else {
    throw ::gradtape::Error(::gradtape::str(message...));
  }
}
}  // namespace c10::detail

/// What libtorch exports from its shared library, and programs repeat before friends.
#define TORCH_API

/// Throws c10::Error with the remaining arguments streamed together, unless the condition holds.
#define TORCH_CHECK(condition, ...)                                       \
  do {                                                                    \
    if (!(condition)) [[unlikely]]                                        \
      ::c10::detail::check_failed(#condition __VA_OPT__(, ) __VA_ARGS__); \
  } while (false)

/// TORCH_CHECK for what can only be a mistake in the program itself.
#define TORCH_INTERNAL_ASSERT(condition, ...)                                               \
  TORCH_CHECK(condition, #condition " INTERNAL ASSERT FAILED at ", __FILE__, ":", __LINE__, \
              ". " __VA_OPT__(, ) __VA_ARGS__)
#define AT_ASSERT(condition, ...) TORCH_INTERNAL_ASSERT(condition __VA_OPT__(, ) __VA_ARGS__)
#define AT_ASSERTM(condition, ...) TORCH_CHECK(condition __VA_OPT__(, ) __VA_ARGS__)
#define AT_ERROR(...) ::gradtape::detail::fail(__VA_ARGS__)

/// Defines `Name` as the holder of module `NameImpl`.
#define TORCH_MODULE(Name) GRADTAPE_MODULE(Name)

/// In a module whose forward has default arguments, so that AnyModule and Sequential know them:
/// {1, AnyValue(2.0)}, ... gives position and value of each.
#define FORWARD_HAS_DEFAULT_ARGS(...) GRADTAPE_FORWARD_HAS_DEFAULT_ARGS(__VA_ARGS__)

/// An option of an options struct: a builder-style setter, a getter and the member `name_`.
#define TORCH_ARG(T, name) GRADTAPE_ARG(T, name)
