#pragma once

#include <cstdio>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace examples {

/// Writes text. A failure, such as a full disk, is kept until the end: what a program prints must
/// not cost what it computes.
void write(std::FILE* out, const std::string& text);

/// Writes to stdout as fmt::print does; fails as write.
template <class... Args>
void print(fmt::format_string<Args...> format, Args&&... args) {
  write(stdout, fmt::format(format, std::forward<Args>(args)...));
}

/// Throws: std::runtime_error if something printed was lost. The last thing that a program does.
void finish_output();

}  // namespace examples
