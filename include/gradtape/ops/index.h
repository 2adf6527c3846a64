#pragma once

#include <vector>

#include "gradtape/core/indexing.h"
#include "gradtape/core/tensor.h"

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

}  // namespace gradtape
