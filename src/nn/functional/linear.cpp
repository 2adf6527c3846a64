#include "gradtape/nn/functional/linear.h"

#include "gradtape/ops/linalg.h"

namespace gradtape::nn::functional {

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  return gradtape::linear(input, weight, bias);
}

}  // namespace gradtape::nn::functional
