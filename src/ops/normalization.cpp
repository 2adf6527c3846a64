#include "gradtape/ops/normalization.h"

#include <cmath>

#include "autograd/op_node.h"
#include "kernels/base/array.h"
#include "kernels/normalization/batch_norm.h"

namespace gradtape {
namespace {

using namespace autograd;

// [c] as a factor of [n, c, *].
Tensor along_channels(const Tensor& x, int64_t rank) {
  DimVector sizes(rank, 1);
  sizes[1] = x.numel();
  return x.reshape(sizes);
}

// Results: the normalized, and the mean and the inverse deviation that it was normalized with. The
// gradient is one fused kernel, or, where it is itself recorded, a composition of ops.
struct BatchNorm {
  bool training;
  double eps;

  static constexpr const char* name = "NativeBatchNormBackward0";
  static constexpr Reads kStatistics = kOutput << 1 | kOutput << 2;
  static constexpr Reads reads[] = {kInput0 | kInput1 | kStatistics, kInput0 | kStatistics,
                                    kNothing};

  void vjp(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) const {
    if (GradMode::is_enabled()) return composed(grads[0], saved, into);
    const Tensor weight = saved.needs(0) ? saved.input(1) : Tensor();
    const bool affine = saved.needs(1) || saved.needs(2);
    const Tensor input = saved.needs(0) || saved.needs(1) ? saved.input(0) : Tensor();
    if (!input.defined()) {
      into[2] = composed_bias(grads[0]);
      return;
    }
    kernels::BatchNormGradients gradients =
        kernels::batch_norm_gradients(grads[0], input, saved.output(1), saved.output(2), weight,
                                      training, saved.needs(0), affine);
    if (saved.needs(0)) into[0] = std::move(gradients.input);
    if (saved.needs(1)) into[1] = std::move(gradients.weight);
    if (saved.needs(2)) into[2] = std::move(gradients.bias);
  }

 private:
  static DimVector all_but_channels(const Tensor& x) {
    DimVector axes{0};
    for (int64_t axis = 2; axis < x.dim(); ++axis) axes.push_back(axis);
    return axes;
  }

  static Tensor composed_bias(const Tensor& grad) { return grad.sum(all_but_channels(grad)); }

  void composed(const Tensor& grad, const Saved& saved, std::span<Tensor> into) const {
    const DimVector axes = all_but_channels(grad);
    if (saved.needs(2)) into[2] = grad.sum(axes);
    if (!saved.needs(0) && !saved.needs(1)) return;
    const Tensor x = saved.input(0);
    Tensor centered, scale;
    if (training) {
      centered = x.sub(x.mean(axes, /*keepdim=*/true));
      Tensor variance = centered.mul(centered).mean(axes, /*keepdim=*/true);
      // The scale of what does not vary is 0, in this order of derivatives too.
      if (eps == 0) variance = variance.masked_fill(variance.eq(0), INFINITY);
      scale = variance.add(eps).rsqrt();
    } else {
      centered = x.sub(along_channels(saved.output(1), x.dim()));
      scale = along_channels(saved.output(2), x.dim());
    }
    const Tensor normalized = centered.mul(scale);
    if (saved.needs(1)) into[1] = grad.mul(normalized).sum(axes);
    if (!saved.needs(0)) return;
    const Tensor weight = saved.input(1);
    Tensor g = weight.defined() ? grad.mul(along_channels(weight, x.dim())) : grad;
    if (training) {
      const Tensor share = g.mul(normalized).mean(axes, /*keepdim=*/true);
      g = g.sub(g.mean(axes, /*keepdim=*/true)).sub(normalized.mul(share));
    }
    into[0] = g.mul(scale);
  }
};

void check_channel_array(const char* what, const Tensor& array, const Tensor& input) {
  if (!array.defined()) return;
  const int64_t channels = input.sizes()[1];
  GRADTAPE_CHECK(array.numel() == channels && array.dim() == 1, what, " should contain ", channels,
                 " elements not ", array.numel(), "; batch_norm got input ", input.sizes(), ", ",
                 what, " ", array.sizes());
  GRADTAPE_CHECK(array.dtype() == input.dtype(), "batch_norm: ", what,
                 " must be of input's dtype (", input.dtype(), "); got ", array.dtype());
}

// running += momentum (batch - running), as an in-place write that versions see.
void move_towards(const Tensor& running, const Tensor& batch, double factor, double momentum) {
  visit_floating(running.dtype(), "batch_norm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* const data = running.data_ptr<T>();
    const int64_t step = running.strides()[0];
    for (int64_t c = 0; c < running.numel(); ++c) {
      const double value = static_cast<double>(batch.data_ptr<T>()[c]) * factor;
      data[c * step] = static_cast<T>(momentum * value + (1 - momentum) * data[c * step]);
    }
  });
  running.storage()->bump_version();
}

// In training PyTorch takes 0 for a deviation of 0.
Tensor inverse_deviation_of(const Tensor& variance, double eps, bool training) {
  const Tensor v = kernels::dense(variance);
  const Tensor result = kernels::make_array(v.sizes(), v.dtype());
  visit_floating(v.dtype(), "batch_norm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (int64_t c = 0; c < v.numel(); ++c) {
      const double square = static_cast<double>(v.data_ptr<T>()[c]) + eps;
      result.data_ptr<T>()[c] =
          training && square == 0 ? T{0} : static_cast<T>(1 / std::sqrt(square));
    }
  });
  return result;
}

