#pragma once

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// What becomes of the losses of a batch's elements; libtorch's numbers.
namespace Reduction {
enum Reduction : int64_t { None, Mean, Sum, END };
}

/// -weight[t] * self[t] at each target t. Mean divides by the sum of the targets' weights; elements
/// whose target is ignore_index count for nothing.
///
/// Shapes: self [C], [N, C] or [N, C, d1, ...], of log-probabilities; target [], [N] or
/// [N, d1, ...], int64; weight [C]; result [] or, with Reduction::None, target's.
/// Throws: Error for a target outside 0 ... C - 1 or shapes that do not fit.
Tensor nll_loss(const Tensor& self, const Tensor& target, const Tensor& weight = {},
                int64_t reduction = Reduction::Mean, int64_t ignore_index = -100);
Tensor nll_loss_nd(const Tensor& self, const Tensor& target, const Tensor& weight = {},
                   int64_t reduction = Reduction::Mean, int64_t ignore_index = -100);
/// nll_loss(log_softmax(self)) where target holds classes; where it is shaped as self it holds
/// probabilities and the loss is their cross entropy. label_smoothing mixes the target with the
/// uniform distribution.
///
/// Shapes: as nll_loss, or target as self.
/// Throws: as nll_loss; Error if label_smoothing is not in [0, 1].
/// Source: label smoothing: Szegedy et al. 2015, arXiv:1512.00567.
Tensor cross_entropy_loss(const Tensor& self, const Tensor& target, const Tensor& weight = {},
                          int64_t reduction = Reduction::Mean, int64_t ignore_index = -100,
                          double label_smoothing = 0);
/// (self - target)^2. Shapes: broadcast together.
Tensor mse_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean);
/// |self - target|. Shapes: broadcast together.
Tensor l1_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean);
/// -weight * (target log(self) + (1 - target) log(1 - self)), the logarithms at least -100.
///
/// Shapes: self and target the same; as in libtorch, target may also broadcast to self once axes of
/// size 1 are left out of both ([n, 1] and [n]). weight broadcasts to self.
/// Throws: Error if an element of self is not in [0, 1].
Tensor binary_cross_entropy(const Tensor& self, const Tensor& target, const Tensor& weight = {},
                            int64_t reduction = Reduction::Mean);
/// binary_cross_entropy(sigmoid(self)) without its loss of accuracy; pos_weight weighs the
/// target's part.
Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target,
                                        const Tensor& weight = {}, const Tensor& pos_weight = {},
                                        int64_t reduction = Reduction::Mean);

}  // namespace gradtape
