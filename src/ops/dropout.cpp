#include "gradtape/ops/dropout.h"

#include "gradtape/ops/factory.h"

namespace gradtape {
namespace {

void check_probability(double p) {
  GRADTAPE_CHECK(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got ", p);
}

// 0 or 1 / (1 - p), one for each element of these sizes.
Tensor noise_of(const Tensor& like, DimVector sizes, double p) {
  GRADTAPE_CHECK(like.is_floating_point(), "dropout: a floating point dtype is required; got ",
                 like.dtype(), " ", like.sizes());
  Tensor noise = empty(sizes, like.dtype());
  noise.bernoulli_(1 - p);
  noise.div_(1 - p);
  return noise;
}

DimVector one_per_channel(const Tensor& input) {
  GRADTAPE_CHECK(input.dim() >= 2,
                 "Feature dropout requires at least 2 dimensions in the input; got input ",
                 input.sizes());
  DimVector sizes(input.dim(), 1);
  sizes[0] = input.sizes()[0];
  sizes[1] = input.sizes()[1];
  return sizes;
}

// The factor for input; undefined where nothing is to be done. All dropped draws nothing.
Tensor factor_of(const Tensor& input, double p, bool train, bool features) {
  check_probability(p);
  if (p == 0 || !train || input.numel() == 0) return {};
  if (p == 1) return zeros({}, input.dtype());
  return noise_of(input, features ? one_per_channel(input) : DimVector(input.sizes()), p);
}

Tensor& multiply_into(Tensor& self, const Tensor& factor) {
  return factor.defined() ? self.mul_(factor) : self;
}

}  // namespace

Tensor dropout(const Tensor& input, double p, bool train) {
  const Tensor factor = factor_of(input, p, train, /*features=*/false);
  return factor.defined() ? input.mul(factor) : input;
}

Tensor& dropout_(Tensor& self, double p, bool train) {
  return multiply_into(self, factor_of(self, p, train, /*features=*/false));
}

Tensor feature_dropout(const Tensor& input, double p, bool train) {
  const Tensor factor = factor_of(input, p, train, /*features=*/true);
  return factor.defined() ? input.mul(factor) : input;
}

Tensor& feature_dropout_(Tensor& self, double p, bool train) {
  return multiply_into(self, factor_of(self, p, train, /*features=*/true));
}

}  // namespace gradtape
