#pragma once

#include <memory>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "gradtape/core/error.h"
#include "gradtape/nn/detail.h"

namespace gradtape::nn {

/// A value of any copyable type, stored decayed.
class AnyValue {
 public:
  AnyValue(AnyValue&&) = default;
  AnyValue& operator=(AnyValue&&) = default;
  AnyValue(const AnyValue& other) : content_(other.content_->clone()) {}
  AnyValue& operator=(const AnyValue& other) {
    content_ = other.content_->clone();
    return *this;
  }
  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, AnyValue>) explicit AnyValue(T&& value)
      : content_(std::make_unique<Holder<std::decay_t<T>>>(std::forward<T>(value))) {}

  /// Null if the value is of another type.
  template <class T>
  T* try_get() {
    static_assert(!std::is_reference_v<T> && !std::is_array_v<T>,
                  "AnyValue stores decayed types: ask for T instead of T& and for T* instead of "
                  "T[]");
    if (typeid(T) == type_info()) return &static_cast<Holder<T>&>(*content_).value;
    return nullptr;
  }
  /// Throws: Error if the value is of another type.
  template <class T>
  T get() {
    if (T* value = try_get<T>()) return *value;
    gradtape::detail::fail("Attempted to cast AnyValue to ", detail::type_name(typeid(T)),
                           ", but its actual type is ", detail::type_name(type_info()));
  }
  const std::type_info& type_info() const noexcept { return content_->type; }

 private:
  struct Placeholder {
    explicit Placeholder(const std::type_info& type) noexcept : type(type) {}
    virtual ~Placeholder() = default;
    virtual std::unique_ptr<Placeholder> clone() const = 0;
    const std::type_info& type;
  };
  template <class T>
  struct Holder final : Placeholder {
    template <class U>
    explicit Holder(U&& value) : Placeholder(typeid(T)), value(std::forward<U>(value)) {}
    std::unique_ptr<Placeholder> clone() const override {
      return std::make_unique<Holder<T>>(value);
    }
    T value;
  };

  std::unique_ptr<Placeholder> content_;
};

}  // namespace gradtape::nn
