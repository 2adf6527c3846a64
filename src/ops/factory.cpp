#include "gradtape/ops/factory.h"

#include <algorithm>
#include <cmath>

#include "core/checked.h"
#include "kernels/base/array.h"
#include "kernels/layout/memory_order.h"

namespace gradtape {
namespace {

// Unset, and a leaf that wants a gradient if the options say so.
Tensor make(IntArrayRef sizes, ScalarType dtype, const TensorOptions& options) {
  for (const int64_t size : sizes) {
    GRADTAPE_CHECK(size >= 0, "Trying to create tensor with negative dimension ", size, ": ",
                   sizes);
  }
  Tensor result = kernels::make_array(sizes, dtype);
  if (options.requires_grad()) result.requires_grad_(true);
  return result;
}

template <class F>
Tensor filled(Tensor result, const F& value_at) {
  visit_dtype(result.dtype(), [&]<class T>(TypeTag<T>) {
    T* data = reinterpret_cast<T*>(result.impl().data());
    const int64_t n = result.numel();
    for (int64_t i = 0; i < n; ++i) data[i] = value_at.template operator()<T>(i);
  });
  return result;
}

Tensor fill_all(Tensor result, const Scalar& value) {
  visit_dtype(result.dtype(), [&]<class T>(TypeTag<T>) {
    T* data = reinterpret_cast<T*>(result.impl().data());
    std::fill_n(data, result.numel(), value.to<T>());
  });
  return result;
}

// As other, with its strides where they fill their memory and in their order where not.
Tensor make_like(const Tensor& other, const TensorOptions& options) {
  const ScalarType dtype = options.dtype_opt().value_or(other.dtype());
  Tensor result = make(other.sizes(), dtype, {});
  if (!other.is_contiguous()) {
    TensorImpl& impl = result.impl();
    impl.set(impl.storage(), dtype, impl.sizes(),
             kernels::dense_strides(other.sizes(), other.strides()), 0);
  }
  if (options.requires_grad()) result.requires_grad_(true);
  return result;
}

ScalarType dtype_of_value(const Scalar& value, const TensorOptions& options) {
  if (options.has_dtype()) return *options.dtype_opt();
  return value.isFloatingPoint() ? get_default_dtype() : value.type();
}

// Values on a line between both ends, reckoned from the nearer one, as PyTorch does.
struct Line {
  double start, end, step;
  int64_t steps;

  template <class T>
  double at(int64_t i) const {
    // In float as PyTorch computes there; integers go through double.
    using Step = std::conditional_t<std::is_same_v<T, float>, float, double>;
    const auto first = static_cast<Step>(start), last = static_cast<Step>(end);
    const auto each = static_cast<Step>(step);
    return i < steps / 2 ? first + each * static_cast<Step>(i)
                         : last - each * static_cast<Step>(steps - i - 1);
  }
};

template <class T>
Line line_between(const Scalar& start, const Scalar& end, int64_t steps) {
  using Step = std::conditional_t<std::is_same_v<T, float>, float, double>;
  const auto first = static_cast<Step>(start.to<T>()), last = static_cast<Step>(end.to<T>());
  const Step step = steps > 1 ? (last - first) / static_cast<Step>(steps - 1) : 0;
  if (steps == 1) return {first, first, 0, 1};
  return {first, last, step, steps};
}

void check_steps(int64_t steps) {
  GRADTAPE_CHECK(steps >= 0, "number of steps must be non-negative; got ", steps);
}

}  // namespace

Tensor empty(IntArrayRef sizes, TensorOptions options) {
  return make(sizes, options.dtype(), options);
}

Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, TensorOptions options) {
  GRADTAPE_CHECK(sizes.size() == strides.size(), "empty_strided: dimensionality of sizes (",
                 sizes.size(), ") must match dimensionality of strides (", strides.size(), ")");
  for (size_t i = 0; i < sizes.size(); ++i) {
    GRADTAPE_CHECK(sizes[i] >= 0, "Trying to create tensor with negative dimension ", sizes[i],
                   ": ", sizes);
    GRADTAPE_CHECK(strides[i] >= 0 && strides[i] <= kLargestStride,
                   "empty_strided: strides must be in [0, ", kLargestStride, "]; got ", strides);
  }
  const Tensor memory = kernels::make_array({reach_of(sizes, strides)}, options.dtype());
  Tensor result = kernels::window(memory, sizes, strides, 0);
  if (options.requires_grad()) result.requires_grad_(true);
  return result;
}

Tensor zeros(IntArrayRef sizes, TensorOptions options) {
  return full(sizes, 0, options.dtype(options.dtype()));
}
Tensor ones(IntArrayRef sizes, TensorOptions options) {
  return full(sizes, 1, options.dtype(options.dtype()));
}

Tensor full(IntArrayRef sizes, const Scalar& value, TensorOptions options) {
  return fill_all(make(sizes, dtype_of_value(value, options), options), value);
}

