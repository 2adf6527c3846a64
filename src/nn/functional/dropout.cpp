#include "gradtape/nn/functional/dropout.h"

#include "gradtape/ops/dropout.h"

namespace gradtape::nn::functional {

namespace {
void check_probability(double p) {
  GRADTAPE_CHECK(p >= 0. && p <= 1., "dropout probability has to be between 0 and 1, but got ", p);
}
}  // namespace

Tensor dropout(Tensor input, const DropoutFuncOptions& options) {
  check_probability(options.p());
  if (options.inplace()) return gradtape::dropout_(input, options.p(), options.training());
  return gradtape::dropout(input, options.p(), options.training());
}

Tensor dropout2d(Tensor input, const Dropout2dFuncOptions& options) {
  check_probability(options.p());
  // The op drops along the second axis, so a lone sample gets a batch axis.
  const bool batched = input.dim() == 4;
  Tensor batch = batched ? input : input.unsqueeze(0);
  if (options.inplace()) {
    gradtape::feature_dropout_(batch, options.p(), options.training());
    return input;
  }
  Tensor result = gradtape::feature_dropout(batch, options.p(), options.training());
  return batched ? result : result.squeeze(0);
}

}  // namespace gradtape::nn::functional
