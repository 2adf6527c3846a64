#include "autograd/op_node.h"
#include "kernels/loss/loss.h"

#include "gradtape/ops/factory.h"
#include "gradtape/ops/loss.h"
#include "gradtape/ops/softmax.h"

// Losses against classes.
namespace gradtape {
namespace {

using namespace autograd;

// What a loss and its gradients share. Target and weight are their inputs.
struct Classes {
  kernels::NllArgs args;  // but for the arrays
  bool each;

  kernels::NllArgs with(const Tensor& target, const Tensor& weight) const {
    kernels::NllArgs result = args;
    result.target = kernels::dense(target, kInt64);
    if (weight.defined()) result.weight = kernels::dense(weight);
    kernels::check_targets(result);  // in backward again: data() writes without a version
    return result;
  }
};

// Inputs x, target, weight. The loss is linear in x, so its gradient and the gradient's gradient
// are adjoint to each other: each is the other's vjp.
struct NllLoss {
  static constexpr const char* name = "NllLossBackward0";
  static constexpr Reads reads[] = {kInput0 | kInput1 | kInput2, kNothing, kNothing};

  Classes classes;

  Tensor forward(const Tensor& x, const Tensor& target, const Tensor& weight) const {
    return kernels::nll_loss(x, classes.with(target, weight), classes.each);
  }
  Tensor vjp(int, const Tensor& grad, const Saved& saved) const;
};

// Inputs grad, x, target, weight. As in PyTorch it depends on x, with a derivative of zeros.
struct NllLossBackward {
  static constexpr const char* name = "NllLossBackwardBackward0";
  static constexpr Reads reads[] = {kInput2 | kInput3, kNothing, kNothing, kNothing};

  Classes classes;

  Tensor forward(const Tensor& grad, const Tensor&, const Tensor& target,
                 const Tensor& weight) const {
    return kernels::nll_loss_backward(grad, classes.with(target, weight), classes.each);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    if (i == 1) return zeros(saved.sizes(1), saved.dtype(1));
    return apply(NllLoss{classes}, grad, saved.input(2), saved.input(3));
  }
};

Tensor NllLoss::vjp(int, const Tensor& grad, const Saved& saved) const {
  return apply(NllLossBackward{classes}, grad, saved.input(0), saved.input(1), saved.input(2));
}

// The gradient of cross entropy, linear in grad and in the softmax. Inputs grad, softmax, target,
// weight.
struct CrossEntropyBackward {
  static constexpr const char* name = "NllLossBackwardBackward0";
  static constexpr Reads kClasses = kInput2 | kInput3;
  static constexpr Reads reads[] = {kInput1 | kClasses, kInput0 | kClasses, kNothing, kNothing};

  Classes classes;

  Tensor forward(const Tensor& grad, const Tensor& softmax, const Tensor& target,
                 const Tensor& weight) const {
    return kernels::cross_entropy_backward(grad, softmax, classes.with(target, weight),
                                           classes.each);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor target = saved.input(2), weight = saved.input(3);
    const Tensor weights = kernels::nll_row_weights(classes.with(target, weight), grad.dtype());
    if (i == 1) return grad.mul(saved.input(0).mul(weights).unsqueeze(1));
    const Tensor rows = grad.mul(saved.input(1)).sum(1).mul(weights);
    return (classes.each ? rows : rows.sum()).add(apply(NllLoss{classes}, grad, target, weight));
  }
};

// Inputs x, target, weight. Results: the loss of rows of logits, and, which nobody sees, their
// softmax: the gradient is made of it.
struct CrossEntropy {
  static constexpr const char* name = "NllLossBackward0";
  static constexpr uint32_t num_differentiable = 2;
  static constexpr Reads kSoftmax = kOutput << 1;
  static constexpr Reads reads[] = {kSoftmax | kInput1 | kInput2, kNothing, kNothing};

  Classes classes;

