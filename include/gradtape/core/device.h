#pragma once

#include <cstdint>
#include <ostream>
#include <string>

namespace gradtape {

/// Where a tensor lives. gradtape computes on the CPU; kCUDA exists so that programs can name it,
/// and asking for it is an error.
enum class DeviceType : int8_t { CPU, CUDA };
using DeviceIndex = int8_t;

inline constexpr DeviceType kCPU = DeviceType::CPU;
inline constexpr DeviceType kCUDA = DeviceType::CUDA;

class Device {
 public:
  /// Throws: Error for any type but kCPU.
  Device(DeviceType type, DeviceIndex index = -1);
  /// Throws: Error for any text but "cpu" and "cpu:0".
  Device(const std::string& text);

  DeviceType type() const { return kCPU; }
  DeviceIndex index() const { return -1; }
  bool has_index() const { return false; }
  bool is_cpu() const { return true; }
  bool is_cuda() const { return false; }
  std::string str() const { return "cpu"; }

  friend bool operator==(Device, Device) { return true; }
};

std::ostream& operator<<(std::ostream& out, Device device);

enum class Layout : int8_t { Strided };
inline constexpr Layout kStrided = Layout::Strided;

enum class MemoryFormat : int8_t { Contiguous, Preserve };

namespace cuda {
/// False: gradtape computes on the CPU.
inline bool is_available() { return false; }
inline int64_t device_count() { return 0; }
/// Nothing to seed.
inline void manual_seed(uint64_t) {}
inline void manual_seed_all(uint64_t) {}
}  // namespace cuda

}  // namespace gradtape
