#pragma once

#include "gradtape/ops/tensor.h"

// Arithmetic on sizes and strides that views and their callers share.
namespace gradtape {

// sizes with a -1 replaced by what numel leaves for it.
//
// Throws: Error, in PyTorch's words, if they do not multiply to numel.
DimVector infer_size(IntArrayRef sizes, int64_t numel);

// The strides under which a tensor of old_sizes and old_strides is one of sizes without copying;
// false if there are none. Both have the same number of elements.
bool view_strides(IntArrayRef old_sizes, IntArrayRef old_strides, IntArrayRef sizes,
                  DimVector* strides);

}  // namespace gradtape
