#pragma once

#include "gradtape/core/scalar.h"
#include "gradtape/core/tensor_base.h"

// Products of arrays. Operands may be strided in any way; transposed and sliced ones are not copied
// where a row or a column is contiguous. Shapes and dtypes are checked by the caller.
namespace gradtape::kernels {

// op(a) op(b), op being the transpose where asked: [n, k] x [k, m] -> [n, m].
TensorBase mm(const TensorBase& a, bool transpose_a, const TensorBase& b, bool transpose_b);
// The same for each of a batch: [b, n, k] x [b, k, m] -> [b, n, m].
TensorBase bmm(const TensorBase& a, bool transpose_a, const TensorBase& b, bool transpose_b);
// beta c + alpha a b, c broadcast to the product's shape; c is not read if beta is 0.
TensorBase addmm(const TensorBase& c, const TensorBase& a, const TensorBase& b, const Scalar& beta,
                 const Scalar& alpha);
TensorBase baddbmm(const TensorBase& c, const TensorBase& a, const TensorBase& b,
                   const Scalar& beta, const Scalar& alpha);
// x W^T + bias over all leading axes: [*, in] x [out, in] (+ [out]) -> [*, out].
TensorBase linear(const TensorBase& x, const TensorBase& weight, const TensorBase& bias);
// op(a) x: [n, k] x [k] -> [n].
TensorBase mv(const TensorBase& a, bool transpose_a, const TensorBase& x);
// [n] x [n] -> [].
TensorBase dot(const TensorBase& a, const TensorBase& b);

}  // namespace gradtape::kernels
