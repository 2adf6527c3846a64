#pragma once

#include <string>
#include <type_traits>
#include <typeinfo>

namespace gradtape::nn {

class Module;

namespace detail {

struct ModuleHolderIndicator {};

template <class T>
inline constexpr bool is_module_holder =
    std::is_base_of_v<ModuleHolderIndicator, std::remove_cvref_t<T>>;

template <class T>
inline constexpr bool is_module = std::is_base_of_v<Module, std::remove_cvref_t<T>>;

// T is a holder of a Contained.
template <class T, class Contained>
constexpr bool is_module_holder_of() {
  if constexpr (is_module_holder<T>)
    return std::is_same_v<typename std::remove_cvref_t<T>::ContainedType, Contained>;
  else
    return false;
}

// A member function forward that is no template: its argument types can be told.
template <class T, class = void>
inline constexpr bool has_forward = false;
template <class T>
inline constexpr bool has_forward<T, std::void_t<decltype(&T::forward)>> = true;

// A type's name as PyTorch's users know it: gradtape's own types as torch's.
std::string type_name(const std::type_info& type);

}  // namespace detail
}  // namespace gradtape::nn
