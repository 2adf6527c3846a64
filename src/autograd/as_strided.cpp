#include "autograd/as_strided.h"

#include "autograd/op_node.h"
#include "kernels/base/memory_window.h"

namespace gradtape::autograd {
namespace {

using Window = kernels::MemoryWindow;

Window window_of(const TensorImpl& impl) { return {impl.sizes(), impl.strides(), impl.offset()}; }

// The gradient of a window, and the gradient of that: the same the other way.
struct MoveThroughMemory {
  static constexpr const char* name = "AsStridedBackwardBackward0";
  static constexpr Reads reads[] = {kNothing};
  Window from, to, shared;

  Tensor forward(const Tensor& source) const {
    return kernels::move_through_memory(source, from, to, shared);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const {
    return apply(MoveThroughMemory{to, from, shared}, grad);
  }
};

// A window `to` over the storage of a tensor with window `from`. The gradient is summed up at the
// places in memory that the elements came from; where several elements of the input share one place
// each gets an equal part, as in PyTorch.
struct AsStrided {
  static constexpr const char* name = "AsStridedBackward0";
  static constexpr Reads reads[] = {kNothing};
  Window from, to;

  Tensor vjp(const Tensor& grad, const Saved&) const {
    return apply(MoveThroughMemory{to, from, from}, grad);
  }
};

}  // namespace

Tensor as_strided(const Tensor& input, IntArrayRef sizes, IntArrayRef strides, int64_t offset) {
  return apply_view(AsStrided{window_of(input.impl()), {sizes, strides, offset}}, input, sizes,
                    strides, offset);
}

IntrusivePtr<Node> make_window_node(const Edge& source, const TensorImpl& base,
                                    const TensorImpl& window) {
  return IntrusivePtr(
      new OpNode<AsStrided, 1>(AsStrided{window_of(base), window_of(window)}, source));
}

}  // namespace gradtape::autograd
