#include "kernels/indexing/unfold.h"

#include "core/checked.h"
#include "kernels/base/array.h"
#include "kernels/base/strided.h"

namespace gradtape::kernels {

TensorBase unfold_backward(const TensorBase& grad, const DimVector& sizes, int64_t dim,
                           int64_t step) {
  TensorBase result = make_zeros(sizes, grad.dtype());
  DimVector strides = result.impl().strides();
  strides.push_back(sizes.empty() ? 1 : strides[dim]);
  if (!sizes.empty()) strides[dim] = stride_of_steps(strides[dim], step);
  visit_floating(grad.dtype(), "unfold", [&]<class Type>(TypeTag<Type>) {
    const auto* from = reinterpret_cast<const Type*>(grad.impl().data());
    auto* to = reinterpret_cast<Type*>(result.impl().data());
    for_each_element<2>(grad.sizes(), {IntArrayRef(strides), grad.strides()},
                        [&](const auto& at) { to[at[0]] += from[at[1]]; });
  });
  return result;
}

}  // namespace gradtape::kernels