Tensor empty_like(const Tensor& other, TensorOptions options) { return make_like(other, options); }
Tensor zeros_like(const Tensor& other, TensorOptions options) {
  return fill_all(make_like(other, options), 0);
}
Tensor ones_like(const Tensor& other, TensorOptions options) {
  return fill_all(make_like(other, options), 1);
}
Tensor full_like(const Tensor& other, const Scalar& value, TensorOptions options) {
  return fill_all(make_like(other, options), value);
}

Tensor arange(const Scalar& end, TensorOptions options) { return arange(0, end, 1, options); }
Tensor arange(const Scalar& start, const Scalar& end, TensorOptions options) {
  return arange(start, end, 1, options);
}

Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step, TensorOptions options) {
  const bool integral = start.isIntegral(true) && end.isIntegral(true) && step.isIntegral(true);
  const ScalarType dtype = options.has_dtype() ? options.dtype()
                           : integral          ? kInt64
                                               : get_default_dtype();
  GRADTAPE_CHECK(dtype != kBool, "\"arange_cpu\" not implemented for 'Bool'");
  const double first = start.toDouble(), last = end.toDouble();
  // As PyTorch: an integer dtype rounds start and step first.
  const bool whole = is_integral(dtype);
  for (const Scalar& number : {start, end, step}) {
    GRADTAPE_CHECK(
        !whole || std::abs(number.toDouble()) <= 0x1p63 - 1024 || number.isIntegral(true),
        "value cannot be converted to type int64_t without overflow; arange got ", number);
  }
  const double by = whole ? static_cast<double>(step.toLong()) : step.toDouble();
  GRADTAPE_CHECK(by != 0, "step must be nonzero; got arange from ", first, " to ", last);
  GRADTAPE_CHECK(std::isfinite(first) && std::isfinite(last), "unsupported range: ", first, " -> ",
                 last);
  GRADTAPE_CHECK((by > 0) == (last >= first) || first == last,
                 "upper bound and larger bound inconsistent with step sign; got from ", first,
                 " to ", last, " by ", by);
  constexpr double kLargest = 9.2e18;
  const double count =
      dtype == kInt64
          ? std::ceil(static_cast<double>(clamped_sub(end.toLong(), start.toLong())) / by)
          : std::ceil((last - first) / step.toDouble());
  GRADTAPE_CHECK(count >= 0 && count <= kLargest, "invalid size, possible overflow? arange from ",
                 first, " to ", last, " by ", by);
  Tensor result = make({static_cast<int64_t>(count)}, dtype, options);
  if (whole) {
    const int64_t base = start.toLong(), each = step.toLong();
    // Without a sign, as what lies between may be out of range.
    return filled(std::move(result), [&]<class T>(int64_t i) {
      return static_cast<T>(static_cast<int64_t>(
          static_cast<uint64_t>(base) + static_cast<uint64_t>(i) * static_cast<uint64_t>(each)));
    });
  }
  return filled(std::move(result), [&]<class T>(int64_t i) {
    return static_cast<T>(first + static_cast<double>(i) * by);
  });
}

Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps, TensorOptions options) {
  check_steps(steps);
  Tensor result = make({steps}, options.dtype(), options);
  if (steps == 0) return result;
  return filled(std::move(result), [&]<class T>(int64_t i) {
    return static_cast<T>(line_between<T>(start, end, steps).template at<T>(i));
  });
}

Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps, double base,
                TensorOptions options) {
  check_steps(steps);
  Tensor result = make({steps}, options.dtype(), options);
  if (steps == 0) return result;
  return filled(std::move(result), [&]<class T>(int64_t i) {
    const double exponent = line_between<T>(start, end, steps).template at<T>(i);
    return static_cast<T>(std::pow(base, exponent));
  });
}

Tensor eye(int64_t n, TensorOptions options) { return eye(n, n, options); }

Tensor eye(int64_t n, int64_t m, TensorOptions options) {
  GRADTAPE_CHECK(n >= 0, "n must be greater or equal to 0, got ", n);
  GRADTAPE_CHECK(m >= 0, "m must be greater or equal to 0, got ", m);
  Tensor result = zeros({n, m}, options);
  visit_dtype(result.dtype(), [&]<class T>(TypeTag<T>) {
    T* data = reinterpret_cast<T*>(result.impl().data());
    for (int64_t i = 0; i < std::min(n, m); ++i) data[i * m + i] = static_cast<T>(1);
  });
  return result;
}

Tensor from_blob(void* data, IntArrayRef sizes, TensorOptions options) {
  return from_blob(data, sizes, std::function<void(void*)>(), options);
}

namespace {
Tensor borrow(void* data, IntArrayRef sizes, IntArrayRef strides,
              std::function<void(void*)> deleter, const TensorOptions& options) {
  GRADTAPE_CHECK(sizes.size() == strides.size(), "from_blob: ", sizes.size(), " sizes but ",
                 strides.size(), " strides");
  for (size_t i = 0; i < sizes.size(); ++i) {
    GRADTAPE_CHECK(sizes[i] >= 0, "from_blob: Trying to create tensor with negative dimension ",
                   sizes[i], ": ", sizes);
    GRADTAPE_CHECK(strides[i] >= -kLargestStride && strides[i] <= kLargestStride,
                   "from_blob: strides must be in [", -kLargestStride, ", ", kLargestStride,
                   "]; got ", strides);
  }
  const ScalarType dtype = options.dtype();
  const int64_t places = reach_of(sizes, strides);
  checked_mul(places, static_cast<int64_t>(element_size(dtype)));
  Tensor result(IntrusivePtr(
      new TensorImpl(Storage::borrow(data, places * element_size(dtype), std::move(deleter)), dtype,
                     sizes, strides, 0)));
  if (options.requires_grad()) result.requires_grad_(true);
  return result;
}
}  // namespace

