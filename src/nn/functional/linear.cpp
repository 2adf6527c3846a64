#include "gradtape/nn/functional/linear.h"

#include "gradtape/ops/linear_algebra.h"

namespace gradtape::nn::functional {

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  return gradtape::linear(input, weight, bias);
}

}  // namespace gradtape::nn::functional