// A copy: the running statistics may move on before backward.
Tensor copied(const Tensor& array) {
  Tensor result = kernels::make_array(array.sizes(), array.dtype());
  kernels::copy(result, array);
  return result;
}

}  // namespace

Tensor batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                  const Tensor& running_mean, const Tensor& running_var, bool training,
                  double momentum, double eps, bool) {
  GRADTAPE_CHECK(input.dim() >= 2, "batch_norm: input must have a batch and a channel axis; got ",
                 "input ", input.sizes());
  GRADTAPE_CHECK(input.is_floating_point(), "\"batch_norm\" not implemented for '", input.dtype(),
                 "'; got input ", input.sizes());
  const int64_t channels = input.sizes()[1];
  GRADTAPE_CHECK(!training || channels == 0 || input.numel() != channels,
                 "Expected more than 1 value per channel when training, got input size ",
                 input.sizes());
  GRADTAPE_CHECK(training || running_mean.defined(),
                 "running_mean must be defined in evaluation mode; batch_norm got input ",
                 input.sizes());
  GRADTAPE_CHECK(training || running_var.defined(),
                 "running_var must be defined in evaluation mode; batch_norm got input ",
                 input.sizes());
  check_channel_array("running_mean", running_mean, input);
  check_channel_array("running_var", running_var, input);
  check_channel_array("weight", weight, input);
  check_channel_array("bias", bias, input);

  Tensor mean, inverse_deviation;
  if (training) {
    mean = kernels::make_array({channels}, input.dtype());
    const Tensor variance = kernels::make_array({channels}, input.dtype());
    kernels::batch_statistics(input, mean, variance);
    inverse_deviation = inverse_deviation_of(variance, eps, training);
    if (input.numel() > 0) {
      const double count = static_cast<double>(input.numel() / channels);
      if (running_mean.defined()) move_towards(running_mean, mean, 1, momentum);
      if (running_var.defined()) move_towards(running_var, variance, count / (count - 1), momentum);
    }
  } else {
    mean = copied(running_mean);
    inverse_deviation = inverse_deviation_of(running_var, eps, training);
  }
  Tensor result = kernels::normalize(input, mean, inverse_deviation, weight, bias);
  record_many(BatchNorm{training, eps}, {result, mean, inverse_deviation}, input, weight, bias);
  return result;
}

}  // namespace gradtape
