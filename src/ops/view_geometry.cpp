#include "ops/view_geometry.h"

#include "core/checked.h"

namespace gradtape {

DimVector infer_size(IntArrayRef sizes, int64_t numel) {
  DimVector result(sizes);
  int64_t product = 1;
  int64_t inferred = -1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == -1) {
      GRADTAPE_CHECK(inferred < 0, "only one dimension can be inferred; got ", sizes);
      inferred = static_cast<int64_t>(i);
    } else {
      GRADTAPE_CHECK(sizes[i] >= 0, "invalid shape dimension ", sizes[i]);
      product = checked_mul(product, sizes[i]);
    }
  }
  const bool fits = product == numel || (inferred >= 0 && product > 0 && numel % product == 0);
  GRADTAPE_CHECK(fits, "shape '", sizes, "' is invalid for input of size ", numel);
  if (inferred >= 0) {
    GRADTAPE_CHECK(product != 0, "cannot reshape tensor of 0 elements into shape ", sizes,
                   " because the unspecified dimension size -1 can be any value and is ambiguous");
    result[inferred] = numel / product;
  }
  return result;
}

// Walks from the last axis to the first; a run of old axes that lie behind each other in memory
// must hold exactly a run of new axes.
bool view_strides(IntArrayRef old_sizes, IntArrayRef old_strides, IntArrayRef sizes,
                  DimVector* strides) {
  strides->resize(sizes.size());
  if (old_sizes.empty()) {
    std::fill(strides->begin(), strides->end(), 1);
    return true;
  }
  if (std::find(old_sizes.begin(), old_sizes.end(), 0) != old_sizes.end()) {
    *strides = old_sizes.equals(sizes) ? DimVector(old_strides) : contiguous_strides(sizes);
    return true;
  }
  auto next = static_cast<int64_t>(sizes.size()) - 1;
  int64_t stride = old_strides.back();
  int64_t old_numel = 1, numel = 1;
  for (size_t i = old_sizes.size(); i-- > 0;) {
    old_numel *= old_sizes[i];
    if (i > 0 && (old_sizes[i - 1] == 1 || old_strides[i - 1] == old_numel * stride)) continue;
    while (next >= 0 && (numel < old_numel || sizes[next] == 1)) {
      (*strides)[next] = numel * stride;
      numel *= sizes[next--];
    }
    if (numel != old_numel) return false;
    if (i > 0) {
      stride = old_strides[i - 1];
      old_numel = numel = 1;
    }
  }
  return next < 0;
}

}  // namespace gradtape
