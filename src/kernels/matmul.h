#pragma once

#include "gradtape/core/scalar.h"
#include "gradtape/core/tensor.h"

// Products of arrays. Operands may be strided in any way; transposed and sliced ones are not copied
// where a row or a column is contiguous. Shapes and dtypes are checked by the caller.
namespace gradtape::kernels {

// op(a) op(b), op being the transpose where asked: [n, k] x [k, m] -> [n, m].
Tensor mm(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b);
// The same for each of a batch: [b, n, k] x [b, k, m] -> [b, n, m].
Tensor bmm(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b);
// beta c + alpha a b, c broadcast to the product's shape; c is not read if beta is 0.
Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, const Scalar& beta,
             const Scalar& alpha);
Tensor baddbmm(const Tensor& c, const Tensor& a, const Tensor& b, const Scalar& beta,
               const Scalar& alpha);
// x W^T + bias over all leading axes: [*, in] x [out, in] (+ [out]) -> [*, out].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);
// op(a) x: [n, k] x [k] -> [n].
Tensor mv(const Tensor& a, bool transpose_a, const Tensor& x);
// [n] x [n] -> [].
Tensor dot(const Tensor& a, const Tensor& b);

}  // namespace gradtape::kernels
