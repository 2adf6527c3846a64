#include "kernels/normalization/layer_norm.h"

#include "autograd/op_node.h"

#include "gradtape/ops/normalization.h"

namespace gradtape {
namespace {

using namespace autograd;

// Results: the normalized, and of each row the mean and the inverse deviation. The gradient is one
// fused kernel, or, where it is itself recorded, a composition of ops.
struct LayerNorm {
  DimVector normalized;
  double eps;

  static constexpr const char* name = "NativeLayerNormBackward0";
  static constexpr Reads kStatistics = kOutput << 1 | kOutput << 2;
  static constexpr Reads reads[] = {kInput0 | kInput1 | kStatistics, kInput0 | kStatistics,
                                    kNothing};

  void vjp(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) const {
    if (!saved.needs(0) && !saved.needs(1)) {
      into[2] = grads[0];
      return;
    }
    const Tensor x = saved.input(0), weight = saved.needs(0) ? saved.input(1) : Tensor();
    if (GradMode::is_enabled()) return composed(grads[0], x, weight, saved, into);
    int64_t n = 1;
    for (const int64_t size : normalized) n *= size;
    kernels::LayerNormGradients gradients =
        kernels::layer_norm_gradients(grads[0], x, n, saved.output(1), saved.output(2), weight,
                                      normalized, saved.needs(0), saved.needs(1) || saved.needs(2));
    if (saved.needs(0)) into[0] = std::move(gradients.input);
    if (saved.needs(1)) into[1] = std::move(gradients.weight);
    if (saved.needs(2)) into[2] = std::move(gradients.bias);
  }

 private:
  void composed(const Tensor& grad, const Tensor& x, const Tensor& weight, const Saved& saved,
                std::span<Tensor> into) const {
    DimVector axes;
    for (int64_t i = x.dim() - static_cast<int64_t>(normalized.size()); i < x.dim(); ++i) {
      axes.push_back(i);
    }
    const auto mean_of = [&](const Tensor& t) { return t.mean(axes, /*keepdim=*/true); };
    const Tensor centered = x.sub(mean_of(x));
    const Tensor scale = mean_of(centered.mul(centered)).add(eps).rsqrt();
    const Tensor z = centered.mul(scale);
    // Those of weight and bias are summed to their sizes by the engine.
    if (saved.needs(2)) into[2] = grad;
    if (saved.needs(1)) into[1] = grad.mul(z);
    if (!saved.needs(0)) return;
    const Tensor g = weight.defined() ? grad.mul(weight) : grad;
    into[0] = g.sub(mean_of(g)).sub(z.mul(mean_of(g.mul(z)))).mul(scale);
  }
};

}  // namespace

Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight,
                  const Tensor& bias, double eps, bool) {
  GRADTAPE_CHECK(!normalized_shape.empty(),
                 "Expected normalized_shape to be at least 1-dimensional, i.e., containing at "
                 "least one element, but got normalized_shape = ",
                 normalized_shape);
  GRADTAPE_CHECK(input.is_floating_point(), "\"LayerNormKernelImpl\" not implemented for '",
                 input.dtype(), "'; got input ", input.sizes());
  const int64_t given = static_cast<int64_t>(normalized_shape.size());
  bool fits = input.dim() >= given;
  for (int64_t i = 0; fits && i < given; ++i) {
    fits = input.sizes()[input.dim() - given + i] == normalized_shape[i];
  }
  GRADTAPE_CHECK(fits, "Given normalized_shape=", normalized_shape,
                 ", expected input to end in these sizes, but got input of size", input.sizes());
  for (const auto& [what, array] : {std::pair{"weight", &weight}, std::pair{"bias", &bias}}) {
    if (!array->defined()) continue;
    GRADTAPE_CHECK(array->sizes().equals(normalized_shape), "Expected ", what,
                   " to be of same shape as normalized_shape, but got ", what, " of shape ",
                   array->sizes(), " and normalized_shape = ", normalized_shape);
    GRADTAPE_CHECK(array->dtype() == input.dtype(), "layer_norm: ", what,
                   " must be of input's dtype (", input.dtype(), "); got ", array->dtype());
  }
  int64_t n = 1;
  for (const int64_t size : normalized_shape) n *= size;
  kernels::LayerNormResult result = kernels::layer_norm(input, n, weight, bias, eps);
  record_many(LayerNorm{DimVector(normalized_shape), eps},
              {result.output, result.mean, result.inverse_deviation}, input, weight, bias);
  return std::move(result.output);
}

}  // namespace gradtape
