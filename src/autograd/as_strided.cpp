#include "autograd/as_strided.h"

#include "autograd/record.h"

#include "gradtape/ops/factory.h"

namespace gradtape::autograd {
namespace {

struct Window {
  DimVector sizes, strides;
  int64_t offset;

  explicit Window(const TensorImpl& impl)
      : sizes(impl.sizes()), strides(impl.strides()), offset(impl.offset()) {}
  Window(IntArrayRef sizes, IntArrayRef strides, int64_t offset)
      : sizes(sizes), strides(strides), offset(offset) {}

  // One past the last element, 0 if there is none.
  int64_t end() const {
    int64_t last = offset;
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (sizes[i] == 0) return 0;
      last += (sizes[i] - 1) * strides[i];
    }
    return last + 1;
  }
  // Whether no two elements share memory; may say false where they do not.
  bool is_injective() const {
    DimVector order;
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (sizes[i] != 1) order.push_back(static_cast<int64_t>(i));
    }
    std::sort(order.begin(), order.end(),
              [&](int64_t a, int64_t b) { return strides[a] < strides[b]; });
    int64_t reach = 0;
    for (const int64_t i : order) {
      if (strides[i] <= reach) return false;
      reach += (sizes[i] - 1) * strides[i];
    }
    return true;
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
    const int64_t places = std::max(from.end(), to.end());
    const Tensor place = places == 0 ? empty({0}, kInt64) : arange(places, TensorOptions(kInt64));
    auto places_of = [&](const Window& window) {
      return make_view(place, window.sizes, window.strides, window.offset).reshape({-1});
    };
    Tensor memory = zeros({places}, TensorOptions(grad.dtype()));
    memory = memory.index_add(0, places_of(to), grad.reshape({-1}));
    if (!from.is_injective()) {
      const Tensor where = places_of(from);
      const Tensor ones = gradtape::ones({where.numel()}, TensorOptions(grad.dtype()));
      const Tensor count = zeros({places}, TensorOptions(grad.dtype())).index_add(0, where, ones);
      memory = memory.div(count.clamp_min(1));
    }
    return memory.index_select(0, places_of(from)).reshape(from.sizes);
  }
};

}  // namespace

Tensor as_strided(const Tensor& input, IntArrayRef sizes, IntArrayRef strides, int64_t offset) {
  return apply_view(AsStrided{Window(input.impl()), Window(sizes, strides, offset)}, input, sizes,
                    strides, offset);
}

IntrusivePtr<Node> make_window_record(const Edge& source, const TensorImpl& base,
                                      const TensorImpl& window) {
  return IntrusivePtr(new Record<AsStrided, 1>(AsStrided{Window(base), Window(window)}, source));
}

}  // namespace gradtape::autograd
