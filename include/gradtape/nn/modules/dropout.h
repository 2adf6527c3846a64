#pragma once

#include "gradtape/nn/cloneable.h"
#include "gradtape/nn/options/dropout.h"

namespace gradtape::nn {

/// While training, zeroes each element with probability p and divides the others by 1 - p.
///
/// Shapes: any. Throws: Error unless 0 <= p <= 1.
class DropoutImpl : public Cloneable<DropoutImpl> {
 public:
  explicit DropoutImpl(double p);
  explicit DropoutImpl(const DropoutOptions& options_ = {});
  void reset() override;
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(Tensor input);

  DropoutOptions options;
};
GRADTAPE_MODULE(Dropout);

/// Dropout of whole channels.
///
/// Shapes: [N, C, H, W] or [C, H, W]. Throws: Error unless 0 <= p <= 1.
class Dropout2dImpl : public Cloneable<Dropout2dImpl> {
 public:
  explicit Dropout2dImpl(double p);
  explicit Dropout2dImpl(const Dropout2dOptions& options_ = {});
  void reset() override;
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(Tensor input);

  Dropout2dOptions options;
};
GRADTAPE_MODULE(Dropout2d);

}  // namespace gradtape::nn
