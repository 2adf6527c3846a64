#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "gradtape/core/device.h"
#include "gradtape/core/dtype.h"

namespace gradtape {

/// How a factory makes its tensor; built by chaining: dtype(kDouble).requires_grad(true).
class TensorOptions {
 public:
  TensorOptions() = default;
  TensorOptions(ScalarType dtype) : dtype_(dtype) {}
  TensorOptions(TypeMeta dtype) : dtype_(dtype) {}
  /// Of a device, or what one is made from: TensorOptions("cpu"), TensorOptions({kCPU, 0}).
  template <class... Args>
  requires std::is_constructible_v<Device, Args&&...> TensorOptions(Args&&... args) {
    static_cast<void>(Device(std::forward<Args>(args)...));
  }
  TensorOptions(Layout) {}
  /// A new tensor is contiguous, whatever the format.
  TensorOptions(MemoryFormat) {}

  [[nodiscard]] TensorOptions dtype(std::optional<ScalarType> dtype) const {
    TensorOptions result = *this;
    result.dtype_ = dtype;
    return result;
  }
  [[nodiscard]] TensorOptions requires_grad(std::optional<bool> requires_grad) const {
    TensorOptions result = *this;
    result.requires_grad_ = requires_grad;
    return result;
  }
  template <class... Args>
  requires std::is_constructible_v<Device, Args&&...>
  [[nodiscard]] TensorOptions device(Args&&... args) const {
    static_cast<void>(Device(std::forward<Args>(args)...));
    return *this;
  }
  [[nodiscard]] TensorOptions layout(Layout) const { return *this; }

  TypeMeta dtype() const { return dtype_ ? TypeMeta(*dtype_) : get_default_dtype(); }
  bool has_dtype() const { return dtype_.has_value(); }
  std::optional<ScalarType> dtype_opt() const { return dtype_; }
  bool requires_grad() const { return requires_grad_.value_or(false); }
  bool has_requires_grad() const { return requires_grad_.has_value(); }
  std::optional<bool> requires_grad_opt() const { return requires_grad_; }
  Device device() const { return Device(kCPU); }
  Layout layout() const { return kStrided; }

 private:
  std::optional<ScalarType> dtype_;
  std::optional<bool> requires_grad_;
};

inline TensorOptions dtype(ScalarType dtype) { return TensorOptions(dtype); }
inline TensorOptions requires_grad(bool requires_grad = true) {
  return TensorOptions().requires_grad(requires_grad);
}
inline TensorOptions device(Device device) { return TensorOptions(device); }
inline TensorOptions device(DeviceType type) { return TensorOptions(type); }
inline TensorOptions layout(Layout layout) { return TensorOptions(layout); }

}  // namespace gradtape
