#include <cmath>
#include <cstring>

#include "kernels/reduce/loop.h"
#include "kernels/reduce/reduce.h"

namespace gradtape::kernels {
namespace {

template <class T, bool kAll>
struct Logic {
  using In = T;
  using Acc = uint8_t;
  using Out = uint8_t;
  uint8_t identity() const { return kAll; }
  uint8_t map(T x, uint8_t) const { return x != 0; }
  uint8_t combine(uint8_t a, uint8_t b) const { return kAll ? a & b : a | b; }
  uint8_t finish(uint8_t value) const { return value; }
};

template <bool kAll>
TensorBase logic(const TensorBase& input, AxisMask axes, DimVector sizes) {
  TensorBase result = make_array(std::move(sizes), input.dtype() == kUInt8 ? kUInt8 : kBool);
  visit_dtype(input.dtype() == kBool ? kUInt8 : input.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (!std::is_same_v<T, bool>) {
      reduce_into(Logic<T, kAll>{}, input, axes, result.impl().data());
    }
  });
  return result;
}

// f(begin, end) says whether a block is fine; stops at the first that is not.
template <class F>
bool every_block(int64_t n, const F& f) {
  constexpr int64_t kBlock = 4096;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    if (!f(begin, std::min(n, begin + kBlock))) return false;
  }
  return true;
}

template <class T>
bool equal_elements(const T* a, const T* b, int64_t n) {
  return every_block(n, [&](int64_t begin, int64_t end) {
    bool same = true;
    for (int64_t i = begin; i < end; ++i) same &= a[i] == b[i];
    return same;
  });
}

template <class T>
bool close_elements(const T* a, const T* b, int64_t n, double rtol, double atol, bool equal_nan) {
  return every_block(n, [&](int64_t begin, int64_t end) {
    bool fine = true;
    for (int64_t i = begin; i < end; ++i) {
      if constexpr (std::is_floating_point_v<T>) {
        const T allowed = static_cast<T>(atol) + std::abs(static_cast<T>(rtol) * b[i]);
        const T distance = std::abs(a[i] - b[i]);
        // An infinite allowance lets nothing pass but equals, as PyTorch does.
        const bool near = (distance <= allowed) & (distance < std::numeric_limits<T>::infinity());
        fine &= near | (a[i] == b[i]) | (equal_nan & (a[i] != a[i]) & (b[i] != b[i]));
      } else {
        const double distance = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
        fine &= a[i] == b[i] || distance <= atol + std::abs(rtol * static_cast<double>(b[i]));
      }
    }
    return fine;
  });
}

}  // namespace

TensorBase all(const TensorBase& input, AxisMask axes, DimVector sizes) {
  return logic<true>(input, axes, std::move(sizes));
}

TensorBase any(const TensorBase& input, AxisMask axes, DimVector sizes) {
  return logic<false>(input, axes, std::move(sizes));
}

bool equal(const TensorBase& a, const TensorBase& b) {
  const TensorBase x = dense(a), y = dense(b);
  return visit_dtype(a.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    return equal_elements(reinterpret_cast<const T*>(x.impl().data()),
                          reinterpret_cast<const T*>(y.impl().data()), x.numel());
  });
}

bool allclose(const TensorBase& a, const TensorBase& b, double rtol, double atol, bool equal_nan) {
  const TensorBase x = dense(a), y = dense(b);
  return visit_dtype(a.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    return close_elements(reinterpret_cast<const T*>(x.impl().data()),
                          reinterpret_cast<const T*>(y.impl().data()), x.numel(), rtol, atol,
                          equal_nan);
  });
}

}  // namespace gradtape::kernels
