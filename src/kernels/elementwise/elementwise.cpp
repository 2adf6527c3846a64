#include "kernels/elementwise/elementwise.h"

#include <algorithm>

#include "kernels/base/overlap.h"
#include "kernels/base/promotion.h"
#include "kernels/base/walk.h"
#include "kernels/layout/blocked.h"
#include "kernels/layout/memory_order.h"

namespace gradtape::kernels {
namespace {

[[noreturn]] void fail_dtype(const Kernel& kernel, ScalarType dtype) {
  detail::fail('"', kernel.name, "\" not implemented for '", dtype, "'");
}

Run find_run(const Kernel& kernel, ScalarType compute) {
  const Run run = kernel.runs[static_cast<size_t>(compute)];
  if (!run) [[unlikely]]
    fail_dtype(kernel, compute);
  return run;
}

// The value of a number in the dtype computed in.
struct Constant {
  alignas(8) std::byte bytes[8];

  Constant() = default;
  Constant(const Scalar& number, ScalarType dtype) {
    visit_dtype(dtype,
                [&]<class T>(TypeTag<T>) { *reinterpret_cast<T*>(bytes) = number.cast<T>(); });
  }
};

// A run cannot fail, and not only because it may stand in another thread: what could is found here,
// once all numbers are in the dtype computed in.

void check_parameters(const Kernel& kernel, ScalarType compute, const Scalar* parameters) {
  for (int i = 0; i < kernel.fitting; ++i) check_fits(parameters[i], compute);
}

void check_divisor(const Kernel& kernel, ScalarType compute, const void* divisors, int64_t n) {
  if (!kernel.divides || is_floating_point(compute)) return;
  visit_dtype(compute, [&]<class T>(TypeTag<T>) {
    const T* first = static_cast<const T*>(divisors);
    const T* zero = std::find(first, first + n, T{0});
    GRADTAPE_CHECK(zero == first + n, "ZeroDivisionError: ", kernel.name,
                   ": integers cannot be divided by zero; got 0 as divisor ", zero - first, " of ",
                   n, " (", compute, ")");
  });
}

// Strides of impl seen through a broadcast to sizes.
DimVector broadcast_strides(const TensorImpl& impl, const DimVector& sizes) {
  const size_t skipped = sizes.size() - impl.sizes().size();
  DimVector strides(sizes.size(), 0);
  for (size_t i = 0; i < impl.sizes().size(); ++i) {
    const bool broadcasts = impl.sizes()[i] == 1 && sizes[i + skipped] != 1;
    strides[i + skipped] = broadcasts ? 0 : impl.strides()[i];
  }
  return strides;
}

using Impls = std::span<const TensorImpl* const>;

// PyTorch's order of axes, fastest first: by the strides of the first input that tells two apart.
DimVector strides_of_result(const DimVector& sizes, Impls inputs) {
  const int rank = static_cast<int>(sizes.size());
  std::vector<DimVector> strided;
  for (const TensorImpl* input : inputs) strided.push_back(broadcast_strides(*input, sizes));
  auto compare = [&](int64_t a, int64_t b) {
    for (const DimVector& input : strided) {
      const int64_t x = input[a], y = input[b];
      if (x == 0 || y == 0) continue;
      if (x != y) return x < y ? -1 : 1;
      if (sizes[a] > sizes[b]) return 1;
    }
    return 0;
  };
  DimVector order(sizes.size());
  for (int i = 0; i < rank; ++i) order[i] = rank - 1 - i;
  for (int i = 1; i < rank; ++i) {
    int moving = i;
    for (int j = i - 1; j >= 0; --j) {
      const int sign = compare(order[j], order[moving]);
      if (sign < 0) break;
      if (sign == 0) continue;
      std::swap(order[j], order[moving]);
      moving = j;
    }
  }
  DimVector strides(sizes.size());
  int64_t next = 1;
  for (const int64_t axis : order) {
    strides[axis] = next;
    next *= std::max<int64_t>(1, sizes[axis]);
  }
  return strides;
}

DimVector broadcast_all(std::span<const Operand> inputs) {
  const DimVector* sizes = nullptr;
  DimVector joined;
  for (const Operand& input : inputs) {
    if (!input.tensor) continue;
    const DimVector& more = input.tensor->impl().sizes();
    if (!sizes) {
      sizes = &more;
    } else if (!(more == *sizes)) {
      joined = broadcast_sizes(*sizes, more);
      sizes = &joined;
    }
  }
  return sizes ? *sizes : DimVector();
}

void check_out(const TensorBase& out, const DimVector& sizes, ScalarType result) {
  const TensorImpl& written = out.impl();
  GRADTAPE_CHECK(written.sizes() == sizes, "output with shape ", written.sizes(),
                 " doesn't match the broadcast shape ", sizes);
  GRADTAPE_CHECK(can_cast(result, written.dtype()), "result type ", result,
                 " can't be cast to the desired output type ", written.dtype());
}

}  // namespace

DimVector broadcast_sizes(const DimVector& a, const DimVector& b) {
  DimVector result(std::max(a.size(), b.size()));
  for (size_t i = 0; i < result.size(); ++i) {
    const size_t axis = result.size() - 1 - i;
    const int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    GRADTAPE_CHECK(x == y || x == 1 || y == 1, "The size of tensor a (", x,
                   ") must match the size of tensor b (", y, ") at non-singleton dimension ", axis);
    result[axis] = x == 1 ? y : x;
  }
  return result;
}

TensorBase make_result(const DimVector& sizes, ScalarType dtype, Impls inputs) {
  bool contiguous = true, same = true;
  const TensorImpl* first = nullptr;
  for (const TensorImpl* impl : inputs) {
    if (impl->sizes().empty()) continue;
    contiguous = contiguous && impl->is_contiguous();
    same = same && impl->sizes() == sizes && (!first || impl->strides() == first->strides());
    first = impl;
  }
  if (contiguous || sizes.size() < 2) return make_array(sizes, dtype);
  TensorBase flat = make_array(sizes, dtype);
  DimVector strides =
      same && is_dense(*first) ? first->strides() : strides_of_result(sizes, inputs);
  if (flat.impl().strides() == strides) return flat;
  return window(flat, sizes, std::move(strides), 0);
}

TensorBase elementwise(const Kernel& kernel, std::span<const Operand> inputs, const TensorBase& out,
                       const Scalar* parameters) {
  PromotedType promoted;
  for (const Operand& input : inputs) {
    input.tensor ? promoted.include(*input.tensor) : promoted.include(input.number);
  }
  const ScalarType compute = kernel.compute_dtype(promoted.get());
  const ScalarType result_dtype = kernel.result_dtype(compute);
  const Run run = find_run(kernel, compute);
  const DimVector sizes = broadcast_all(inputs);
  if (out.defined()) {
    check_out(out, sizes, result_dtype);
    if (out.dtype() != result_dtype) {
      copy(out, elementwise(kernel, inputs, {}, parameters));
      return out;
    }
  }
  std::array<Constant, kMaxOperands> constants;
  std::array<TensorBase, kMaxOperands> converted;
  std::array<Strided, kMaxOperands> arrays;
  std::array<const TensorImpl*, kMaxOperands> impls;
  size_t tensors = 0;
  const int64_t itemsize = static_cast<int64_t>(element_size(compute));
  for (size_t k = 0; k < inputs.size(); ++k) {
    const Operand& input = inputs[k];
    if (!input.tensor) {
      constants[k] = Constant(input.number, compute);
      arrays[k + 1] = {constants[k].bytes, itemsize, DimVector(sizes.size(), 0)};
      continue;
    }
    const TensorBase* tensor = input.tensor;
    if (tensor->dtype() != compute) {
      tensor = &(converted[k] = copied(*tensor, compute));
    } else if (out.defined()) {
      tensor = &(converted[k] = out_of_reach(*tensor, out, /*in_step=*/true));
    }
    const TensorImpl& impl = tensor->impl();
    impls[tensors++] = &impl;
    arrays[k + 1] = {impl.numel() ? impl.data() : nullptr, itemsize,
                     broadcast_strides(impl, sizes)};
  }
  const size_t count = inputs.size() + 1;
  TensorBase result =
      out.defined() ? out : make_result(sizes, result_dtype, std::span(impls).first(tensors));
  const TensorImpl& impl = result.impl();
  if (impl.numel() == 0) return result;
  if (parameters) check_parameters(kernel, compute, parameters);
  if (kernel.divides) {
    const TensorBase* divisor = inputs[1].tensor;
    if (!divisor) {
      check_divisor(kernel, compute, constants[1].bytes, 1);
    } else {
      const TensorBase plain = dense(converted[1].defined() ? converted[1] : *divisor);
      check_divisor(kernel, compute, plain.impl().data(), plain.numel());
    }
  }
  arrays[0] = {impl.data(), static_cast<int64_t>(element_size(result_dtype)), impl.strides()};
  walk(run, kernel.grain, sizes, std::span(arrays).first(count), parameters);
  return result;
}

TensorBase copied(const TensorBase& source, ScalarType dtype) {
  const TensorImpl& impl = source.impl();
  TensorBase result;
  if (impl.is_contiguous()) {
    result = make_array(impl.sizes(), dtype);
  } else {
    const TensorImpl* const inputs[] = {&impl};
    result = make_result(impl.sizes(), dtype, inputs);
  }
  copy(result, source);
  return result;
}

// The paths below are for what is contiguous and of one shape and dtype: a few tens of nanoseconds
// for a tensor of one element. They are plain passes over memory, so an array in a private layout
// stays in it, and brings a second one along.

TensorBase unary(const Kernel& kernel, const TensorBase& x, const TensorBase& out,
                 const Scalar* parameters) {
  const TensorImpl& impl = x.impl();
  const ScalarType dtype = impl.dtype();
  if (impl.is_contiguous() && kernel.compute_dtype(dtype) == dtype && !impl.is_wrapped_number() &&
      (!out.defined() || (out.is_same(x) && !kernel.gives_bool))) {
    const Run run = find_run(kernel, dtype);
    const ScalarType result_dtype = kernel.result_dtype(dtype);
    const int64_t block = block_of(x);
    TensorBase result = out.defined() ? out : make_array(impl.sizes(), result_dtype, block);
    if (impl.numel() == 0) return result;
    if (parameters) check_parameters(kernel, dtype, parameters);
    const void* const in[] = {elements(x, block)};
    run_contiguous(run, kernel.grain, impl.numel(), elements(result, block),
                   element_size(result_dtype), in, element_size(dtype), 0, parameters);
    return result;
  }
  const Operand inputs[] = {x};
  return elementwise(kernel, inputs, out, parameters);
}

namespace {

// Whether one element stands for all, as in the gradient of a sum.
bool is_one_element(const TensorImpl& impl) {
  for (size_t i = 0; i < impl.sizes().size(); ++i) {
    if (impl.strides()[i] != 0 && impl.sizes()[i] != 1) return false;
  }
  return true;
}

// Of arrays of one shape and dtype, one of them a single element.
TensorBase binary_with_one(const Kernel& kernel, const Run run, const TensorBase& x,
                           const TensorBase& y, bool first_is_one, const Scalar* parameters) {
  const TensorBase& whole = first_is_one ? y : x;
  const int64_t block = block_of(whole);
  const ScalarType dtype = x.dtype(), result_dtype = kernel.result_dtype(dtype);
  if (kernel.divides) {
    check_divisor(kernel, dtype, elements(y, first_is_one ? block : 0),
                  first_is_one ? y.numel() : 1);
  }
  TensorBase result = make_array(whole.sizes(), result_dtype, block);
  const void* const in[] = {elements(x, first_is_one ? 0 : block),
                            elements(y, first_is_one ? block : 0)};
  run_contiguous(run, kernel.grain, whole.numel(), elements(result, block),
                 element_size(result_dtype), in, element_size(dtype), first_is_one ? 1 : 2,
                 parameters);
  return result;
}

// Of contiguous arrays of one shape and dtype, of which at least one is private.
[[gnu::noinline]] TensorBase binary_in_blocks(const Kernel& kernel, const Run run,
                                              const TensorBase& x, const TensorBase& y,
                                              const TensorBase& out, const Scalar* parameters) {
  const int64_t own = block_of(x), block = own || out.defined() ? own : block_of(y);
  const TensorBase first = in_blocks(x, block), second = in_blocks(y, block);
  const ScalarType dtype = x.dtype(), result_dtype = kernel.result_dtype(dtype);
  TensorBase result = out.defined() ? out : make_array(x.sizes(), result_dtype, block);
  const void* const in[] = {elements(first, block), elements(second, block)};
  run_contiguous(run, kernel.grain, x.numel(), elements(result, block), element_size(result_dtype),
                 in, element_size(dtype), 0, parameters);
  return result;
}

}  // namespace

TensorBase binary(const Kernel& kernel, const TensorBase& x, const TensorBase& y,
                  const TensorBase& out, const Scalar* parameters) {
  const TensorImpl& a = x.impl();
  const TensorImpl& b = y.impl();
  const ScalarType dtype = a.dtype();
  if (b.dtype() == dtype && a.is_contiguous() && b.is_contiguous() && a.sizes() == b.sizes() &&
      kernel.compute_dtype(dtype) == dtype && !a.is_wrapped_number() && !b.is_wrapped_number() &&
      (!out.defined() || (out.is_same(x) && !kernel.gives_bool))) {
    const Run run = find_run(kernel, dtype);
    const ScalarType result_dtype = kernel.result_dtype(dtype);
    if (a.storage()->private_layout() || b.storage()->private_layout()) [[unlikely]] {
      if (parameters) check_parameters(kernel, dtype, parameters);
      return binary_in_blocks(kernel, run, x, y, out, parameters);
    }
    TensorBase result = out.defined() ? out : make_array(a.sizes(), result_dtype);
    if (a.numel() == 0) return result;
    if (parameters) check_parameters(kernel, dtype, parameters);
    if (kernel.divides) check_divisor(kernel, dtype, b.data(), b.numel());
    const void* const in[] = {a.data(), b.data()};
    run_contiguous(run, kernel.grain, a.numel(), result.impl().data(), element_size(result_dtype),
                   in, element_size(dtype), 0, parameters);
    return result;
  }
  if (b.dtype() == dtype && a.sizes() == b.sizes() && a.is_contiguous() != b.is_contiguous() &&
      kernel.compute_dtype(dtype) == dtype && !out.defined() && a.numel() > 0 &&
      is_one_element(a.is_contiguous() ? b : a)) {
    if (parameters) check_parameters(kernel, dtype, parameters);
    return binary_with_one(kernel, find_run(kernel, dtype), x, y, b.is_contiguous(), parameters);
  }
  const Operand inputs[] = {x, y};
  return elementwise(kernel, inputs, out, parameters);
}

TensorBase binary(const Kernel& kernel, const TensorBase& x, const Scalar& y, const TensorBase& out,
                  const Scalar* parameters) {
  const TensorImpl& a = x.impl();
  const ScalarType dtype = a.dtype();
  const bool keeps_dtype = is_floating_point(dtype) || (dtype == kInt64 && y.isIntegral(true));
  if (keeps_dtype && a.is_contiguous() && kernel.compute_dtype(dtype) == dtype &&
      !a.is_wrapped_number() && (!out.defined() || (out.is_same(x) && !kernel.gives_bool))) {
    const Run run = find_run(kernel, dtype);
    const ScalarType result_dtype = kernel.result_dtype(dtype);
    const int64_t block = block_of(x);
    TensorBase result = out.defined() ? out : make_array(a.sizes(), result_dtype, block);
    if (a.numel() == 0) return result;
    const Constant constant(y, dtype);
    if (parameters) check_parameters(kernel, dtype, parameters);
    if (kernel.divides) check_divisor(kernel, dtype, constant.bytes, 1);
    const void* const in[] = {elements(x, block), constant.bytes};
    run_contiguous(run, kernel.grain, a.numel(), elements(result, block),
                   element_size(result_dtype), in, element_size(dtype), 2, parameters);
    return result;
  }
  const Operand inputs[] = {x, y};
  return elementwise(kernel, inputs, out, parameters);
}

}  // namespace gradtape::kernels
