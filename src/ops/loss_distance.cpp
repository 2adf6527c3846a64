#include <utility>

#include "autograd/op_node.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/loss/loss.h"
#include "kernels/reduce/reduce.h"

#include "gradtape/ops/loss.h"

// Losses against values.
namespace gradtape {
namespace {

using namespace autograd;

Tensor reduced(const Tensor& losses, int64_t reduction, const char* op) {
  GRADTAPE_CHECK(reduction >= Reduction::None && reduction < Reduction::END, op,
                 ": reduction must be None (0), Mean (1) or Sum (2); got ", reduction);
  if (reduction == Reduction::Mean) return losses.mean();
  return reduction == Reduction::Sum ? losses.sum() : losses;
}

// Summed squares of differences, in one pass over both.
struct SquaredDistance {
  static constexpr const char* name = "MseLossBackward0";
  static constexpr Reads reads[] = {kInput0 | kInput1, kInput0 | kInput1};

  double divisor;

  Tensor forward(const Tensor& a, const Tensor& b) const {
    return kernels::squared_distance(a, b, divisor);
  }
  void vjp(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) const {
    const Tensor difference = saved.input(0).sub(saved.input(1));
    const Tensor scale = grads[0].mul(2 / divisor);
    if (saved.needs(0)) into[0] = difference.mul(scale);
    if (saved.needs(1)) into[1] = difference.mul(scale.neg());
  }
};

// -target log(x) - (1 - target) log(1 - x) with logarithms of at least -100. The gradient is
// PyTorch's (x - target) / max(x (1 - x), 1e-12), the bound a float, which does not know of that
// bound.
struct BinaryCrossEntropy {
  static constexpr const char* name = "BinaryCrossEntropyBackward0";
  static constexpr Reads reads[] = {kInput0 | kInput1, kInput0};

  Tensor forward(const Tensor& x, const Tensor& target) const {
    const NoGradGuard guard;
    const Tensor one_minus = x.neg().add(1);
    return target.sub(1)
        .mul(one_minus.log().clamp_min(-100))
        .sub(target.mul(x.log().clamp_min(-100)));
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor x = saved.input(0);
    const Tensor one_minus = x.neg().add(1);
    if (i == 1) return grad.mul(one_minus.log().clamp_min(-100).sub(x.log().clamp_min(-100)));
    return grad.mul(x.sub(saved.input(1))).div(one_minus.mul(x).clamp_min(1e-12f));
  }
};

// self and target of other sizes without the axes of size 1, as libtorch reads them; target then
// broadcasts to self.
std::pair<Tensor, Tensor> squeezed(const Tensor& self, const Tensor& target) {
  std::pair<Tensor, Tensor> both(self.squeeze(), target.squeeze());
  const IntArrayRef sizes = both.first.sizes();
  const DimVector joint =
      kernels::broadcast_sizes(both.first.impl().sizes(), both.second.impl().sizes());
  GRADTAPE_CHECK(sizes.equals(joint), "binary_cross_entropy: output with shape ", sizes,
                 " doesn't match the broadcast shape ", joint, "; got self ", self.sizes(),
                 ", target ", target.sizes());
  return both;
}

void check_same_sizes(const Tensor& self, const Tensor& target, const char* op) {
  GRADTAPE_CHECK(self.sizes().equals(target.sizes()), op, ": Target size (", target.sizes(),
                 ") must be the same as input size (", self.sizes(), ")");
}

}  // namespace

Tensor mse_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  const bool fused = reduction != Reduction::None && self.dtype() == target.dtype() &&
                     self.sizes().equals(target.sizes()) && self.is_floating_point();
  if (fused) {
    const double count = static_cast<double>(self.numel());
    return apply(SquaredDistance{reduction == Reduction::Mean ? count : 1}, self, target);
  }
  GRADTAPE_CHECK(self.is_floating_point() || target.is_floating_point(),
                 "mse_loss: self or target must be floating point; got ", self.dtype(), " and ",
                 target.dtype());
  return reduced(self.sub(target).square(), reduction, "mse_loss");
}

Tensor l1_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  return reduced(self.sub(target).abs(), reduction, "l1_loss");
}

Tensor binary_cross_entropy(const Tensor& self, const Tensor& target, const Tensor& weight,
                            int64_t reduction) {
  const Tensor outside = self.detach().lt(0).logical_or(self.detach().gt(1));
  GRADTAPE_CHECK(!outside.any().item<bool>(),
                 "binary_cross_entropy: all elements of input should be between 0 and 1");
  Tensor losses;
  if (self.sizes().equals(target.sizes())) {
    losses = apply(BinaryCrossEntropy{}, self, target);
  } else {
    const auto [x, t] = squeezed(self, target);
    losses = apply(BinaryCrossEntropy{}, x, t).reshape(self.sizes());
  }
  if (weight.defined()) {
    losses = losses.mul(weight);
    GRADTAPE_CHECK(losses.sizes().equals(self.sizes()), "binary_cross_entropy: output with shape ",
                   self.sizes(), " doesn't match the broadcast shape ", losses.sizes());
  }
  return reduced(losses, reduction, "binary_cross_entropy");
}

Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target,
                                        const Tensor& weight, const Tensor& pos_weight,
                                        int64_t reduction) {
  check_same_sizes(self, target, "binary_cross_entropy_with_logits");
  // log(1 + exp(-x)), shifted by max(-x, 0) so that neither exponential overflows; the shift
  // cancels in the gradient, at 0 too.
  const Tensor shift = self.neg().clamp_min(0);
  const Tensor softplus = shift.neg().exp().add(self.neg().sub(shift).exp()).log().add(shift);
  const Tensor positive =
      pos_weight.defined() ? softplus.mul(pos_weight.sub(1).mul(target).add(1)) : softplus;
  Tensor losses = target.neg().add(1).mul(self).add(positive);
  if (weight.defined()) losses = losses.mul(weight);
  return reduced(losses, reduction, "binary_cross_entropy_with_logits");
}

}  // namespace gradtape
