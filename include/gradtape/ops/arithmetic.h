#pragma once

#include <optional>
#include <string_view>

#include "gradtape/ops/tensor.h"

// Elementwise arithmetic.
//
// Shapes: inputs broadcast against each other; the result has the joint shape. In place, self must
//         have that shape already.
// Dtypes: promoted by PyTorch's rules: a tensor with axes counts before a 0-d one, and that before
//         a number; only a higher kind (bool, integer, floating) of the latter changes the result.
// Throws: Error if sizes do not broadcast, or, in place, if the result is of a higher kind than
//         self or self's memory overlaps itself or an input.
namespace gradtape {

/// The dtype of an op on these two.
ScalarType result_type(const Tensor& a, const Tensor& b);
ScalarType result_type(const Tensor& a, const Scalar& b);
ScalarType result_type(const Scalar& a, const Tensor& b);
/// Whether an in-place op may write values of one dtype into a tensor of the other.
bool can_cast(ScalarType from, ScalarType to);

/// self + alpha * other. Throws: Error if alpha is real and the result is not.
Tensor add(const Tensor& self, const Tensor& other, const Scalar& alpha = 1);
Tensor add(const Tensor& self, const Scalar& other, const Scalar& alpha = 1);
/// self - alpha * other. Throws: Error for bool tensors, and as add.
Tensor sub(const Tensor& self, const Tensor& other, const Scalar& alpha = 1);
Tensor sub(const Tensor& self, const Scalar& other, const Scalar& alpha = 1);
/// other - alpha * self.
Tensor rsub(const Tensor& self, const Tensor& other, const Scalar& alpha = 1);
Tensor rsub(const Tensor& self, const Scalar& other, const Scalar& alpha = 1);
Tensor mul(const Tensor& self, const Tensor& other);
Tensor mul(const Tensor& self, const Scalar& other);
/// The true quotient; integers give the default dtype. With rounding_mode "trunc" or "floor" the
/// rounded one, and integers stay integers.
///
/// Throws: Error for another rounding_mode, or if integers are divided by zero while rounding.
Tensor div(const Tensor& self, const Tensor& other);
Tensor div(const Tensor& self, const Scalar& other);
Tensor div(const Tensor& self, const Tensor& other, std::optional<std::string_view> rounding_mode);
Tensor div(const Tensor& self, const Scalar& other, std::optional<std::string_view> rounding_mode);
/// The quotient rounded down. Throws: in backward, Error: it has no gradient, as in PyTorch.
Tensor floor_divide(const Tensor& self, const Tensor& other);
Tensor floor_divide(const Tensor& self, const Scalar& other);
/// What floor division leaves: it has the sign of other.
Tensor remainder(const Tensor& self, const Tensor& other);
Tensor remainder(const Tensor& self, const Scalar& other);
Tensor remainder(const Scalar& self, const Tensor& other);
/// What truncating division leaves: it has the sign of self.
Tensor fmod(const Tensor& self, const Tensor& other);
Tensor fmod(const Tensor& self, const Scalar& other);

/// self to the power of exponent. Integers stay integers and wrap around.
///
/// Throws: Error for integers to a negative integer number.
Tensor pow(const Tensor& self, const Tensor& exponent);
Tensor pow(const Tensor& self, const Scalar& exponent);
Tensor pow(const Scalar& self, const Tensor& exponent);
Tensor square(const Tensor& self);

/// Throws: Error for bool tensors.
Tensor neg(const Tensor& self);
/// The larger of the two; NaN if one is. Where they are equal each gets half of the gradient.
Tensor maximum(const Tensor& self, const Tensor& other);
Tensor minimum(const Tensor& self, const Tensor& other);
/// The angle of (other, self) to the first axis, in (-pi, pi].
Tensor atan2(const Tensor& self, const Tensor& other);
/// sqrt(self^2 + other^2) without overflow. Throws: Error for integers.
Tensor hypot(const Tensor& self, const Tensor& other);

/// self + weight * (end - self). Throws: Error unless all are of one floating dtype.
Tensor lerp(const Tensor& self, const Tensor& end, const Scalar& weight);
Tensor lerp(const Tensor& self, const Tensor& end, const Tensor& weight);
/// self + value * tensor1 * tensor2.
Tensor addcmul(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
               const Scalar& value = 1);
/// self + value * tensor1 / tensor2. Throws: Error if all three are integers.
Tensor addcdiv(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2,
               const Scalar& value = 1);

/// Values below min become min, values above max become max; max wins. The gradient passes where
/// min <= self <= max, the bounds included.
///
/// Throws: Error if neither bound is given.
Tensor clamp(const Tensor& self, const std::optional<Scalar>& min,
             const std::optional<Scalar>& max = {});
Tensor clamp_min(const Tensor& self, const Scalar& min);
Tensor clamp_max(const Tensor& self, const Scalar& max);

inline Tensor operator+(const Tensor& x, const Tensor& y) { return add(x, y); }
inline Tensor operator+(const Tensor& x, const Scalar& y) { return add(x, y); }
inline Tensor operator+(const Scalar& x, const Tensor& y) { return add(y, x); }
inline Tensor operator-(const Tensor& x, const Tensor& y) { return sub(x, y); }
inline Tensor operator-(const Tensor& x, const Scalar& y) { return sub(x, y); }
inline Tensor operator-(const Scalar& x, const Tensor& y) { return rsub(y, x); }
inline Tensor operator*(const Tensor& x, const Tensor& y) { return mul(x, y); }
inline Tensor operator*(const Tensor& x, const Scalar& y) { return mul(x, y); }
inline Tensor operator*(const Scalar& x, const Tensor& y) { return mul(y, x); }
inline Tensor operator/(const Tensor& x, const Tensor& y) { return div(x, y); }
inline Tensor operator/(const Tensor& x, const Scalar& y) { return div(x, y); }
Tensor operator/(const Scalar& x, const Tensor& y);
inline Tensor operator%(const Tensor& x, const Tensor& y) { return remainder(x, y); }
inline Tensor operator%(const Tensor& x, const Scalar& y) { return remainder(x, y); }
inline Tensor operator%(const Scalar& x, const Tensor& y) { return remainder(x, y); }

}  // namespace gradtape
