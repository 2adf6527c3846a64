#pragma once

#include <utility>

/// An option of an options struct: a setter that returns the struct, so that calls chain, a getter,
/// and the private member `name_`. What follows the macro is the default:
///
///     GRADTAPE_ARG(double, lr) = 1e-3;
#define GRADTAPE_ARG(T, name)                        \
 public:                                             \
  auto name(const T& new_##name)->decltype(*this) {  \
    this->name##_ = new_##name;                      \
    return *this;                                    \
  }                                                  \
  auto name(T&& new_##name)->decltype(*this) {       \
    this->name##_ = std::move(new_##name);           \
    return *this;                                    \
  }                                                  \
  const T& name() const noexcept { return name##_; } \
  T& name() noexcept { return name##_; }             \
                                                     \
 private:                                            \
  T name##_ /* NOLINT */