Tensor from_blob(void* data, IntArrayRef sizes, std::function<void(void*)> deleter,
                 TensorOptions options) {
  return borrow(data, sizes, contiguous_strides(sizes), std::move(deleter), options);
}

Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, TensorOptions options) {
  return borrow(data, sizes, strides, {}, options);
}

Tensor scalar_tensor(const Scalar& value, TensorOptions options) {
  return full({}, value, options.dtype(ScalarType(options.dtype())));
}

namespace detail {

TensorData::TensorData(std::initializer_list<TensorData> rows) : is_scalar_(false), rows_(rows) {
  sizes_.push_back(static_cast<int64_t>(rows_.size()));
  if (rows_.empty()) return;
  const TensorData& first = rows_[0];
  dtype_ = first.dtype_;
  for (const TensorData& row : rows_) {
    GRADTAPE_CHECK(row.sizes_ == first.sizes_,
                   "Expected all sub-lists to have sizes: ", first.sizes_,
                   ", but got sub-list with sizes: ", row.sizes_);
    const bool both_real = is_floating_point(row.dtype_) && is_floating_point(dtype_);
    GRADTAPE_CHECK(row.dtype_ == dtype_ || both_real,
                   "Expected all elements of the tensor to have the same scalar type: ", dtype_,
                   ", but got element of scalar type: ", row.dtype_);
    if (both_real) dtype_ = promote_types(dtype_, row.dtype_);
  }
  for (const int64_t size : first.sizes_) sizes_.push_back(size);
  resolve_literal();
}

TensorData::TensorData(const std::vector<bool>& values)
    : is_scalar_(false), sizes_{static_cast<int64_t>(values.size())}, dtype_(kBool) {
  for (const bool value : values) rows_.emplace_back(value);
}

// As in libtorch, int32 values make an int64 tensor.
void TensorData::resolve_literal() {
  if (dtype_ == kInt32) dtype_ = kInt64;
}

void TensorData::append_to(std::vector<Scalar>& flat) const {
  if (is_scalar_) {
    flat.push_back(scalar_);
    return;
  }
  if (array_) {
    visit_dtype(array_dtype_, [&]<class T>(TypeTag<T>) {
      const T* values = static_cast<const T*>(array_);
      flat.insert(flat.end(), values, values + sizes_[0]);
    });
  }
  for (const TensorData& row : rows_) row.append_to(flat);
}

}  // namespace detail

Tensor tensor(detail::TensorData data, TensorOptions options) {
  const ScalarType given = is_floating_point(data.dtype()) ? get_default_dtype() : data.dtype();
  const ScalarType dtype = options.dtype_opt().value_or(given);
  if (data.array()) {
    // One pass, which converts as a copy does; the memory is only read.
    const Tensor lent =
        from_blob(const_cast<void*>(data.array()), data.sizes(), data.array_dtype());
    Tensor result = make(data.sizes(), dtype, options);
    kernels::copy(result, lent);
    return result;
  }
  std::vector<Scalar> flat;
  data.append_to(flat);
  Tensor result = make(data.sizes(), dtype, options);
  return filled(std::move(result), [&]<class T>(int64_t i) { return flat[i].to<T>(); });
}

Tensor Tensor::new_empty(IntArrayRef sizes, TensorOptions options) const {
  return empty(sizes, options.dtype(options.dtype_opt().value_or(dtype())));
}
Tensor Tensor::new_zeros(IntArrayRef sizes, TensorOptions options) const {
  return zeros(sizes, options.dtype(options.dtype_opt().value_or(dtype())));
}
Tensor Tensor::new_ones(IntArrayRef sizes, TensorOptions options) const {
  return ones(sizes, options.dtype(options.dtype_opt().value_or(dtype())));
}
Tensor Tensor::new_full(IntArrayRef sizes, const Scalar& value, TensorOptions options) const {
  return full(sizes, value, options.dtype(options.dtype_opt().value_or(dtype())));
}

Tensor& Tensor::resize_(IntArrayRef sizes) const {
  GRADTAPE_CHECK(!requires_grad(), "cannot resize variables that require grad; got self ",
                 this->sizes(), " and sizes ", sizes);
  const auto start = static_cast<int64_t>(storage_offset() * itemsize());
  const auto bytes =
      static_cast<size_t>(checked_add(static_cast<int64_t>(bytes_of(sizes, dtype())), start));
  if (bytes > storage()->nbytes()) storage()->resize(bytes);
  impl().set(storage(), dtype(), sizes, contiguous_strides(sizes), storage_offset());
  return const_cast<Tensor&>(*this);
}

}  // namespace gradtape
