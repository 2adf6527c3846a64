#pragma once

#include <vector>

#include "gradtape/ops/tensor.h"
#include "gradtape/ops/tensor_index.h"

// Elements chosen by number or by mask. Indices are int64; each function throws Error, with the
// number, where one is out of range, before anything is written.
namespace gradtape {

/// What self.index(indices) gives: integers, Slice, None and "..." make a view, masks and index
/// tensors a copy. Index tensors broadcast against each other; their dimensions stand where the
/// first of them stood if they are side by side, else in front.
Tensor index(const Tensor& self, ArrayRef<indexing::TensorIndex> indices);
/// A copy of self with values written to those places; with accumulate they are added, once for
/// each time that a place is named.
Tensor index_put(const Tensor& self, ArrayRef<indexing::TensorIndex> indices, const Tensor& values,
                 bool accumulate = false);

/// The entries of dimension dim that index [n] names, in its order.
///
/// Shapes: as self, but n along dim. Throws: Error if index has more than one dimension.
Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index);
/// self with source[i] added to the entry index[i] of dimension dim. The order of summation does
/// not depend on the number of threads.
///
/// Shapes: index [n]; source as self, but n along dim.
Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source);

/// result[i][j] = self[index[i][j]][j] for dim 0, and so on.
///
/// Shapes: result as index, which is of self's rank and no larger than it but along dim.
Tensor gather(const Tensor& self, int64_t dim, const Tensor& index);
/// self with result[index[i][j]][j] = source[i][j] for dim 0, and so on. Where index names a place
/// twice the last one counts.
///
/// Shapes: index of self's rank, no larger than source, nor than self but along dim.
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source);
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value);
/// As scatter, adding.
Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source);

/// self with value where mask is true; value may be a 0-d tensor.
///
/// Shapes: self and mask (bool or uint8) broadcast.
Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value);
Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value);
/// The elements where mask is true, in row-major order.
///
/// Shapes: self and mask broadcast; the result is [number of true ones].
Tensor masked_select(const Tensor& self, const Tensor& mask);
/// condition ? a : b, element by element; the dtypes of a and b promote.
///
/// Shapes: all three broadcast. Throws: Error if condition is neither bool nor uint8.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Scalar& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, const Scalar& b);
Tensor where(const Tensor& condition, const Scalar& a, const Scalar& b);
/// The columns of nonzero: one index tensor for each dimension.
std::vector<Tensor> where(const Tensor& condition);
/// The places of all elements that are not 0, in row-major order.
///
/// Shapes: [number of them, dim()], int64.
Tensor nonzero(const Tensor& self);
/// The elements of self, seen as flat, that index names; negative numbers count from the end.
///
/// Shapes: as index.
Tensor take(const Tensor& self, const Tensor& index);

/// Matrices (the last two dimensions) with zeros above, or below, a diagonal.
Tensor tril(const Tensor& self, int64_t diagonal = 0);
Tensor triu(const Tensor& self, int64_t diagonal = 0);
/// A copy of a matrix's diagonal, or a matrix of zeros with a vector on its diagonal.
Tensor diag(const Tensor& self, int64_t diagonal = 0);
/// A vector with one 1 for each class number; -1 counts the classes.
///
/// Shapes: self [*] int64 -> [*, num_classes] int64.
Tensor one_hot(const Tensor& self, int64_t num_classes = -1);

}  // namespace gradtape
