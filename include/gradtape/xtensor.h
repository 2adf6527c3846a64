#pragma once

#include <utility>
#include <vector>

#include <xtensor/xadapt.hpp>
#include <xtensor/xnoalias.hpp>

#include "gradtape/ops/factory.h"
#include "gradtape/ops/tensor.h"

// The bridge to xtensor, both ways and without copying. This is the only public header that
// includes xtensor; it is templates only.
//
//     auto a = t.array<float>();            // a strided view of t's memory: read and write
//     a = xt::sin(a) * 2;
//     Tensor s = from_xtensor(a + 1.f);     // evaluates an expression into a new tensor
namespace gradtape {

namespace detail {

// T is const for reading. A strided view over the memory, not an adaptor of that shape: assigning
// to an adaptor would take over the shape and the strides of what is assigned. An axis of size 1
// has stride 0, as xtensor's broadcasting wants it.
template <class T>
auto adapt(const Tensor& tensor, T* data) {
  std::vector<size_t> shape(tensor.sizes().begin(), tensor.sizes().end());
  std::vector<std::ptrdiff_t> strides(tensor.strides().begin(), tensor.strides().end());
  size_t reach = tensor.numel() > 0 ? 1 : 0;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 1) strides[i] = 0;
    if (reach > 0) reach += (shape[i] - 1) * static_cast<size_t>(strides[i]);
  }
  const std::array<size_t, 1> all{reach};
  return xt::strided_view(xt::adapt(data, reach, xt::no_ownership(), all), std::move(shape),
                          std::move(strides));
}

}  // namespace detail

/// The elements to read, as an xtensor view of this tensor's memory; the tensor must outlive
/// it.
///
/// Throws: Error if T is not the dtype.
template <class T>
auto Tensor::array() const& {
  return detail::adapt<const T>(*this, data_ptr<T>());
}

/// The elements to read and write. Gradients do not see what is written, so this counts as a write
/// in place: it moves the version counter on.
///
/// Throws: Error if T is not the dtype, or if this is a leaf that needs a gradient.
template <class T>
auto Tensor::array() & {
  T* data = data_ptr<T>();
  GRADTAPE_CHECK(
      !(requires_grad() && is_leaf()),
      "array: a leaf Variable that requires grad is being used in an in-place operation; "
      "read through a const Tensor, or write to data(); got self ",
      sizes());
  storage()->bump_version();
  return detail::adapt<T>(*this, data);
}

/// Evaluates an xtensor expression into a new tensor of its shape and value type.
template <class E>
Tensor from_xtensor(const xt::xexpression<E>& expression) {
  using T = typename E::value_type;
  const E& values = expression.derived_cast();
  const std::vector<int64_t> sizes(values.shape().begin(), values.shape().end());
  Tensor result = empty(sizes, dtype_of<T>());
  const std::vector<size_t> shape(sizes.begin(), sizes.end());
  auto target = xt::adapt(result.data_ptr<T>(), static_cast<size_t>(result.numel()),
                          xt::no_ownership(), shape);
  xt::noalias(target) = values;
  return result;
}

}  // namespace gradtape
