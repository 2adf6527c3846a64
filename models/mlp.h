#pragma once

#include <string>
#include <vector>

#include "gradtape/nn/modules/activation.h"
#include "gradtape/nn/modules/container/sequential.h"
#include "gradtape/nn/modules/linear.h"

namespace gradtape::models {

/// A multilayer perceptron: linear layers with relu between them, for images or plain vectors.
///
/// Shapes: x [N, *] with the product of * being sizes[0] -> logits [N, sizes.back()].
/// Throws: Error if there are fewer than two sizes.
class MLPImpl : public nn::SequentialImpl {
 public:
  explicit MLPImpl(const std::vector<int64_t>& sizes = {784, 256, 128, 10}) {
    GRADTAPE_CHECK(sizes.size() >= 2, "MLP: sizes must be at least two; got ", sizes.size());
    push_back("flatten", nn::Flatten());
    for (size_t i = 1; i < sizes.size(); ++i) {
      if (i > 1) push_back("relu" + std::to_string(i - 1), nn::ReLU());
      push_back("fc" + std::to_string(i), nn::Linear(sizes[i - 1], sizes[i]));
    }
  }
};
GRADTAPE_MODULE(MLP);

}  // namespace gradtape::models
