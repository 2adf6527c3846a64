#pragma once

#include <optional>

#include "gradtape/core/device.h"
#include "gradtape/core/dtype.h"

namespace gradtape {

/// How a factory makes its tensor; built by chaining: dtype(kDouble).requires_grad(true).
class TensorOptions {
 public:
  TensorOptions() = default;
  TensorOptions(ScalarType dtype) : dtype_(dtype) {}
  TensorOptions(Device) {}
  TensorOptions(DeviceType type) : TensorOptions(Device(type)) {}
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
    result.requires_grad_ = requires_grad.value_or(false);
    return result;
  }
  [[nodiscard]] TensorOptions device(Device) const { return *this; }
  [[nodiscard]] TensorOptions device(DeviceType type, DeviceIndex index = -1) const {
    return device(Device(type, index));
  }
  [[nodiscard]] TensorOptions layout(Layout) const { return *this; }

  ScalarType dtype() const { return dtype_ ? *dtype_ : get_default_dtype(); }
  bool has_dtype() const { return dtype_.has_value(); }
  std::optional<ScalarType> dtype_opt() const { return dtype_; }
  bool requires_grad() const { return requires_grad_; }
  Device device() const { return Device(kCPU); }
  Layout layout() const { return kStrided; }

 private:
  std::optional<ScalarType> dtype_;
  bool requires_grad_ = false;
};

inline TensorOptions dtype(ScalarType dtype) { return TensorOptions(dtype); }
inline TensorOptions requires_grad(bool requires_grad = true) {
  return TensorOptions().requires_grad(requires_grad);
}
inline TensorOptions device(Device device) { return TensorOptions(device); }
inline TensorOptions device(DeviceType type) { return TensorOptions(type); }
inline TensorOptions layout(Layout layout) { return TensorOptions(layout); }

}  // namespace gradtape
