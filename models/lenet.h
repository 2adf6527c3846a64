#pragma once

#include "gradtape/nn/modules/activation.h"
#include "gradtape/nn/modules/container/sequential.h"
#include "gradtape/nn/modules/convolution.h"
#include "gradtape/nn/modules/linear.h"
#include "gradtape/nn/modules/pooling.h"

namespace gradtape::models {

/// LeNet with relu and max pooling: two convolutions of 5x5, each pooled by 2, and two linear
/// layers.
///
/// Shapes: x [N, 1, 28, 28] -> [N, 16, 14, 14] -> [N, 32, 7, 7] -> [N, 128] -> logits [N, classes].
/// Source: after LeCun et al., "Gradient-based learning applied to document recognition", Proc.
/// IEEE 1998, which has fewer channels, no padding, tanh and average pooling.
class LeNetImpl : public nn::SequentialImpl {
 public:
  explicit LeNetImpl(int64_t classes = 10) {
    push_back("conv1", nn::Conv2d(nn::Conv2dOptions(1, 16, 5).padding(2)));
    push_back("relu1", nn::ReLU());
    push_back("pool1", nn::MaxPool2d(2));
    push_back("conv2", nn::Conv2d(nn::Conv2dOptions(16, 32, 5).padding(2)));
    push_back("relu2", nn::ReLU());
    push_back("pool2", nn::MaxPool2d(2));
    push_back("flatten", nn::Flatten());
    push_back("fc1", nn::Linear(32 * 7 * 7, 128));
    push_back("relu3", nn::ReLU());
    push_back("fc2", nn::Linear(128, classes));
  }
};
GRADTAPE_MODULE(LeNet);

}  // namespace gradtape::models
