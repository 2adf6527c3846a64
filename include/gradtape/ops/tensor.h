#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "gradtape/core/generator.h"
#include "gradtape/core/scalar.h"
#include "gradtape/core/tensor_base.h"

namespace gradtape {

class Tensor;
class IndexedTensor;
using TensorList = ArrayRef<Tensor>;

namespace indexing {
class TensorIndex;
}
namespace autograd {
class Node;
}

/// A multi-dimensional array with a gradient: a cheap handle, so that copies share the data and
/// clone() copies it. A default-made Tensor is undefined and holds nothing.
///
/// Methods do what the free function of the same name does: shapes, errors and sources stand there,
/// in gradtape/ops/. A name that ends in _ writes into this tensor and returns it; as in libtorch,
/// a const handle may be written through as well.
class Tensor : public TensorBase {
 public:
  using TensorBase::TensorBase;
  Tensor() = default;
  /// What a kernel gave.
  Tensor(TensorBase base) : TensorBase(std::move(base)) {}
  Tensor(const Tensor&) = default;
  Tensor(Tensor&&) noexcept = default;
  ~Tensor() = default;

  // To a name, assignment makes it name the other tensor. To what an expression returned (x[0] = y)
  // it writes the elements.
  Tensor& operator=(const Tensor&) & = default;
  Tensor& operator=(Tensor&&) & noexcept = default;
  Tensor& operator=(const Tensor& values) &&;
  Tensor& operator=(Tensor&& values) &&;
  Tensor& operator=(const Scalar& value) &&;

  /// Element access that knows rank and type; libtorch's accessor. Throws: Error if they differ.
  template <class T, size_t N>
  class Accessor;
  template <class T, size_t N>
  Accessor<T, N> accessor() const&;
  template <class T, size_t N>
  Accessor<T, N> accessor() && = delete;

  /// The elements as an xtensor adaptor; defined in gradtape/xtensor.h, see there.
  template <class T>
  auto array() &;
  template <class T>
  auto array() const&;
  template <class T>
  auto array() && = delete;
  template <class T>
  auto array() const&& = delete;

  /// The one element. Throws: Error if there is not exactly one.
  template <class T>
  T item() const {
    return item().template to<T>();
  }
  Scalar item() const;

  // -- dtype and memory
  Tensor to(ScalarType dtype, bool non_blocking = false, bool copy = false) const;
  Tensor to(TypeMeta dtype, bool non_blocking = false, bool copy = false) const {
    return to(ScalarType(dtype), non_blocking, copy);
  }
  /// Throws: Error if options ask for a gradient, which this result cannot need by itself.
  Tensor to(const TensorOptions& options, bool non_blocking = false, bool copy = false) const;
  Tensor to(Device device, ScalarType dtype, bool non_blocking = false, bool copy = false) const;
  Tensor to(const Tensor& like, bool non_blocking = false, bool copy = false) const {
    return to(like.dtype(), non_blocking, copy);
  }
  Tensor toType(ScalarType dtype) const { return to(dtype); }
  Tensor type_as(const Tensor& like) const { return to(like.dtype()); }
  Tensor cpu() const { return *this; }
  Tensor clone() const;
  Tensor contiguous() const;
  Tensor& copy_(const Tensor& source, bool non_blocking = false) const;
  Tensor& fill_(const Scalar& value) const;
  Tensor& fill_(const Tensor& value) const;
  Tensor& zero_() const;
  /// Other sizes over the same memory, row-major; more memory where it does not suffice, the new
  /// elements unset. Throws: Error if this needs a gradient.
  Tensor& resize_(IntArrayRef sizes) const;
  Tensor new_empty(IntArrayRef sizes, TensorOptions options = {}) const;
  Tensor new_zeros(IntArrayRef sizes, TensorOptions options = {}) const;
  Tensor new_ones(IntArrayRef sizes, TensorOptions options = {}) const;
  Tensor new_full(IntArrayRef sizes, const Scalar& value, TensorOptions options = {}) const;

