#include "autograd/record.h"
#include "kernels/loss.h"

#include "gradtape/ops/loss.h"
#include "gradtape/ops/softmax.h"

// Losses against classes.
namespace gradtape {
namespace {

using namespace autograd;

// What a loss and its gradients share. Target and weight are read where they are, by each gradient
// anew.
class Classes {
 public:
  Classes(kernels::NllArgs args)
      : args_(std::move(args)),
        target_version_(args_.target._version()),
        weight_version_(args_.weight.defined() ? args_.weight._version() : 0) {}

  // Throws: Error if target or weight was written since.
  const kernels::NllArgs& args() const {
    check("target", args_.target, target_version_);
    if (args_.weight.defined()) check("weight", args_.weight, weight_version_);
    return args_;
  }

 private:
  static void check(const char* what, const Tensor& array, int64_t version) {
    GRADTAPE_CHECK(array._version() == version,
                   "one of the variables needed for gradient computation has been modified by an "
                   "inplace operation: [",
                   array.toString(), " ", array.sizes(), "], the ", what,
                   " of a loss, is at version ", array._version(), "; expected version ", version,
                   " instead.");
  }

  kernels::NllArgs args_;
  int64_t target_version_, weight_version_;
};

// The loss is linear in its input, so its gradient and the gradient's gradient are adjoint to each
// other: each is the other's vjp.
struct NllLoss {
  static constexpr const char* name = "NllLossBackward0";
  static constexpr Reads reads[] = {kNothing};
  static constexpr bool holds_tensors = true;

  Classes classes;
  bool each;

  Tensor forward(const Tensor& x) const { return kernels::nll_loss(x, classes.args(), each); }
  Tensor vjp(const Tensor& grad, const Saved&) const;
};

struct NllLossBackward {
  static constexpr const char* name = "NllLossBackwardBackward0";
  static constexpr Reads reads[] = {kNothing};
  static constexpr bool holds_tensors = true;

  Classes classes;
  bool each;

  Tensor forward(const Tensor& grad) const {
    return kernels::nll_loss_backward(grad, classes.args(), each);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return apply(NllLoss{classes, each}, grad); }
};

Tensor NllLoss::vjp(const Tensor& grad, const Saved&) const {
  return apply(NllLossBackward{classes, each}, grad);
}

// The gradient of cross entropy, linear in grad and in the softmax.
struct CrossEntropyBackward {
  static constexpr const char* name = "NllLossBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0};
  static constexpr bool holds_tensors = true;

  Classes classes;
  bool each;

  Tensor forward(const Tensor& grad, const Tensor& softmax) const {
    return kernels::cross_entropy_backward(grad, softmax, classes.args(), each);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor weights = kernels::nll_row_weights(classes.args(), grad.dtype());
    if (i == 1) return grad.mul(saved.input(0).mul(weights).unsqueeze(1));
    const Tensor rows = grad.mul(saved.input(1)).sum(1).mul(weights);
    return (each ? rows : rows.sum()).add(apply(NllLoss{classes, each}, grad));
  }
};

// The loss of rows of logits, and as a second output, which nobody sees, their softmax: the
// gradient is made of it.
struct CrossEntropy {
  static constexpr const char* name = "NllLossBackward0";
  static constexpr Reads kSoftmax = kOutput << 1;
  static constexpr Reads reads[] = {kSoftmax};
  static constexpr bool holds_tensors = true;

  Classes classes;
  bool each;

  void vjp(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) const {
    const Tensor softmax = saved.output(1);
    Tensor& sum = into[0];
    if (grads[0].defined()) sum = apply(CrossEntropyBackward{classes, each}, grads[0], softmax);
    if (!grads[1].defined()) return;
    const Tensor weighted = grads[1].mul(softmax);
    const Tensor through = weighted.sub(softmax.mul(weighted.sum(1, true)));
    sum = sum.defined() ? sum.add(through) : through;
  }
};

Tensor rows_cross_entropy(const Tensor& x, kernels::NllArgs args, bool each) {
  kernels::CrossEntropy value = kernels::cross_entropy(x, args, each);
  if (GradMode::is_enabled() && any_requires_grad(x)) {
    auto node = make_record(CrossEntropy{std::move(args), each}, x);
    node->set_num_outputs(2);
    node->save(CrossEntropy::kSoftmax, value.softmax);
    set_history(value.softmax, node, 1);
    set_history(value.loss, std::move(node));
  }
  return value.loss;
}

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
kernels::NllArgs nll_args(const Tensor& self, const Tensor& target, const Tensor& weight,
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
  kernels::NllArgs args;
  args.target = kernels::dense(target.detach(), kInt64);
  if (weight.defined()) args.weight = kernels::dense(weight.detach());
  args.n = batched ? sizes[0] : 1;
  args.c = c;
  args.d = 1;
  for (size_t i = 2; i < sizes.size(); ++i) args.d *= sizes[i];
  args.input_sizes = sizes;
  args.ignore_index = ignore_index;
  args.divisor = kernels::nll_total_weight(args);
  if (reduction == Reduction::None) args.output_sizes = targets;
  if (reduction != Reduction::Mean) args.divisor = 1;
  return args;
}

}  // namespace

Tensor nll_loss_nd(const Tensor& self, const Tensor& target, const Tensor& weight,
                   int64_t reduction, int64_t ignore_index) {
  return apply(NllLoss{nll_args(self, target, weight, reduction, ignore_index),
                       /*each=*/reduction == Reduction::None},
               self);
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
    return rows_cross_entropy(self, nll_args(self, target, weight, reduction, ignore_index),
                              /*each=*/reduction == Reduction::None);
  }
  const Tensor log_probabilities = log_softmax(self, classes);
  const Tensor loss = nll_loss_nd(log_probabilities, target, weight, reduction, ignore_index);
  if (label_smoothing == 0) return loss;
  const Tensor uniform = uniform_loss(log_probabilities, target, weight, reduction, ignore_index);
  return loss.mul(1 - label_smoothing).add(uniform.mul(label_smoothing / static_cast<double>(n)));
}

}  // namespace gradtape
