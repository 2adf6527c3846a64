#include <cstring>

#include "kernels/base/parallel.h"
#include "kernels/base/walk.h"

namespace gradtape::kernels {
namespace {

template <class S, class T>
void convert(int64_t n, void* out, const void* const* in, unsigned fixed, const Scalar*) {
  auto* to = static_cast<T*>(out);
  auto* from = static_cast<const S*>(in[0]);
  auto one = [](S value) {
    if constexpr (std::is_floating_point_v<S> && std::is_integral_v<T> && sizeof(T) < 4 &&
                  !std::is_same_v<T, bool>) {
      return static_cast<T>(static_cast<int32_t>(value));  // wraps, as PyTorch's does
    } else {
      return static_cast<T>(value);
    }
  };
  if (fixed) {
    std::fill_n(to, n, one(from[0]));
  } else if constexpr (std::is_same_v<S, T>) {
    std::memcpy(to, from, n * sizeof(T));
  } else {
    for (int64_t i = 0; i < n; ++i) to[i] = one(from[i]);
  }
}

Run conversion(ScalarType from, ScalarType to) {
  return visit_dtype(from, [&]<class S>(TypeTag<S>) {
    return visit_dtype(to, [&]<class T>(TypeTag<T>) -> Run { return convert<S, T>; });
  });
}

constexpr int64_t kGrain = 32768;

}  // namespace

void check_fits(const Scalar& value, ScalarType dtype) {
  visit_dtype(dtype, [&]<class T>(TypeTag<T>) { value.to<T>(); });
}

void copy(const TensorBase& target, const TensorBase& source) {
  const TensorImpl& to = target.impl();
  const TensorImpl& from = source.impl();
  if (to.numel() == 0) return;
  const Run run = conversion(from.dtype(), to.dtype());
  const auto to_size = static_cast<int64_t>(element_size(to.dtype()));
  const auto from_size = static_cast<int64_t>(element_size(from.dtype()));
  if (to.sizes() == from.sizes() && to.is_contiguous() && from.is_contiguous()) {
    const void* const in[] = {from.data()};
    return run_contiguous(run, kGrain, to.numel(), to.data(), to_size, in, from_size, 0, nullptr);
  }
  DimVector strides(to.sizes().size(), 0);
  const size_t skipped = to.sizes().size() - from.sizes().size();
  for (size_t i = 0; i < from.sizes().size(); ++i) {
    if (from.sizes()[i] == to.sizes()[i + skipped]) strides[i + skipped] = from.strides()[i];
  }
  Strided arrays[] = {{to.data(), to_size, to.strides()}, {from.data(), from_size, strides}};
  walk(run, kGrain, to.sizes(), arrays, nullptr);
}

void fill(const TensorBase& target, const Scalar& value) {
  const TensorImpl& to = target.impl();
  check_fits(value, to.dtype());
  if (to.numel() == 0) return;
  visit_dtype(to.dtype(), [&]<class T>(TypeTag<T>) {
    const T one = value.to<T>();
    const void* const in[] = {&one};
    if (to.is_contiguous()) {
      return run_contiguous(convert<T, T>, kGrain, to.numel(), to.data(), sizeof(T), in, sizeof(T),
                            1, nullptr);
    }
    // An axis of stride 0 is one element: the value is the same all along it.
    DimVector sizes = to.sizes();
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (to.strides()[i] == 0) sizes[i] = 1;
    }
    auto* number = reinterpret_cast<std::byte*>(const_cast<T*>(&one));
    Strided arrays[] = {{to.data(), sizeof(T), to.strides()},
                        {number, sizeof(T), DimVector(sizes.size(), 0)}};
    walk(convert<T, T>, kGrain, sizes, arrays, nullptr);
  });
}

}  // namespace gradtape::kernels
