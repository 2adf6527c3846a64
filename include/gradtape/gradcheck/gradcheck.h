#pragma once

#include <concepts>
#include <functional>

#include "gradtape/ops/tensor.h"

namespace gradtape::autograd {

/// Settings of gradcheck and gradgradcheck; the defaults are PyTorch's.
struct GradcheckOptions {
  double eps = 1e-6;   ///< step of the central difference
  double atol = 1e-5;  ///< allowed: |analytic - numeric| <= atol + rtol |numeric|
  double rtol = 1e-3;
  bool fast_mode = false;       ///< compare u^T J v for random u, v instead of every entry of J
  bool raise_exception = true;  ///< throw where the check fails, instead of returning false
};

using GradcheckFunction = std::function<variable_list(const variable_list&)>;

/// Compares the gradient of a function with central differences.
///
/// Every floating-point input that requires a gradient is checked, in all of its entries. Checked
/// as well: a second backward gives the same bits, a zero output gradient gives zero, gradients
/// have their input's shape and dtype, and an output gradient with other strides changes nothing.
/// f must give the same values whenever it is called with the same inputs.
///
/// Shapes: any; inputs that require a gradient must be float64 leaves, no two entries of which
/// share memory. Throws: Error if the inputs are not such, and, unless raise_exception is off,
/// where a gradient is wrong, with the output, the input, the entry, and both numbers.
bool gradcheck(const GradcheckFunction& f, const variable_list& inputs,
               const GradcheckOptions& options = {});

/// Compares the gradient of f's gradient with central differences, for random output gradients or
/// the given ones.
///
/// Throws: as gradcheck.
bool gradgradcheck(const GradcheckFunction& f, const variable_list& inputs,
                   const variable_list& grad_outputs = {}, const GradcheckOptions& options = {});

namespace detail {
// f of N tensors as a function of a list.
template <size_t N, class F>
GradcheckFunction spread(const F& f) {
  return [f](const variable_list& list) {
    return [&]<size_t... I>(std::index_sequence<I...>) { return variable_list{f(list[I]...)}; }
    (std::make_index_sequence<N>());
  };
}
}  // namespace detail

/// The same for a function of tensors that returns one:
/// gradcheck([](const Tensor& x) { return x.sin(); }, x).
template <class F, std::same_as<Tensor>... Inputs>
requires std::convertible_to<std::invoke_result_t<F, const Inputs&...>, Tensor>
bool gradcheck(const F& f, const Inputs&... inputs) {
  return gradcheck(detail::spread<sizeof...(Inputs)>(f), variable_list{inputs...});
}
template <class F, std::same_as<Tensor>... Inputs>
requires std::convertible_to<std::invoke_result_t<F, const Inputs&...>, Tensor>
bool gradgradcheck(const F& f, const Inputs&... inputs) {
  return gradgradcheck(detail::spread<sizeof...(Inputs)>(f), variable_list{inputs...});
}

}  // namespace gradtape::autograd
