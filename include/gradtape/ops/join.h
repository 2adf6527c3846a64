#pragma once

#include <vector>

#include "gradtape/ops/tensor.h"

// Tensors put together, and one tensor repeated or moved around.
namespace gradtape {

/// Tensors one behind the other along dim. The dtype is the one that all promote to; as in PyTorch
/// a tensor of shape [0] is left out.
///
/// Shapes: equal but for dim. Throws: Error if they are not, or a tensor is 0-d.
Tensor cat(TensorList tensors, int64_t dim = 0);
inline Tensor concat(TensorList tensors, int64_t dim = 0) { return cat(tensors, dim); }
/// Tensors of one shape along a new dimension dim.
Tensor stack(TensorList tensors, int64_t dim = 0);
/// cat along the second dimension; along the first one for 1-d tensors. 0-d ones become [1].
Tensor hstack(TensorList tensors);
/// cat along the first dimension; 1-d tensors are rows.
Tensor vstack(TensorList tensors);

/// The whole tensor repeats[i] times along dimension i; more repeats than dimensions add new ones
/// in front.
Tensor repeat(const Tensor& self, IntArrayRef repeats);
/// As repeat, but missing repeats are 1.
Tensor tile(const Tensor& self, IntArrayRef repeats);
/// Backwards along these dimensions.
Tensor flip(const Tensor& self, IntArrayRef dims);
/// Moved by shifts along dims, what leaves at one end enters at the other; without dims the tensor
/// is moved as if it were flat.
Tensor roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims = {});
/// For 1-d tensors x, y, ...: of shape [len(x), len(y), ...], x along the first dimension and so on
/// ("ij"), or with the first two exchanged ("xy").
std::vector<Tensor> meshgrid(TensorList tensors, const char* indexing = "ij");

}  // namespace gradtape
