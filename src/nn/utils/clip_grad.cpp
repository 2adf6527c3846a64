#include "gradtape/nn/utils/clip_grad.h"

#include <cmath>

#include "gradtape/autograd/grad_mode.h"

namespace gradtape::nn::utils {

namespace {

// The norm of the vector of the gradients' norms.
double total_norm(const std::vector<Tensor>& grads, double norm_type) {
  if (norm_type == 0) return static_cast<double>(grads.size());
  double total = 0;
  for (const Tensor& grad : grads) {
    const double norm = grad.norm(norm_type).item<double>();
    if (std::isinf(norm_type))
      total = std::isnan(norm) || norm > total ? norm : total;
    else
      total += std::pow(norm, norm_type);
  }
  return std::isinf(norm_type) ? total : std::pow(total, 1 / norm_type);
}

std::vector<Tensor> defined_grads(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> grads;
  for (const Tensor& parameter : parameters) {
    if (parameter.grad().defined()) grads.push_back(parameter.grad());
  }
  return grads;
}

}  // namespace

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  const NoGradGuard no_grad;
  std::vector<Tensor> grads = defined_grads(parameters);
  if (grads.empty()) return 0;
  const double norm = total_norm(grads, norm_type);
  GRADTAPE_CHECK(!error_if_nonfinite || std::isfinite(norm), "The total norm of order ", norm_type,
                 " for gradients from `parameters` is non-finite, so it cannot be clipped. To "
                 "disable this error and scale the gradients with the non-finite norm anyway, set "
                 "`error_if_nonfinite=false`");
  const double scale = max_norm / (norm + 1e-6);
  // Not below 1 also if it is NaN: then, as in PyTorch, the gradients become NaN too.
  if (!(scale >= 1)) {
    for (Tensor& grad : grads) grad.mul_(scale);
  }
  return norm;
}

double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  return clip_grad_norm_(std::vector<Tensor>{parameter}, max_norm, norm_type, error_if_nonfinite);
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value) {
  const NoGradGuard no_grad;
  for (Tensor& grad : defined_grads(parameters)) grad.clamp_(-clip_value, clip_value);
}

void clip_grad_value_(const Tensor& parameter, double clip_value) {
  clip_grad_value_(std::vector<Tensor>{parameter}, clip_value);
}

}  // namespace gradtape::nn::utils
