#pragma once

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// Product of two matrices.
///
/// Shapes: self [n, k], mat2 [k, m]; result [n, m].
/// Throws: Error if either is no matrix, the inner sizes differ, or the dtypes do.
Tensor mm(const Tensor& self, const Tensor& mat2);

/// Product of the matrices of two batches, pair by pair.
///
/// Shapes: self [b, n, k], mat2 [b, k, m]; result [b, n, m].
/// Throws: Error if either is not 3-d or the sizes do not fit.
Tensor bmm(const Tensor& self, const Tensor& mat2);

/// Product of a matrix and a vector.
///
/// Shapes: self [n, k], vec [k]; result [n]. Throws: Error if the sizes do not fit.
Tensor mv(const Tensor& self, const Tensor& vec);

/// Sum of the products of two vectors' elements.
///
/// Shapes: both [n]; result []. Throws: Error if either is not 1-d, or the sizes or dtypes differ.
Tensor dot(const Tensor& self, const Tensor& tensor);

/// Every product of an element of self with one of vec2.
///
/// Shapes: self [n], vec2 [m]; result [n, m]. Throws: Error if either is not 1-d.
Tensor outer(const Tensor& self, const Tensor& vec2);

/// beta self + alpha mat1 mat2, in one pass; self is not read if beta is 0.
///
/// Shapes: mat1 [n, k], mat2 [k, m]; self broadcasts to [n, m]; result [n, m].
/// Throws: Error if the sizes do not fit or the dtypes differ.
Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta = 1,
             const Scalar& alpha = 1);

/// As addmm, for each of a batch.
///
/// Shapes: batch1 [b, n, k], batch2 [b, k, m]; self broadcasts to [b, n, m].
Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2,
               const Scalar& beta = 1, const Scalar& alpha = 1);

/// The product that the ranks ask for: dot, matrix and vector, or matrices over batch axes.
///
/// Shapes: [n] x [n] -> []; [n, k] x [k] -> [n]; [k] x [k, m] -> [m]; [n, k] x [k, m] -> [n, m];
/// above that the leading axes are a batch and broadcast: [*, n, k] x [*, k, m] -> [*, n, m], a
/// vector counting as one row or column.
/// Throws: Error if either is 0-d, the inner sizes differ, or the batches do not broadcast.
Tensor matmul(const Tensor& self, const Tensor& other);

/// Affine map x W^T + bias; without a bias if that is undefined.
///
/// Shapes: input [*, in], weight [out, in], bias [out]; result [*, out].
/// Throws: Error if the sizes do not fit or the dtypes differ.
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {});

}  // namespace gradtape
