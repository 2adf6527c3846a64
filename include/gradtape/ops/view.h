#pragma once

#include <optional>
#include <vector>

#include "gradtape/ops/tensor.h"

// Views share the memory of the tensor they are taken of and cost the same whatever its size. A
// write into a view is a write into its base, also for gradients. Dimensions count from the end
// where they are negative; each function throws Error where one is out of range.
namespace gradtape {

/// The same elements, in row-major order, under other sizes; one of them may be -1.
///
/// Throws: Error if the number of elements differs or the strides do not allow it.
Tensor view(const Tensor& self, IntArrayRef sizes);
/// As view where the strides allow it, else a copy.
Tensor reshape(const Tensor& self, IntArrayRef sizes);
/// Dimensions start_dim to end_dim, both included, made one.
Tensor flatten(const Tensor& self, int64_t start_dim = 0, int64_t end_dim = -1);
/// Dimension dim split into sizes, one of which may be -1.
Tensor unflatten(const Tensor& self, int64_t dim, IntArrayRef sizes);

/// Two dimensions exchanged.
Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1);
/// Dimension i of the result is dims[i] of self.
Tensor permute(const Tensor& self, IntArrayRef dims);
/// Dimension source at destination, the others in their order.
Tensor movedim(const Tensor& self, int64_t source, int64_t destination);
Tensor movedim(const Tensor& self, IntArrayRef source, IntArrayRef destination);
/// A matrix transposed. Throws: Error if self has more than two dimensions.
Tensor t(const Tensor& self);

/// Dimensions of size 1 repeated without copying, new ones put in front; -1 keeps a size.
Tensor expand(const Tensor& self, IntArrayRef sizes, bool implicit = false);
/// Tensors expanded to the shape that they broadcast to.
std::vector<Tensor> broadcast_tensors(TensorList tensors);
/// Without the dimensions of size 1, or without this one if its size is 1.
Tensor squeeze(const Tensor& self);
Tensor squeeze(const Tensor& self, int64_t dim);
/// With a dimension of size 1 at dim, -dim() - 1 <= dim <= dim().
Tensor unsqueeze(const Tensor& self, int64_t dim);

/// The part of self at one index of dimension dim, which the result no longer has.
///
/// Throws: Error unless -size <= index < size.
Tensor select(const Tensor& self, int64_t dim, int64_t index);
/// start, start + step, ... of dimension dim, up to but not including end; both are clamped to the
/// size, negative ones count from it.
Tensor slice(const Tensor& self, int64_t dim = 0, std::optional<int64_t> start = {},
             std::optional<int64_t> end = {}, int64_t step = 1);
/// length entries of dimension dim from start on. Throws: Error if they are not all there.
Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length);
/// Any window over the storage of self. Throws: Error if it leaves the storage.
Tensor as_strided(const Tensor& self, IntArrayRef sizes, IntArrayRef strides,
                  std::optional<int64_t> storage_offset = {});
/// The diagonals of the matrices in dim1 and dim2, as the last dimension; offset > 0 is above the
/// main one.
Tensor diagonal(const Tensor& self, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
/// Windows of size along dim, one every step: dim becomes their number, size a new last dimension.
Tensor unfold(const Tensor& self, int64_t dim, int64_t size, int64_t step);

/// Pieces of split_size along dim, the last one smaller where it does not divide.
std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim = 0);
std::vector<Tensor> split(const Tensor& self, IntArrayRef split_sizes, int64_t dim = 0);
/// Throws: Error unless the sizes add up to that of dim.
std::vector<Tensor> split_with_sizes(const Tensor& self, IntArrayRef split_sizes, int64_t dim = 0);
/// At most this many pieces of equal size, the last one smaller where it does not divide.
std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim = 0);
/// select for every index of dim.
std::vector<Tensor> unbind(const Tensor& self, int64_t dim = 0);

}  // namespace gradtape
