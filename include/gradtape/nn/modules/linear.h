#pragma once

#include <vector>

#include "gradtape/nn/cloneable.h"
#include "gradtape/nn/options/linear.h"

namespace gradtape::nn {

/// Gives its input back.
class IdentityImpl : public Cloneable<IdentityImpl> {
 public:
  void reset() override;
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& input);
};
GRADTAPE_MODULE(Identity);

/// Affine map y = x W^T + b.
///
/// Shapes: x [*, in_features] -> y [*, out_features]; weight [out, in]; bias [out].
/// Init:   both uniform in (-1/sqrt(in), 1/sqrt(in)), as PyTorch.
/// Throws: Error if the last dimension of x is not in_features.
class LinearImpl : public Cloneable<LinearImpl> {
 public:
  LinearImpl(int64_t in_features, int64_t out_features);
  explicit LinearImpl(const LinearOptions& options_);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& input);

  LinearOptions options;
  Tensor weight;
  Tensor bias;  // undefined if options say so
};
GRADTAPE_MODULE(Linear);

/// Makes the axes from start_dim to end_dim one.
///
/// Shapes: [N, *] -> [N, product] by default.
class FlattenImpl : public Cloneable<FlattenImpl> {
 public:
  explicit FlattenImpl(const FlattenOptions& options_ = {});
  void reset() override;
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& input);

  FlattenOptions options;
};
GRADTAPE_MODULE(Flatten);

/// Makes one axis several.
///
/// Shapes: [*, product, *] -> [*, sizes..., *]. Throws: Error if the product differs.
class UnflattenImpl : public Cloneable<UnflattenImpl> {
 public:
  UnflattenImpl(int64_t dim, std::vector<int64_t> sizes);
  explicit UnflattenImpl(UnflattenOptions options_);
  void reset() override;
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& input);

  UnflattenOptions options;
};
GRADTAPE_MODULE(Unflatten);

}  // namespace gradtape::nn
