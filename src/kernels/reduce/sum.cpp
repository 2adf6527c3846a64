// g++ 12 believes that its own AVX-512 intrinsics read registers uninitialized.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <cmath>
#include <limits>

#include "kernels/reduce/loop.h"
#include "kernels/reduce/reduce.h"

namespace gradtape::kernels {
namespace {

// Integers and bools add up in int64, as PyTorch does.
template <class T>
using AccOf = std::conditional_t<std::is_floating_point_v<T>, T, int64_t>;

template <class T>
struct Sum {
  using In = T;
  using Acc = AccOf<T>;
  using Out = Acc;
  Acc identity() const { return 0; }
  auto map(auto x, auto) const {
    if constexpr (std::is_integral_v<decltype(x)>)
      return static_cast<Acc>(x);
    else
      return x;
  }
  auto combine(auto a, auto b) const { return a + b; }
  Out finish(Acc value) const { return value; }
};

template <class T>
struct Prod : Sum<T> {
  using Acc = AccOf<T>;
  Acc identity() const { return 1; }
  auto combine(auto a, auto b) const { return a * b; }
};

template <class T>
struct Mean : Sum<T> {
  T count;
  T finish(T value) const { return value / count; }
};

template <class T>
struct Variance : Sum<T> {
  T count;
  auto map(auto x, auto mean) const {
    const auto distance = x - mean;
    return distance * distance;
  }
  T finish(T value) const { return value / count; }
};

template <class T>
struct SumExp : Sum<T> {
  auto map(auto x, auto max) const {
    using std::exp;
    using xsimd::exp;
    return exp(x - max);
  }
};

// bool elements are bytes that hold 0 or 1.
template <class F>
void visit_bytes(ScalarType dtype, const F& f) {
  visit_dtype(dtype == kBool ? kUInt8 : dtype, [&](auto tag) {
    if constexpr (!std::is_same_v<typename decltype(tag)::type, bool>) f(tag);
  });
}

template <template <class> class R>
TensorBase reduce_widening(const TensorBase& input, AxisMask axes, DimVector sizes) {
  const bool real = is_floating_point(input.dtype());
  TensorBase result = make_array(std::move(sizes), real ? input.dtype() : kInt64);
  if (input.dtype() == kFloat32) {  // the one that must be quick
    reduce_into(R<float>{}, input, axes, result.impl().data());
    return result;
  }
  visit_bytes(input.dtype(), [&](auto tag) {
    reduce_into(R<typename decltype(tag)::type>{}, input, axes, result.impl().data());
  });
  return result;
}

}  // namespace

TensorBase sum(const TensorBase& input, AxisMask axes, DimVector sizes) {
  return reduce_widening<Sum>(input, axes, std::move(sizes));
}

TensorBase prod(const TensorBase& input, AxisMask axes, DimVector sizes) {
  return reduce_widening<Prod>(input, axes, std::move(sizes));
}

TensorBase mean(const TensorBase& input, AxisMask axes, DimVector sizes) {
  TensorBase result = make_array(std::move(sizes), input.dtype());
  visit_floating(input.dtype(), "mean", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T count = static_cast<T>(reduced_count(input, axes));
    reduce_into(Mean<T>{{}, count}, input, axes, result.impl().data());
  });
  return result;
}

TensorBase variance(const TensorBase& input, AxisMask axes, DimVector sizes, const TensorBase& mean,
                    double count) {
  TensorBase result = make_array(std::move(sizes), input.dtype());
  visit_floating(input.dtype(), "var", [&](auto tag) {
    using T = typename decltype(tag)::type;
    reduce_into(Variance<T>{{}, static_cast<T>(count)}, input, axes, result.impl().data(),
                reinterpret_cast<const T*>(mean.impl().data()));
  });
  return result;
}

TensorBase logsumexp(const TensorBase& input, AxisMask axes, DimVector sizes) {
  TensorBase result = make_array(sizes, input.dtype());
  visit_floating(input.dtype(), "logsumexp", [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* out = reinterpret_cast<T*>(result.impl().data());
    const int64_t n = result.numel();
    if (reduced_count(input, axes) == 0) {
      std::fill(out, out + n, -std::numeric_limits<T>::infinity());
      return;
    }
    const TensorBase max = amax(input, axes, std::move(sizes));
    T* shift = reinterpret_cast<T*>(max.impl().data());
    // An infinite maximum would give inf - inf.
    for (int64_t i = 0; i < n; ++i) shift[i] = std::isinf(shift[i]) ? T{0} : shift[i];
    reduce_into(SumExp<T>{}, input, axes, out, shift);
    for (int64_t i = 0; i < n; ++i) out[i] = std::log(out[i]) + shift[i];
  });
  return result;
}

}  // namespace gradtape::kernels
