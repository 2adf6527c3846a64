#pragma once

#include "kernels/base/array.h"

namespace gradtape::kernels {

// A tensor's places in the memory it views.
struct MemoryWindow {
  DimVector sizes, strides;
  int64_t offset;

  // One past the last element, 0 if there is none.
  int64_t end() const;
  // Whether no two elements share memory; may say false where they do not.
  bool is_injective() const;
};

// What lies at `to` in a memory of zeros to which source, of window `from`, has been added place by
// place; where several elements of `shared` lie at one place each gets an equal part.
TensorBase move_through_memory(const TensorBase& source, const MemoryWindow& from,
                               const MemoryWindow& to, const MemoryWindow& shared);

}  // namespace gradtape::kernels