  void vjp(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) const {
    const Tensor softmax = saved.output(1);
    Tensor& sum = into[0];
    if (grads[0].defined()) {
      sum = apply(CrossEntropyBackward{classes}, grads[0], softmax, saved.input(1), saved.input(2));
    }
    if (!grads[1].defined()) return;
    const Tensor weighted = grads[1].mul(softmax);
    const Tensor through = weighted.sub(softmax.mul(weighted.sum(1, true)));
    sum = sum.defined() ? sum.add(through) : through;
  }
};

void check_reduction(int64_t reduction, const char* op) {
  GRADTAPE_CHECK(reduction >= Reduction::None && reduction < Reduction::END, op,
                 ": reduction must be None (0), Mean (1) or Sum (2); got ", reduction);
}

Tensor reduced(const Tensor& losses, int64_t reduction) {
  if (reduction == Reduction::Mean) return losses.mean();
  return reduction == Reduction::Sum ? losses.sum() : losses;
}

// weight [C] in a shape that broadcasts against [N, C, d1, ...].
Tensor along_classes(const Tensor& weight, int64_t rank) {
  DimVector sizes(rank, 1);
  sizes[rank == 1 ? 0 : 1] = weight.numel();
  return weight.view(sizes);
}

Tensor probability_loss(const Tensor& log_probabilities, const Tensor& target, const Tensor& weight,
                        int64_t reduction) {
  Tensor losses = log_probabilities.mul(target);
  if (weight.defined()) losses = losses.mul(along_classes(weight, losses.dim()));
  const int64_t classes = losses.dim() == 1 ? 0 : 1;
  if (reduction == Reduction::None) return losses.sum(classes).neg();
  const Tensor sum = losses.sum().neg();
  if (reduction == Reduction::Sum) return sum;
  const double count =
      losses.numel() == 0 ? 0. : static_cast<double>(losses.numel() / losses.size(classes));
  return sum.div(count);
}

// -log_probabilities summed over the classes: the part of the loss that is due to the uniform
// distribution, normalised as the other part.
Tensor uniform_loss(const Tensor& log_probabilities, const Tensor& target, const Tensor& weight,
                    int64_t reduction, int64_t ignore_index) {
  const int64_t classes = log_probabilities.dim() == 1 ? 0 : 1;
  Tensor losses = log_probabilities;
  if (weight.defined()) losses = losses.mul(along_classes(weight, losses.dim()));
  const Tensor ignored = target.eq(ignore_index);
  losses = losses.sum(classes).neg().masked_fill(ignored, 0);
  if (reduction != Reduction::Mean) return reduced(losses, reduction);
  if (weight.defined()) {
    const Tensor counted = target.masked_select(ignored.logical_not());
    return losses.sum().div(weight.detach().gather(0, counted).sum());
  }
  return losses.sum().div(ignored.logical_not().sum());
}

// Checks what a loss against classes is given.
Classes classes_of(const Tensor& self, const Tensor& target, const Tensor& weight,
                   int64_t reduction, int64_t ignore_index) {
  check_reduction(reduction, "nll_loss");
  const IntArrayRef sizes = self.sizes(), targets = target.sizes();
  GRADTAPE_CHECK(self.dim() >= 1, "nll_loss: Expected 1 or more dimensions (got 0)");
  GRADTAPE_CHECK(self.is_floating_point(), "nll_loss: self must be floating point; got ",
                 self.dtype(), " ", sizes);
  // As PyTorch: of rows the classes may be bytes.
  GRADTAPE_CHECK(target.dtype() == kInt64 || (target.dtype() == kUInt8 && self.dim() <= 2),
                 "nll_loss: expected scalar type Long but found ", target.dtype(), " (target)");
  const bool batched = self.dim() > 1;
  const int64_t c = sizes[batched ? 1 : 0];
  DimVector expected(sizes);
  expected.erase(batched ? 1 : 0);
  GRADTAPE_CHECK(!batched || targets.empty() || sizes[0] == targets[0],
                 "nll_loss: Expected input batch_size (", sizes[0],
                 ") to match target batch_size (", targets.empty() ? 0 : targets[0], "); got self ",
                 sizes, ", target ", targets);
  GRADTAPE_CHECK(targets.equals(expected), "nll_loss: Expected target size ", expected, ", got ",
                 targets, "; self is ", sizes);
  GRADTAPE_CHECK(!weight.defined() || (weight.dim() == 1 && weight.numel() == c),
                 "nll_loss: weight tensor should be defined either for all ", c,
                 " classes or no classes but got weight tensor of shape: ",
                 weight.defined() ? weight.sizes() : IntArrayRef());
  GRADTAPE_CHECK(!weight.defined() || weight.dtype() == self.dtype(),
                 "nll_loss: expected scalar type ", self.dtype(), " but found ",
                 weight.defined() ? weight.dtype() : self.dtype(), " (weight)");
  GRADTAPE_CHECK(!(GradMode::is_enabled() && weight.defined() && weight.requires_grad()),
                 "The function 'nll_loss_forward' is not differentiable with respect to argument "
                 "'weight'. This input cannot have requires_grad True.");
  Classes result{{}, /*each=*/reduction == Reduction::None};
  kernels::NllArgs& args = result.args;
  args.n = batched ? sizes[0] : 1;
  args.c = c;
  args.d = 1;
  for (size_t i = 2; i < sizes.size(); ++i) args.d *= sizes[i];
  args.input_sizes = sizes;
  args.ignore_index = ignore_index;
  args.divisor = kernels::nll_total_weight(result.with(target, weight));
  if (reduction == Reduction::None) args.output_sizes = targets;
  if (reduction != Reduction::Mean) args.divisor = 1;
  return result;
}

Tensor rows_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight,
                          const Classes& classes) {
  kernels::CrossEntropy value =
      kernels::cross_entropy(x, classes.with(target, weight), classes.each);
  record_many(CrossEntropy{classes}, {value.loss, value.softmax}, x, target, weight);
  return std::move(value.loss);
}

}  // namespace

