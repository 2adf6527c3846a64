#pragma once

#include "gradtape/nn/modules/conv.h"
#include "gradtape/nn/modules/linear.h"
#include "gradtape/ops/activation.h"
#include "gradtape/ops/pool.h"

namespace gradtape::models {

/// LeNet with relu and max pooling: two convolutions of 5x5, each pooled by 2, and two linear
/// layers.
///
/// Shapes: x [N, 1, 28, 28] -> [N, 16, 14, 14] -> [N, 32, 7, 7] -> [N, 128] -> logits [N, classes].
/// Source: after LeCun et al., "Gradient-based learning applied to document recognition", Proc.
/// IEEE
///         1998, which has fewer channels, no padding, tanh and average pooling.
class LeNetImpl : public nn::Module {
 public:
  explicit LeNetImpl(int64_t classes = 10) {
    conv1 = register_module("conv1", nn::Conv2d(nn::Conv2dOptions(1, 16, 5).padding(2)));
    conv2 = register_module("conv2", nn::Conv2d(nn::Conv2dOptions(16, 32, 5).padding(2)));
    fc1 = register_module("fc1", nn::Linear(32 * 7 * 7, 128));
    fc2 = register_module("fc2", nn::Linear(128, classes));
  }

  Tensor forward(const Tensor& x) {
    Tensor y = max_pool2d(relu(conv1(x)), 2);
    y = max_pool2d(relu(conv2(y)), 2);
    return fc2(relu(fc1(y.flatten(1))));
  }

  nn::Conv2d conv1{nullptr}, conv2{nullptr};
  nn::Linear fc1{nullptr}, fc2{nullptr};
};
GRADTAPE_MODULE(LeNet);

}  // namespace gradtape::models
