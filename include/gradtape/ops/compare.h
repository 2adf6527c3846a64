#pragma once

#include "gradtape/core/tensor.h"

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

}  // namespace gradtape