Tensor nll_loss_nd(const Tensor& self, const Tensor& target, const Tensor& weight,
                   int64_t reduction, int64_t ignore_index) {
  return apply(NllLoss{classes_of(self, target, weight, reduction, ignore_index)}, self, target,
               weight);
}

Tensor nll_loss(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction,
                int64_t ignore_index) {
  return nll_loss_nd(self, target, weight, reduction, ignore_index);
}

Tensor cross_entropy_loss(const Tensor& self, const Tensor& target, const Tensor& weight,
                          int64_t reduction, int64_t ignore_index, double label_smoothing) {
  check_reduction(reduction, "cross_entropy");
  GRADTAPE_CHECK(
      label_smoothing >= 0 && label_smoothing <= 1,
      "cross_entropy: label_smoothing must be between 0.0 and 1.0. Got: ", label_smoothing);
  GRADTAPE_CHECK(self.dim() >= 1, "cross_entropy: Expected 1 or more dimensions (got 0)");
  const int64_t classes = self.dim() == 1 ? 0 : 1;
  const int64_t n = self.size(classes);
  if (self.sizes().equals(target.sizes())) {
    GRADTAPE_CHECK(target.is_floating_point(),
                   "cross_entropy: Expected floating point type for target with class "
                   "probabilities, got ",
                   target.dtype(), " ", target.sizes());
    GRADTAPE_CHECK(ignore_index < 0,
                   "cross_entropy: ignore_index is not supported for floating point target; got ",
                   ignore_index);
    GRADTAPE_CHECK(!weight.defined() || (weight.dim() == 1 && weight.numel() == n),
                   "cross_entropy: weight tensor should be defined either for all ", n,
                   " classes or no classes but got weight tensor of shape: ",
                   weight.defined() ? weight.sizes() : IntArrayRef());
    const Tensor smooth =
        label_smoothing > 0
            ? target.mul(1 - label_smoothing).add(label_smoothing / static_cast<double>(n))
            : target;
    return probability_loss(log_softmax(self, classes), smooth, weight, reduction);
  }
  // Rows of logits in one pass, with one for the gradient.
  if (self.dim() == 2 && label_smoothing == 0 && self.is_floating_point()) {
    return rows_cross_entropy(self, target, weight,
                              classes_of(self, target, weight, reduction, ignore_index));
  }
  const Tensor log_probabilities = log_softmax(self, classes);
  const Tensor loss = nll_loss_nd(log_probabilities, target, weight, reduction, ignore_index);
  if (label_smoothing == 0) return loss;
  const Tensor uniform = uniform_loss(log_probabilities, target, weight, reduction, ignore_index);
  return loss.mul(1 - label_smoothing).add(uniform.mul(label_smoothing / static_cast<double>(n)));
}

}  // namespace gradtape
