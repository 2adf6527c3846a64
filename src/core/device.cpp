#include "gradtape/core/device.h"

#include "gradtape/core/error.h"

namespace gradtape {

Device::Device(DeviceType type, DeviceIndex index) {
  GRADTAPE_CHECK(type == kCPU && index <= 0, "Device: gradtape computes on the CPU; got ",
                 type == kCPU ? "cpu:" : "cuda:", static_cast<int>(index));
}

Device::Device(const std::string& text) {
  GRADTAPE_CHECK(text == "cpu" || text == "cpu:0", "Device: gradtape computes on the CPU; got \"",
                 text, "\"");
}

std::ostream& operator<<(std::ostream& out, Device device) { return out << device.str(); }

}  // namespace gradtape
