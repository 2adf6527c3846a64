#pragma once

#include <optional>
#include <tuple>

#include "gradtape/ops/tensor.h"

// Reductions. dim lists count from the end where negative; an empty one stands for all axes. A
// reduced axis disappears, or keeps size 1 with keepdim. Results do not depend on the number of
// threads. All throw Error for an axis out of range or named twice.
namespace gradtape {

/// Sum of all elements, or along dim. Integers and bools add up to int64 unless dtype is given,
/// which elements are converted to first.
Tensor sum(const Tensor& self, std::optional<ScalarType> dtype = {});
Tensor sum(const Tensor& self, OptionalIntArrayRef dim, bool keepdim = false,
           std::optional<ScalarType> dtype = {});
/// Sums the axes that broadcasting from sizes to self's shape made or repeated.
///
/// Shapes: self [*]; result sizes. Throws: Error unless sizes is expandable to self's shape.
Tensor sum_to_size(const Tensor& self, IntArrayRef sizes);
/// The sum divided by the count; NaN of nothing. Throws: Error unless self or dtype is real.
Tensor mean(const Tensor& self, std::optional<ScalarType> dtype = {});
Tensor mean(const Tensor& self, OptionalIntArrayRef dim, bool keepdim = false,
            std::optional<ScalarType> dtype = {});
/// Product of all elements or along dim; integers as in sum. The gradient is right with zeros.
Tensor prod(const Tensor& self, std::optional<ScalarType> dtype = {});
Tensor prod(const Tensor& self, int64_t dim, bool keepdim = false,
            std::optional<ScalarType> dtype = {});

/// Mean squared distance from the mean, over n - correction: n - 1 if unbiased, n if not, n - 1
/// with a correction of {}; NaN or infinite where that is not above 0. A lone integer is a dim.
///
/// Throws: Error unless self is floating point.
Tensor var(const Tensor& self, bool unbiased = true);
Tensor var(const Tensor& self, OptionalIntArrayRef dim, bool unbiased = true, bool keepdim = false);
Tensor var(const Tensor& self, OptionalIntArrayRef dim, std::optional<int64_t> correction,
           bool keepdim = false);
inline Tensor var(const Tensor& self, int dim) {
  return gradtape::var(self, OptionalIntArrayRef(dim));
}
inline Tensor var(const Tensor& self, int64_t dim) {
  return gradtape::var(self, OptionalIntArrayRef(dim));
}
/// The root of var; its gradient is 0 where it is 0, as PyTorch's.
Tensor std(const Tensor& self, bool unbiased = true);
Tensor std(const Tensor& self, OptionalIntArrayRef dim, bool unbiased = true, bool keepdim = false);
Tensor std(const Tensor& self, OptionalIntArrayRef dim, std::optional<int64_t> correction,
           bool keepdim = false);
inline Tensor std(const Tensor& self, int dim) {
  return gradtape::std(self, OptionalIntArrayRef(dim));
}
inline Tensor std(const Tensor& self, int64_t dim) {
  return gradtape::std(self, OptionalIntArrayRef(dim));
}
std::tuple<Tensor, Tensor> var_mean(const Tensor& self, bool unbiased = true);
std::tuple<Tensor, Tensor> var_mean(const Tensor& self, OptionalIntArrayRef dim,
                                    bool unbiased = true, bool keepdim = false);
std::tuple<Tensor, Tensor> var_mean(const Tensor& self, OptionalIntArrayRef dim,
                                    std::optional<int64_t> correction, bool keepdim = false);
inline std::tuple<Tensor, Tensor> var_mean(const Tensor& self, int dim) {
  return gradtape::var_mean(self, OptionalIntArrayRef(dim));
}
inline std::tuple<Tensor, Tensor> var_mean(const Tensor& self, int64_t dim) {
  return gradtape::var_mean(self, OptionalIntArrayRef(dim));
}
std::tuple<Tensor, Tensor> std_mean(const Tensor& self, bool unbiased = true);
std::tuple<Tensor, Tensor> std_mean(const Tensor& self, OptionalIntArrayRef dim,
                                    bool unbiased = true, bool keepdim = false);
std::tuple<Tensor, Tensor> std_mean(const Tensor& self, OptionalIntArrayRef dim,
                                    std::optional<int64_t> correction, bool keepdim = false);
inline std::tuple<Tensor, Tensor> std_mean(const Tensor& self, int dim) {
  return gradtape::std_mean(self, OptionalIntArrayRef(dim));
}
inline std::tuple<Tensor, Tensor> std_mean(const Tensor& self, int64_t dim) {
  return gradtape::std_mean(self, OptionalIntArrayRef(dim));
}
/// (sum |x|^p)^(1/p), of p = 2 where p is {}. p = 0 counts what is not 0, p = +-inf is the extreme
/// |x|. The gradient is 0 where the norm is 0, and shared evenly where |x| ties for p = +-inf.
///
/// Throws: Error unless self is floating point.
Tensor norm(const Tensor& self, const Scalar& p = 2);
Tensor norm(const Tensor& self, const std::optional<Scalar>& p, IntArrayRef dim,
            bool keepdim = false);
/// log(sum(exp(self))) without overflow; -inf of nothing. Integers are taken as reals.
Tensor logsumexp(const Tensor& self, IntArrayRef dim, bool keepdim = false);

/// The largest (smallest) element; NaN if there is one. Elements that tie share the gradient.
///
/// Throws: Error if self has no elements.
Tensor max(const Tensor& self);
Tensor min(const Tensor& self);
/// Of each pair of elements: maximum and minimum.
Tensor max(const Tensor& self, const Tensor& other);
Tensor min(const Tensor& self, const Tensor& other);
/// The largest (smallest) elements along dim and, int64, where they are: the first of equals, the
/// first NaN. The gradient goes there.
///
/// Throws: Error if dim has size 0.
std::tuple<Tensor, Tensor> max(const Tensor& self, int64_t dim, bool keepdim = false);
std::tuple<Tensor, Tensor> min(const Tensor& self, int64_t dim, bool keepdim = false);
/// As max and min along any axes, without positions; elements that tie share the gradient.
Tensor amax(const Tensor& self, IntArrayRef dim = {}, bool keepdim = false);
Tensor amin(const Tensor& self, IntArrayRef dim = {}, bool keepdim = false);
/// Position of the largest (smallest) element along dim, or in row-major order; the first of
/// equals.
Tensor argmax(const Tensor& self, std::optional<int64_t> dim = {}, bool keepdim = false);
Tensor argmin(const Tensor& self, std::optional<int64_t> dim = {}, bool keepdim = false);

/// Whether all (any) elements are not 0: bool, of uint8 uint8.
Tensor all(const Tensor& self);
Tensor all(const Tensor& self, int64_t dim, bool keepdim = false);
Tensor any(const Tensor& self);
Tensor any(const Tensor& self, int64_t dim, bool keepdim = false);
/// Whether both have the same shape and elements; a NaN equals nothing.
bool equal(const Tensor& self, const Tensor& other);
/// Whether |self - other| <= atol + rtol |other| everywhere. Shapes: broadcast together.
///
/// Throws: Error if the dtypes differ.
bool allclose(const Tensor& self, const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
              bool equal_nan = false);

/// Running sums along dim; integers and bools in int64. Shapes: as self.
Tensor cumsum(const Tensor& self, int64_t dim);

}  // namespace gradtape
