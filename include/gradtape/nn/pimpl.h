#pragma once

#include <memory>
#include <ostream>
#include <type_traits>
#include <utility>

#include "gradtape/core/error.h"
#include "gradtape/nn/detail.h"

namespace gradtape::nn {

/// A shared pointer to a module that is made like the module itself: Linear fc(3, 4) makes a
/// LinearImpl(3, 4), and copies of fc share it. = nullptr makes an empty one.
template <class Contained>
class ModuleHolder : detail::ModuleHolderIndicator {
 public:
  using ContainedType = Contained;

  /// Empty if Contained has no default constructor.
  ModuleHolder() : impl_(default_construct()) {}
  ModuleHolder(std::nullptr_t) {}
  template <class Head, class... Tail>
  requires(!(sizeof...(Tail) == 0 &&
             detail::is_module_holder_of<Head, Contained>())) explicit ModuleHolder(Head&& head,
                                                                                    Tail&&... tail)
      : impl_(new Contained(std::forward<Head>(head), std::forward<Tail>(tail)...)) {}
  ModuleHolder(std::shared_ptr<Contained> module) : impl_(std::move(module)) {}

  explicit operator bool() const noexcept { return !is_empty(); }
  bool is_empty() const noexcept { return impl_ == nullptr; }

  // Each throws Error if the holder is empty.
  Contained* operator->() { return get(); }
  const Contained* operator->() const { return get(); }
  Contained& operator*() { return *get(); }
  const Contained& operator*() const { return *get(); }
  const std::shared_ptr<Contained>& ptr() const {
    check();
    return impl_;
  }
  Contained* get() {
    check();
    return impl_.get();
  }
  const Contained* get() const {
    check();
    return impl_.get();
  }

  /// Calls forward.
  template <class... Args>
  decltype(auto) operator()(Args&&... args) {
    return get()->forward(std::forward<Args>(args)...);
  }
  template <class Index>
  decltype(auto) operator[](Index&& index) {
    return (*get())[std::forward<Index>(index)];
  }

 protected:
  std::shared_ptr<Contained> impl_;

 private:
  void check() const { GRADTAPE_CHECK(!is_empty(), "Accessing empty ModuleHolder"); }
  static std::shared_ptr<Contained> default_construct() {
    if constexpr (std::is_default_constructible_v<Contained>)
      return std::make_shared<Contained>();
    else
      return nullptr;
  }
};

template <class Contained>
std::ostream& operator<<(std::ostream& out, const ModuleHolder<Contained>& module) {
  return out << *module;
}

}  // namespace gradtape::nn

/// Defines class Name as the holder of class Impl.
#define GRADTAPE_MODULE_IMPL(Name, ImplType)                    \
  class Name : public ::gradtape::nn::ModuleHolder<ImplType> {  \
   public:                                                      \
    using ::gradtape::nn::ModuleHolder<ImplType>::ModuleHolder; \
    using Impl [[maybe_unused]] = ImplType;                     \
  }

/// Defines class Name as the holder of class NameImpl.
#define GRADTAPE_MODULE(Name) GRADTAPE_MODULE_IMPL(Name, Name##Impl)
