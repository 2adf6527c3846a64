#pragma once

#include <string>

#include <torch/namespaces.h>

namespace c10::guts {

/// The value as text; of a parameter's unsafeGetTensorImpl(), the key of its optimizer's state.
template <class T>
std::string to_string(T value) {
  return ::gradtape::str(value);
}

}  // namespace c10::guts