  // -- views: O(1), sharing memory
  Tensor view(IntArrayRef sizes) const;
  Tensor view_as(const Tensor& other) const { return view(other.sizes()); }
  Tensor reshape(IntArrayRef sizes) const;
  Tensor reshape_as(const Tensor& other) const { return reshape(other.sizes()); }
  Tensor flatten(int64_t start_dim = 0, int64_t end_dim = -1) const;
  Tensor unflatten(int64_t dim, IntArrayRef sizes) const;
  Tensor transpose(int64_t dim0, int64_t dim1) const;
  Tensor permute(IntArrayRef dims) const;
  Tensor movedim(int64_t source, int64_t destination) const;
  Tensor movedim(IntArrayRef source, IntArrayRef destination) const;
  Tensor t() const;
  Tensor mT() const { return transpose(-2, -1); }
  Tensor select(int64_t dim, int64_t index) const;
  Tensor slice(int64_t dim = 0, std::optional<int64_t> start = {}, std::optional<int64_t> end = {},
               int64_t step = 1) const;
  Tensor narrow(int64_t dim, int64_t start, int64_t length) const;
  Tensor expand(IntArrayRef sizes, bool implicit = false) const;
  Tensor expand_as(const Tensor& other) const { return expand(other.sizes()); }
  Tensor squeeze() const;
  Tensor squeeze(int64_t dim) const;
  Tensor unsqueeze(int64_t dim) const;
  Tensor as_strided(IntArrayRef sizes, IntArrayRef strides,
                    std::optional<int64_t> storage_offset = {}) const;
  Tensor diagonal(int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const;
  Tensor unfold(int64_t dim, int64_t size, int64_t step) const;
  Tensor& squeeze_() const;
  Tensor& squeeze_(int64_t dim) const;
  Tensor& unsqueeze_(int64_t dim) const;
  Tensor& transpose_(int64_t dim0, int64_t dim1) const;
  Tensor& t_() const;
  std::vector<Tensor> split(int64_t split_size, int64_t dim = 0) const;
  std::vector<Tensor> split(IntArrayRef split_sizes, int64_t dim = 0) const;
  std::vector<Tensor> split_with_sizes(IntArrayRef split_sizes, int64_t dim = 0) const;
  std::vector<Tensor> chunk(int64_t chunks, int64_t dim = 0) const;
  std::vector<Tensor> unbind(int64_t dim = 0) const;

  // -- indexing
  Tensor operator[](int64_t index) const { return select(0, index); }
  Tensor operator[](const Scalar& index) const;
  Tensor operator[](const Tensor& index) const;
  /// Integers, Slice, None and "..." give a view; masks and index tensors a copy, and on the left
  /// of = they write through to this tensor.
  IndexedTensor index(ArrayRef<indexing::TensorIndex> indices) const;
  IndexedTensor index(std::initializer_list<indexing::TensorIndex> indices) const;
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Tensor& values,
                     bool accumulate = false) const;
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Scalar& value) const;
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices,
                     const Tensor& values) const;
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices,
                     const Scalar& value) const;
  Tensor index_select(int64_t dim, const Tensor& index) const;
  Tensor gather(int64_t dim, const Tensor& index) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor scatter_add(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor& scatter_add_(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor index_add(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor& index_add_(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor masked_fill(const Tensor& mask, const Scalar& value) const;
  Tensor masked_fill(const Tensor& mask, const Tensor& value) const;
  Tensor& masked_fill_(const Tensor& mask, const Scalar& value) const;
  Tensor& masked_fill_(const Tensor& mask, const Tensor& value) const;
  Tensor masked_select(const Tensor& mask) const;
  Tensor where(const Tensor& condition, const Tensor& other) const;
  Tensor nonzero() const;
  Tensor flip(IntArrayRef dims) const;
  Tensor roll(IntArrayRef shifts, IntArrayRef dims = {}) const;
  Tensor repeat(IntArrayRef repeats) const;
  Tensor tril(int64_t diagonal = 0) const;
  Tensor triu(int64_t diagonal = 0) const;
  Tensor diag(int64_t diagonal = 0) const;
  std::tuple<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false) const;
  std::tuple<Tensor, Tensor> sort(std::optional<bool> stable, int64_t dim = -1,
                                  bool descending = false) const;
  Tensor argsort(int64_t dim = -1, bool descending = false) const;
  template <std::same_as<bool> B>
  Tensor argsort(B stable, int64_t dim = -1, bool descending = false) const {
    return std::get<1>(sort(std::optional<bool>(stable), dim, descending));
  }
  std::tuple<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true,
                                  bool sorted = true) const;

  // -- arithmetic
  Tensor add(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor add(const Scalar& other, const Scalar& alpha = 1) const;
  Tensor& add_(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor& add_(const Scalar& other, const Scalar& alpha = 1) const;
  Tensor sub(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor sub(const Scalar& other, const Scalar& alpha = 1) const;
  Tensor& sub_(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor& sub_(const Scalar& other, const Scalar& alpha = 1) const;
  Tensor mul(const Tensor& other) const;
  Tensor mul(const Scalar& other) const;
  Tensor& mul_(const Tensor& other) const;
  Tensor& mul_(const Scalar& other) const;
  Tensor div(const Tensor& other) const;
  Tensor div(const Scalar& other) const;
  Tensor div(const Tensor& other, std::optional<std::string_view> rounding_mode) const;
  Tensor div(const Scalar& other, std::optional<std::string_view> rounding_mode) const;
  Tensor& div_(const Tensor& other) const;
  Tensor& div_(const Scalar& other) const;
  Tensor floor_divide(const Tensor& other) const;
  Tensor floor_divide(const Scalar& other) const;
  Tensor remainder(const Tensor& other) const;
  Tensor remainder(const Scalar& other) const;
  Tensor pow(const Tensor& exponent) const;
  Tensor pow(const Scalar& exponent) const;
  Tensor& pow_(const Tensor& exponent) const;
  Tensor& pow_(const Scalar& exponent) const;
  Tensor neg() const;
  Tensor& neg_() const;
  Tensor operator-() const { return neg(); }
  Tensor operator~() const;
  Tensor maximum(const Tensor& other) const;
  Tensor minimum(const Tensor& other) const;
  Tensor atan2(const Tensor& other) const;
  Tensor lerp(const Tensor& end, const Scalar& weight) const;
  Tensor lerp(const Tensor& end, const Tensor& weight) const;
  Tensor& lerp_(const Tensor& end, const Scalar& weight) const;
  Tensor addcmul(const Tensor& a, const Tensor& b, const Scalar& value = 1) const;
  Tensor& addcmul_(const Tensor& a, const Tensor& b, const Scalar& value = 1) const;
  Tensor addcdiv(const Tensor& a, const Tensor& b, const Scalar& value = 1) const;
  Tensor& addcdiv_(const Tensor& a, const Tensor& b, const Scalar& value = 1) const;
  Tensor clamp(std::optional<Scalar> min = {}, std::optional<Scalar> max = {}) const;
  Tensor& clamp_(std::optional<Scalar> min = {}, std::optional<Scalar> max = {}) const;
  Tensor clamp_min(const Scalar& min) const { return clamp(min, {}); }
  Tensor& clamp_min_(const Scalar& min) const { return clamp_(min, {}); }
  Tensor clamp_max(const Scalar& max) const { return clamp({}, max); }
  Tensor& clamp_max_(const Scalar& max) const { return clamp_({}, max); }
  Tensor& operator+=(const Tensor& other) { return add_(other); }
  Tensor& operator+=(const Scalar& other) { return add_(other); }
  Tensor& operator-=(const Tensor& other) { return sub_(other); }
  Tensor& operator-=(const Scalar& other) { return sub_(other); }
  Tensor& operator*=(const Tensor& other) { return mul_(other); }
  Tensor& operator*=(const Scalar& other) { return mul_(other); }
  Tensor& operator/=(const Tensor& other) { return div_(other); }
  Tensor& operator/=(const Scalar& other) { return div_(other); }

  // -- elementwise mathematics, each also in place
  Tensor abs() const;
  Tensor& abs_() const;
  Tensor sign() const;
  Tensor& sign_() const;
  Tensor square() const;
  Tensor& square_() const;
  Tensor sqrt() const;
  Tensor& sqrt_() const;
  Tensor rsqrt() const;
  Tensor& rsqrt_() const;
  Tensor reciprocal() const;
  Tensor& reciprocal_() const;
  Tensor exp() const;
  Tensor& exp_() const;
  Tensor expm1() const;
  Tensor& expm1_() const;
  Tensor log() const;
  Tensor& log_() const;
  Tensor log1p() const;
  Tensor& log1p_() const;
  Tensor log2() const;
  Tensor& log2_() const;
  Tensor log10() const;
  Tensor& log10_() const;
  Tensor sin() const;
  Tensor& sin_() const;
  Tensor cos() const;
  Tensor& cos_() const;
  Tensor tan() const;
  Tensor& tan_() const;
  Tensor asin() const;
  Tensor& asin_() const;
  Tensor acos() const;
  Tensor& acos_() const;
  Tensor atan() const;
  Tensor& atan_() const;
  Tensor sinh() const;
  Tensor& sinh_() const;
  Tensor cosh() const;
  Tensor& cosh_() const;
  Tensor tanh() const;
  Tensor& tanh_() const;
  Tensor erf() const;
  Tensor& erf_() const;
  Tensor erfc() const;
  Tensor& erfc_() const;
  Tensor lgamma() const;
  Tensor& lgamma_() const;
  Tensor sigmoid() const;
  Tensor& sigmoid_() const;
  Tensor relu() const;
  Tensor& relu_() const;
  Tensor floor() const;
  Tensor& floor_() const;
  Tensor ceil() const;
  Tensor& ceil_() const;
  Tensor round() const;
  Tensor& round_() const;
  Tensor trunc() const;
  Tensor& trunc_() const;
  Tensor frac() const;
  Tensor& frac_() const;
  Tensor isnan() const;
  Tensor isinf() const;
  Tensor isfinite() const;

  // -- comparison: bool tensors
  Tensor eq(const Tensor& other) const;
  Tensor eq(const Scalar& other) const;
  Tensor ne(const Tensor& other) const;
  Tensor ne(const Scalar& other) const;
  Tensor lt(const Tensor& other) const;
  Tensor lt(const Scalar& other) const;
  Tensor le(const Tensor& other) const;
  Tensor le(const Scalar& other) const;
  Tensor gt(const Tensor& other) const;
  Tensor gt(const Scalar& other) const;
  Tensor ge(const Tensor& other) const;
  Tensor ge(const Scalar& other) const;
  Tensor logical_and(const Tensor& other) const;
  Tensor logical_or(const Tensor& other) const;
  Tensor logical_xor(const Tensor& other) const;
  Tensor logical_not() const;
  Tensor isclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
                 bool equal_nan = false) const;
  bool allclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
                bool equal_nan = false) const;
  bool equal(const Tensor& other) const;

  // -- reduction; dim lists may be empty for all axes
  Tensor sum(std::optional<ScalarType> dtype = {}) const;
  Tensor sum(OptionalIntArrayRef dim, bool keepdim = false,
             std::optional<ScalarType> dtype = {}) const;
  Tensor mean(std::optional<ScalarType> dtype = {}) const;
  Tensor mean(OptionalIntArrayRef dim, bool keepdim = false,
              std::optional<ScalarType> dtype = {}) const;
  Tensor prod(std::optional<ScalarType> dtype = {}) const;
  Tensor prod(int64_t dim, bool keepdim = false, std::optional<ScalarType> dtype = {}) const;
  Tensor var(bool unbiased = true) const;
  Tensor var(OptionalIntArrayRef dim, bool unbiased = true, bool keepdim = false) const;
  Tensor var(OptionalIntArrayRef dim, std::optional<int64_t> correction,
             bool keepdim = false) const;
  Tensor var(int dim) const { return var(OptionalIntArrayRef(dim)); }
  Tensor var(int64_t dim) const { return var(OptionalIntArrayRef(dim)); }
  Tensor std(bool unbiased = true) const;
  Tensor std(OptionalIntArrayRef dim, bool unbiased = true, bool keepdim = false) const;
  Tensor std(OptionalIntArrayRef dim, std::optional<int64_t> correction,
             bool keepdim = false) const;
  Tensor std(int dim) const { return std(OptionalIntArrayRef(dim)); }
  Tensor std(int64_t dim) const { return std(OptionalIntArrayRef(dim)); }
  Tensor norm(const Scalar& p = 2) const;
  Tensor norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim = false) const;
  Tensor logsumexp(IntArrayRef dim, bool keepdim = false) const;
  Tensor max() const;
  Tensor min() const;
  Tensor max(const Tensor& other) const { return maximum(other); }
  Tensor min(const Tensor& other) const { return minimum(other); }
  std::tuple<Tensor, Tensor> max(int64_t dim, bool keepdim = false) const;
  std::tuple<Tensor, Tensor> min(int64_t dim, bool keepdim = false) const;
  Tensor amax(IntArrayRef dim = {}, bool keepdim = false) const;
  Tensor amin(IntArrayRef dim = {}, bool keepdim = false) const;
  Tensor argmax(std::optional<int64_t> dim = {}, bool keepdim = false) const;
  Tensor argmin(std::optional<int64_t> dim = {}, bool keepdim = false) const;
  Tensor all() const;
  Tensor all(int64_t dim, bool keepdim = false) const;
  Tensor any() const;
  Tensor any(int64_t dim, bool keepdim = false) const;
  Tensor cumsum(int64_t dim) const;
  Tensor sum_to_size(IntArrayRef sizes) const;

  // -- products
  Tensor matmul(const Tensor& other) const;
  Tensor mm(const Tensor& other) const;
  Tensor bmm(const Tensor& other) const;
  Tensor mv(const Tensor& vector) const;
  Tensor dot(const Tensor& other) const;
  Tensor outer(const Tensor& other) const;
  Tensor addmm(const Tensor& a, const Tensor& b, const Scalar& beta = 1,
               const Scalar& alpha = 1) const;

  // -- soft maxima
  Tensor softmax(int64_t dim, std::optional<ScalarType> dtype = {}) const;
  Tensor log_softmax(int64_t dim, std::optional<ScalarType> dtype = {}) const;

  // -- random fills, from the default generator unless one is given
  Tensor& uniform_(double from = 0, double to = 1, std::optional<Generator> generator = {}) const;
  Tensor& normal_(double mean = 0, double std = 1, std::optional<Generator> generator = {}) const;
  Tensor& bernoulli_(double p = 0.5, std::optional<Generator> generator = {}) const;
  Tensor& bernoulli_(const Tensor& p, std::optional<Generator> generator = {}) const;
  Tensor& random_(std::optional<Generator> generator = {}) const;
  Tensor& random_(int64_t to, std::optional<Generator> generator = {}) const;
  Tensor& random_(int64_t from, std::optional<int64_t> to,
                  std::optional<Generator> generator = {}) const;
  Tensor& exponential_(double lambd = 1, std::optional<Generator> generator = {}) const;
  Tensor& log_normal_(double mean = 1, double std = 2,
                      std::optional<Generator> generator = {}) const;
  Tensor& cauchy_(double median = 0, double sigma = 1,
                  std::optional<Generator> generator = {}) const;
  Tensor& geometric_(double p, std::optional<Generator> generator = {}) const;
  Tensor bernoulli(std::optional<Generator> generator = {}) const;
  Tensor bernoulli(double p, std::optional<Generator> generator = {}) const;

  // -- gradients; see docs/autograd.md
  bool requires_grad() const;
  /// Throws: Error if this is not a leaf (when turned off) or not floating point (when turned on).
  const Tensor& requires_grad_(bool requires_grad = true) const;
  const Tensor& set_requires_grad(bool requires_grad) const {
    return requires_grad_(requires_grad);
  }
  bool is_leaf() const;
  /// The accumulated gradient; undefined before the first backward.
  const Tensor& grad() const;
  Tensor& mutable_grad() const;
  /// The record that made this tensor; null for a leaf.
  IntrusivePtr<autograd::Node> grad_fn() const;
  uint32_t output_nr() const;
  /// Accumulates d(this)/d(leaf) into the leaves this was made from, or only into inputs.
  ///
  /// Shapes: gradient as this; it may be left out if this has one element.
  /// Throws: Error if this needs no gradient, or if its graph was freed by an earlier backward.
  void backward(const Tensor& gradient = {}, std::optional<bool> retain_graph = {},
                bool create_graph = false, std::optional<TensorList> inputs = {}) const;
  /// Shares the memory and the version counter, takes no part in the graph.
  Tensor detach() const;
  Tensor& detach_() const;
  /// Keeps the gradient of a tensor that is not a leaf. Throws: Error if it needs none.
  void retain_grad() const;
  bool retains_grad() const;
  /// Calls hook with this tensor's gradient when it is known; a defined result replaces it.
  unsigned register_hook(std::function<Tensor(const Tensor&)> hook) const;
  template <class F>
  requires std::is_void_v<std::invoke_result_t<F, const Tensor&>>
  unsigned register_hook(F hook) const {
    return register_hook(std::function<Tensor(const Tensor&)>([hook](const Tensor& grad) {
      hook(grad);
      return Tensor();
    }));
  }
  void remove_hook(unsigned position) const;
  int64_t _version() const { return storage()->version(); }
  bool is_view() const;
  /// The tensor that this is a view of. Throws: Error if it is none.
  Tensor _base() const;
  /// The same elements without history and with a version counter of their own.
  Tensor data() const;
  Tensor tensor_data() const { return data(); }
  Tensor variable_data() const { return data(); }
  /// Points this tensor at other's elements, keeping its place in the graph.
  void set_data(const Tensor& other) const;
};

using Variable = Tensor;
using variable_list = std::vector<Tensor>;
using tensor_list = std::vector<Tensor>;

/// What index({...}) returns: a Tensor that, on the left of =, also writes through masks and index
/// tensors.
class IndexedTensor : public Tensor {
 public:
  IndexedTensor(Tensor view) : Tensor(std::move(view)) {}
  IndexedTensor(Tensor values, Tensor source, std::vector<indexing::TensorIndex> indices);
  IndexedTensor(const IndexedTensor&) = default;
  IndexedTensor(IndexedTensor&&) = default;
  ~IndexedTensor() = default;

  IndexedTensor& operator=(const Tensor& other) &;
  IndexedTensor& operator=(const IndexedTensor& other) & = default;
  void operator=(const Tensor& values) &&;
  void operator=(const IndexedTensor& values) &&;
  void operator=(const Scalar& value) &&;

 private:
  struct Target;  // the tensor and the indices that = writes through; null where this is a view
  std::shared_ptr<const Target> target_;
};

template <class T, size_t N>
class Tensor::Accessor {
 public:
  Accessor(T* data, const int64_t* sizes, const int64_t* strides)
      : data_(data), sizes_(sizes), strides_(strides) {}
  decltype(auto) operator[](int64_t i) const {
    if constexpr (N == 1)
      return static_cast<T&>(data_[i * strides_[0]]);
    else
      return Accessor<T, N - 1>(data_ + i * strides_[0], sizes_ + 1, strides_ + 1);
  }
  int64_t size(int64_t dim) const { return sizes_[dim]; }
  int64_t stride(int64_t dim) const { return strides_[dim]; }
  IntArrayRef sizes() const { return {sizes_, N}; }
  T* data() const { return data_; }

 private:
  T* data_;
  const int64_t* sizes_;
  const int64_t* strides_;
};

template <class T, size_t N>
using TensorAccessor = Tensor::Accessor<T, N>;

template <class T, size_t N>
Tensor::Accessor<T, N> Tensor::accessor() const& {
  static_assert(N > 0, "a 0-d tensor is read with item<T>()");
  GRADTAPE_CHECK(dim() == static_cast<int64_t>(N), "accessor: the rank must be ", N, "; got self ",
                 sizes());
  return {data_ptr<T>(), impl().sizes().data(), impl().strides().data()};
}

/// Prints as PyTorch's C++ frontend does: the elements, then "[ CPUFloatType{2,3} ]".
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

}  // namespace gradtape
