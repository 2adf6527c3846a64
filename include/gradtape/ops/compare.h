#pragma once

#include "gradtape/ops/tensor.h"

// Comparisons and logic: bool tensors, no gradient.
//
// Shapes: inputs broadcast against each other.
// Dtypes: both sides are first converted to their promoted dtype.
namespace gradtape {

Tensor eq(const Tensor& self, const Tensor& other);
Tensor eq(const Tensor& self, const Scalar& other);
Tensor ne(const Tensor& self, const Tensor& other);
Tensor ne(const Tensor& self, const Scalar& other);
Tensor lt(const Tensor& self, const Tensor& other);
Tensor lt(const Tensor& self, const Scalar& other);
Tensor le(const Tensor& self, const Tensor& other);
Tensor le(const Tensor& self, const Scalar& other);
Tensor gt(const Tensor& self, const Tensor& other);
Tensor gt(const Tensor& self, const Scalar& other);
Tensor ge(const Tensor& self, const Tensor& other);
Tensor ge(const Tensor& self, const Scalar& other);

/// Anything but 0 counts as true, NaN too.
Tensor logical_and(const Tensor& self, const Tensor& other);
Tensor logical_or(const Tensor& self, const Tensor& other);
Tensor logical_xor(const Tensor& self, const Tensor& other);
Tensor logical_not(const Tensor& self);
/// Of each bit; of bools as the logical ones. Throws: Error for floating dtypes.
Tensor bitwise_and(const Tensor& self, const Tensor& other);
Tensor bitwise_and(const Tensor& self, const Scalar& other);
Tensor bitwise_or(const Tensor& self, const Tensor& other);
Tensor bitwise_or(const Tensor& self, const Scalar& other);
Tensor bitwise_xor(const Tensor& self, const Tensor& other);
Tensor bitwise_xor(const Tensor& self, const Scalar& other);
Tensor bitwise_not(const Tensor& self);

Tensor isnan(const Tensor& self);
Tensor isinf(const Tensor& self);
Tensor isfinite(const Tensor& self);
/// Whether |self - other| <= atol + rtol * |other|; equal infinities are close, and NaNs if asked.
///
/// Throws: Error if the dtypes differ or a tolerance is negative.
Tensor isclose(const Tensor& self, const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
               bool equal_nan = false);

inline Tensor operator==(const Tensor& x, const Tensor& y) { return eq(x, y); }
inline Tensor operator==(const Tensor& x, const Scalar& y) { return eq(x, y); }
inline Tensor operator==(const Scalar& x, const Tensor& y) { return eq(y, x); }
inline Tensor operator!=(const Tensor& x, const Tensor& y) { return ne(x, y); }
inline Tensor operator!=(const Tensor& x, const Scalar& y) { return ne(x, y); }
inline Tensor operator!=(const Scalar& x, const Tensor& y) { return ne(y, x); }
inline Tensor operator<(const Tensor& x, const Tensor& y) { return lt(x, y); }
inline Tensor operator<(const Tensor& x, const Scalar& y) { return lt(x, y); }
inline Tensor operator<(const Scalar& x, const Tensor& y) { return gt(y, x); }
inline Tensor operator<=(const Tensor& x, const Tensor& y) { return le(x, y); }
inline Tensor operator<=(const Tensor& x, const Scalar& y) { return le(x, y); }
inline Tensor operator<=(const Scalar& x, const Tensor& y) { return ge(y, x); }
inline Tensor operator>(const Tensor& x, const Tensor& y) { return gt(x, y); }
inline Tensor operator>(const Tensor& x, const Scalar& y) { return gt(x, y); }
inline Tensor operator>(const Scalar& x, const Tensor& y) { return lt(y, x); }
inline Tensor operator>=(const Tensor& x, const Tensor& y) { return ge(x, y); }
inline Tensor operator>=(const Tensor& x, const Scalar& y) { return ge(x, y); }
inline Tensor operator>=(const Scalar& x, const Tensor& y) { return le(y, x); }

inline Tensor operator&(const Tensor& x, const Tensor& y) { return bitwise_and(x, y); }
inline Tensor operator&(const Tensor& x, const Scalar& y) { return bitwise_and(x, y); }
inline Tensor operator&(const Scalar& x, const Tensor& y) { return bitwise_and(y, x); }
inline Tensor operator|(const Tensor& x, const Tensor& y) { return bitwise_or(x, y); }
inline Tensor operator|(const Tensor& x, const Scalar& y) { return bitwise_or(x, y); }
inline Tensor operator|(const Scalar& x, const Tensor& y) { return bitwise_or(y, x); }
inline Tensor operator^(const Tensor& x, const Tensor& y) { return bitwise_xor(x, y); }
inline Tensor operator^(const Tensor& x, const Scalar& y) { return bitwise_xor(x, y); }
inline Tensor operator^(const Scalar& x, const Tensor& y) { return bitwise_xor(y, x); }
inline Tensor operator!(const Tensor& x) { return logical_not(x); }

}  // namespace gradtape
